//! Every threshold in one place, each with where it comes from.
//!
//! `Flink`, `AWS`, `Tencent`, `Alibaba` and `Dr. Elephant` name public guidance: Flink's monitoring documentation, the alarm
//! tables of AWS Managed Service for Apache Flink, Tencent Oceanus' job events, Alibaba's alert template, and Dr. Elephant's
//! heuristics. `own` marks a number that nobody has published, with the reason for it.

/// A number that a check holds a signal against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// What it bounds, in plain words.
    pub name: &'static str,
    /// The number.
    pub value: f64,
    /// Its unit; empty for a plain number.
    pub unit: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// The shape of the table below: a name, a value, a unit and a source.
const fn threshold(name: &'static str, value: f64, unit: &'static str, source: &'static str) -> Threshold {
    Threshold { name, value, unit, source }
}

/// From here on a vertex is held back a little.
pub const BACKPRESSURE_WARN: Threshold =
    threshold("backpressured, low", 100.0, "ms/s", "Flink: up to 10 % is OK; AWS: healthy below 100");
/// From here on a vertex is held back.
pub const BACKPRESSURE_BAD: Threshold =
    threshold("backpressured, high", 500.0, "ms/s", "Flink: above 50 % is high; AWS alarm; Tencent event");
/// From here on an operator below a backpressured one is what it waits for.
pub const BUSY_CULPRIT: Threshold =
    threshold("busy below a backpressured vertex", 500.0, "ms/s", "Tencent: busy above 50 %");
/// From here on a subtask has little room left.
pub const BUSY_WARN: Threshold = threshold("busy, little room left", 800.0, "ms/s", "AWS: healthy below 800");
/// From here on a subtask is saturated.
pub const BUSY_SATURATED: Threshold = threshold("busy, saturated", 950.0, "ms/s", "AWS: near 1000 is saturated");
/// Below this share of its busy time an operator is not computing while it is busy.
pub const CPU_WAITS: Threshold =
    threshold("processor time within busy time, waits", 0.35, "", "own: a call that waits uses a few per cent");
/// Above this share of its busy time an operator is computing while it is busy.
pub const CPU_COMPUTES: Threshold = threshold(
    "processor time within busy time, computes",
    0.6,
    "",
    "own: measured 0.95 on a loop; a crowded machine gives less",
);
/// How many times as many records as the others the busiest subtask may get.
pub const SKEW_RATIO: Threshold =
    threshold("records of the busiest subtask / the others", 3.0, "x", "AWS: max/median above 3 is skew");
/// How many times as many records as the others a key's subtask may get before it is told of although it keeps up.
pub const SKEW_LOPSIDED: Threshold =
    threshold("records of the busiest subtask / the others, keeping up", 5.0, "x", "AWS: variance above 5 x is skew");
/// How busy that subtask must be for it to matter.
pub const SKEW_LOAD: Threshold =
    threshold("busy time of the busiest subtask", 200.0, "ms/s", "own: below that, five times the load still fits");
/// How busy the others may be, as a share of the busiest, for the load to count as uneven.
pub const SKEW_OTHERS: Threshold =
    threshold("busy time of the others / the busiest", 0.5, "", "own: evened out, the load would fit twice");
/// Old-generation collection time from which a minute is red.
pub const OLD_GC_WARN: Threshold =
    threshold("old-generation collection", 500.0, "ms/min", "AWS: healthy below 500 ms a minute");
/// Old-generation collection time from which the job suffers.
pub const OLD_GC_SEVERE: Threshold =
    threshold("old-generation collection, severe", 3_000.0, "ms/min", "AWS alarm shape: 5 % of a minute");
/// Old-generation collection time from which somebody should act now.
pub const OLD_GC_CRITICAL: Threshold = threshold(
    "old-generation collection, critical",
    18_000.0,
    "ms/min",
    "Tencent: full collections above 30 % of the time",
);
/// Collection time of all generations from which the job suffers.
pub const ALL_GC_SEVERE: Threshold =
    threshold("collection, all generations", 9_000.0, "ms/min", "Dr. Elephant: 15 % of run time is critical");
/// Collection time of all generations that is too much where the heap stays full.
pub const ALL_GC_WARN: Threshold =
    threshold("collection in a full heap", 1_200.0, "ms/min", "Dr. Elephant: 2 % of the time is moderate");
/// Share of the heap that stays in use although it is collected.
pub const HEAP_FLOOR: Threshold =
    threshold("heap in use at its lowest", 0.7, "", "AWS: 30 to 75 % is healthy, and that at its peaks");
/// Share of the heap in use from which there is little left.
pub const HEAP_SEVERE: Threshold =
    threshold("heap in use", 0.8, "", "AWS: above 80 % investigate, above 90 % critical");
/// Share of the heap by which it must have grown over collections to be called a leak.
pub const LEAK_GROWTH: Threshold = threshold(
    "heap grown over collections",
    0.25,
    "",
    "own: a quarter of the heap in minutes is not a cache warming up",
);
/// Share of the heap in use below which a growing heap is left alone.
pub const LEAK_LEVEL: Threshold =
    threshold("heap in use, growing", 0.5, "", "own: below half, the collector has not begun to care");
/// Minutes to a full heap within which a leak is severe.
pub const LEAK_HORIZON: Threshold =
    threshold("time to a full heap", 15.0, "min", "own: as long as a person needs to look and act");
/// Restarts within [`RESTART_WINDOW_MS`] from which the job is in a loop.
pub const RESTARTS_LOOP: Threshold =
    threshold("restarts in 10 minutes", 3.0, "", "AWS: more than 2 an hour; Alibaba: the first is P0");
/// Restarts within [`RESTART_WINDOW_MS`] that are worth a look.
pub const RESTARTS_WARN: Threshold =
    threshold("restarts in 10 minutes, some", 1.0, "", "Alibaba: NumOfRestart >= 1; AWS: 1 of 1");
/// How long a job may be without running before that is a finding of its own.
pub const NOT_RUNNING: Threshold =
    threshold("not running", 60.0, "s", "own: well above a deployment, within a minute's verdict");
/// Failed checkpoints in a row from which the job is at risk.
pub const CHECKPOINTS_FAILED: Threshold =
    threshold("failed checkpoints", 2.0, "", "Pinterest: consecutive failures; AWS: rate above 0");
/// Share of the interval that a checkpoint may take.
pub const CHECKPOINT_DURATION: Threshold =
    threshold("checkpoint duration / interval", 1.0, "", "AWS: above 50 % warns; here full");
/// A checkpoint faster than this is never slow, however short the interval.
pub const CHECKPOINT_SLOW: Threshold =
    threshold("checkpoint duration", 10.0, "s", "own: a tenth of a minute's verdict is noise");
/// How long barriers may travel before a checkpoint begins in a subtask.
pub const START_DELAY: Threshold =
    threshold("checkpoint start delay", 1_000.0, "ms", "own: milliseconds when healthy, seconds behind full buffers");
/// How far a stalled watermark lies behind its siblings.
pub const WATERMARK_BEHIND: Threshold =
    threshold("watermark behind its siblings", 30_000.0, "ms", "own: more than any usual out-of-orderness");
/// Event-time lag from which a source is behind.
pub const LAG: Threshold = threshold("event-time lag", 60_000.0, "ms", "AWS: healthy below 60,000 ms");
/// Share of records dropped as late that loses results.
pub const LATE_RATIO: Threshold =
    threshold("late records / records", 0.01, "", "own, after production practice: above 1 % is severe");
/// Growth of the state over the visible checkpoints that is worth a look.
pub const STATE_GROWTH: Threshold =
    threshold("state growth a checkpoint", 0.05, "", "own: 5 % a checkpoint doubles it in 14");

/// After a (re)start, throughput is not judged for this long: buffers fill, code is compiled, gauges say 1000.
pub const GRACE_MS: i64 = 15_000;
/// An interval must begin at least this long after the start; the gauges of the first seconds are wrong.
pub const WARM_MS: i64 = 3_000;
/// How far back restarts are counted.
pub const RESTART_WINDOW_MS: i64 = 600_000;
/// A stack sample older than this says nothing of now; clusters keep one for a minute.
pub const STACKS_FRESH_MS: i64 = 150_000;
/// State smaller than this is not worth a word, however it grows.
pub const STATE_FLOOR_BYTES: f64 = 32.0 * 1024.0 * 1024.0;
