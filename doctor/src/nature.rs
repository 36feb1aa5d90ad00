//! Why a busy operator is slow: uneven keys, a collector that takes its time, a state that is written while records wait, a
//! call that waits, or work that computes.
//!
//! In that order: an uneven load makes one subtask slow whatever it does, and a thread that the collector stops looks busy
//! whatever it does. Waiting and computing are told apart by the thread's processor time where the cluster measures it, by
//! sampled stacks, and by the processor time of the whole task manager.

use model::{Confidence, Evidence};

use crate::case::{Case, Window};
use crate::flow::Flow;
use crate::jvm;
use crate::load::{SubtaskLoad, VertexLoad, median, most};
use crate::names::{self, operator_of};
use crate::signals::{self, number, text};
use crate::stacks;
use crate::thresholds::{ALL_GC_SEVERE, BUSY_SATURATED, CPU_COMPUTES, CPU_WAITS, SKEW_OTHERS, SKEW_RATIO};

/// A busy subtask below this is not the hot one of a skewed vertex.
const HOT: f64 = 0.7 * BUSY_SATURATED.value;
/// With this much collection the collector is what slows the operator, in ms a minute.
const GC_EXPLAINS: f64 = 1.5 * ALL_GC_SEVERE.value;

/// From here on an operator's mail waits for one long action, in milliseconds; a slow record or two delays it far less.
const MAILBOX_BLOCKED: f64 = 1_000.0;

/// What kind of slow it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One subtask gets far more records than the others.
    Skewed,
    /// The collector stops its task manager.
    Collecting,
    /// It writes its state, and takes no records meanwhile.
    Snapshots,
    /// It waits for something outside.
    Waits,
    /// It computes.
    Computes,
    /// Nothing tells.
    Unclear,
}

/// Why an operator is slow, and what says so.
#[derive(Debug, Clone)]
pub struct Nature {
    /// What kind of slow it is.
    pub kind: Kind,
    /// How sure that is.
    pub confidence: Confidence,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// The operator in the chain, where the stacks tell.
    pub operator: Option<String>,
    /// `SinkMap.callExternalService`, where the stacks tell.
    pub frame: Option<String>,
}

impl Nature {
    fn new(kind: Kind, confidence: Confidence, evidence: Vec<Evidence>) -> Nature {
        Nature { kind, confidence, evidence, operator: None, frame: None }
    }
}

/// Why this vertex is slow.
pub fn of(case: &Case, window: &Window, flow: &Flow, load: &VertexLoad) -> Nature {
    if let Some(skew) = skew(load) {
        return Nature::new(Kind::Skewed, Confidence::High, skew.evidence(load));
    }
    if let Some(evidence) = collecting(window, load) {
        return Nature::new(Kind::Collecting, Confidence::Medium, evidence);
    }
    if let Some(evidence) = snapshotting(case, load) {
        return Nature::new(Kind::Snapshots, Confidence::High, vec![evidence]);
    }
    by_thread(load)
        .or_else(|| by_stacks(case, window, flow, load))
        .or_else(|| by_process(window, flow, load))
        .unwrap_or_else(|| {
            let note = "neither thread times nor stacks nor processor times say whether it waits or computes";
            Nature::new(Kind::Unclear, Confidence::Low, vec![text("nature", &load.vertex.name, note)])
        })
}

/// An uneven load.
#[derive(Debug, Clone, PartialEq)]
pub struct Skew {
    /// The hot subtask's index.
    pub hot: u32,
    /// Its records as a multiple of the others'.
    pub ratio: f64,
    /// Its share of all records, 0 to 1.
    pub share: f64,
    /// Its busy time, ms/s.
    pub busy: f64,
    /// The others' busy time, ms/s.
    pub others_busy: f64,
}

impl Skew {
    /// What it rests on.
    pub fn evidence(&self, load: &VertexLoad) -> Vec<Evidence> {
        let hot = names::subtask(load.vertex, self.hot);
        let mut evidence = vec![
            number(signals::SKEW, &load.vertex.name, self.ratio, "x", Some(&SKEW_RATIO)),
            number(signals::BUSY, &hot, self.busy, "ms/s", Some(&BUSY_SATURATED)),
        ];
        for subtask in load.subtasks.iter().filter(|s| s.index != self.hot).take(1) {
            let name = names::subtask(load.vertex, subtask.index);
            evidence.extend(subtask.mean.busy.map(|busy| number(signals::BUSY, &name, busy, "ms/s", None)));
        }
        evidence
    }
}

/// Whether one subtask is hot because it gets far more records than the others, which have time to spare.
pub fn skew(load: &VertexLoad) -> Option<Skew> {
    uneven(load).filter(|skew| skew.busy >= HOT)
}

/// Whether one subtask gets far more records than the others and works more than twice as much, hot or not.
pub fn uneven(load: &VertexLoad) -> Option<Skew> {
    let records = |s: &SubtaskLoad| if load.vertex.inputs.is_empty() { s.records_out } else { s.records_in };
    let rates: Option<Vec<f64>> = load.subtasks.iter().map(records).collect();
    let rates = rates?;
    let ratio = signals::ratio(&rates)?;
    let hot = load.subtasks.iter().max_by(|a, b| records(a).unwrap_or(0.0).total_cmp(&records(b).unwrap_or(0.0)))?;
    let busy = hot.mean.busy?;
    let others: Vec<f64> = load.subtasks.iter().filter(|s| s.index != hot.index).filter_map(|s| s.mean.busy).collect();
    let others_busy = median(others)?;
    let uneven = ratio >= SKEW_RATIO.value && others_busy <= SKEW_OTHERS.value * busy;
    let share = records(hot)? / rates.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    uneven.then_some(Skew { hot: hot.index, ratio, share, busy, others_busy })
}

/// The collector's share on the task manager of the busiest subtask, where it is enough to explain everything.
fn collecting(window: &Window, load: &VertexLoad) -> Option<Vec<Evidence>> {
    let host = load.busiest()?.task_manager.clone()?;
    let (first, last) = (window.moments().first()?, window.moments().last()?);
    let spent = jvm::per_minute(first, last, &host, jvm::ALL_GC_TIME)?;
    (spent >= GC_EXPLAINS).then(|| vec![number(jvm::ALL_GC_TIME, &host, spent, "ms/min", Some(&ALL_GC_SEVERE))])
}

/// A snapshot that blocks the operator: most working samples are inside it, or mail waits for seconds while checkpoints expire.
fn snapshotting(case: &Case, load: &VertexLoad) -> Option<Evidence> {
    let name = &load.vertex.name;
    if let Some(sample) = stacks::fresh(case, load.vertex) {
        let working = sample.top.iter().filter(|stack| stacks::doing(stack) != stacks::Doing::Idle);
        let (mut writing, mut all) = (0, 0);
        for stack in working {
            all = stack.samples.saturating_add(all);
            if stack.frames.iter().any(|frame| frame.contains("snapshotState")) {
                writing = stack.samples.saturating_add(writing);
            }
        }
        if all >= stacks::FEWEST && writing > all / 2 {
            let share = 100.0 * stacks::share(writing, all);
            return Some(text("flamegraph", name, format!("{share:.0} % of the working samples: it writes its state")));
        }
    }
    let expired = case.job().checkpoints.iter().flat_map(|all| &all.history).take(3).any(|checkpoint| {
        checkpoint.status == "FAILED" && checkpoint.failure.as_deref().is_some_and(|why| why.contains("expired"))
    });
    let waits = most(load.vertex.subtasks.iter().map(|s| s.metrics.get("mailboxLatencyMs_p95").copied()))?;
    (expired && waits > MAILBOX_BLOCKED).then(|| number("mailboxLatencyMs_p95", name, waits, "ms", None))
}

/// By the threads' own processor time, which an embedded engine measures.
fn by_thread(load: &VertexLoad) -> Option<Nature> {
    let hot = load.busiest()?;
    let (busy, cpu) = (hot.mean.busy.filter(|busy| *busy > 0.0)?, hot.cpu?);
    let kind = judge(cpu / busy, cpu / busy)?;
    let threshold = if kind == Kind::Waits { &CPU_WAITS } else { &CPU_COMPUTES };
    let subject = names::subtask(load.vertex, hot.index);
    let mut evidence = number("cpuTimeMsPerSecond", &subject, cpu, "ms/s", None);
    evidence.threshold = Some((threshold.value * busy).round());
    Some(Nature::new(kind, Confidence::High, vec![evidence]))
}

/// By sampled stacks, with the process' processor time as a second witness.
fn by_stacks(case: &Case, window: &Window, flow: &Flow, load: &VertexLoad) -> Option<Nature> {
    let sample = stacks::fresh(case, load.vertex)?;
    let sorted = stacks::sort(sample);
    let waiting = sorted.waiting_share()?;
    let (kind, stack) = match judge(1.0 - waiting, 1.0 - waiting)? {
        Kind::Waits => (Kind::Waits, sorted.waits_in),
        kind => (kind, sorted.computes_in),
    };
    let frames: Vec<names::Frame> =
        stack.iter().flat_map(|s| &s.frames).filter_map(|f| names::Frame::parse(f)).collect();
    let user = stack.and_then(stacks::user_frame);
    let share = if kind == Kind::Waits { waiting } else { 1.0 - waiting };
    let name = &load.vertex.name;
    let verb = if kind == Kind::Waits { "waits" } else { "computes" };
    let place = user.as_ref().map_or_else(String::new, |frame| format!(" in {}", frame.short()));
    let mut evidence =
        vec![text("flamegraph", name, format!("{:.0} % of the working samples: it {verb}{place}", 100.0 * share))];
    let second = by_process(window, flow, load);
    let agrees = second.as_ref().is_none_or(|s| s.kind == kind);
    evidence.extend(second.into_iter().filter(|s| s.kind == kind).flat_map(|s| s.evidence));
    let confidence = if agrees { Confidence::High } else { Confidence::Medium };
    let operator = operator_of(&names::operators(name), &frames);
    Some(Nature { operator, frame: user.map(|f| f.short()), ..Nature::new(kind, confidence, evidence) })
}

/// By the processor time of the task managers that the busy subtasks run on: less than they are busy means they wait. What
/// other vertices there are busy with counts for them, never for the suspect.
fn by_process(window: &Window, flow: &Flow, load: &VertexLoad) -> Option<Nature> {
    let host = load.busiest()?.task_manager.clone()?;
    let (first, last) = (window.moments().first()?, window.moments().last()?);
    let used = 1000.0 * jvm::cores(first, last, &host)?;
    let busy_there = |load: &VertexLoad| -> f64 {
        load.subtasks.iter().filter(|s| s.task_manager.as_ref() == Some(&host)).filter_map(|s| s.mean.busy).sum()
    };
    let own = busy_there(load);
    let others: f64 = flow.loads.iter().filter(|l| l.vertex.id != load.vertex.id).map(busy_there).sum();
    if own <= 0.0 {
        return None;
    }
    let kind = judge(used / own, (used - others).max(0.0) / own)?;
    let threshold = if kind == Kind::Waits { CPU_WAITS.value } else { CPU_COMPUTES.value };
    let mut evidence = number(jvm::CPU_TIME, &host, used, "ms/s", None);
    evidence.threshold = Some((threshold * own).round());
    Some(Nature::new(kind, Confidence::Medium, vec![evidence]))
}

/// Waits when at most `most` of the busy time can be processor time; computes when at least `least` of it must be.
fn judge(most: f64, least: f64) -> Option<Kind> {
    if most < CPU_WAITS.value {
        Some(Kind::Waits)
    } else if least > CPU_COMPUTES.value {
        Some(Kind::Computes)
    } else {
        None
    }
}

/// Busy time of the vertex' busiest subtask as evidence.
pub fn busy_evidence(load: &VertexLoad, threshold: &crate::thresholds::Threshold) -> Option<Evidence> {
    let busy = most(load.subtasks.iter().map(|s| s.mean.busy))?;
    Some(number(signals::BUSY, &load.vertex.name, busy, "ms/s", Some(threshold)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::{Confidence, VertexSnapshot};

    use super::Kind;
    use crate::build::{Built, JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::flow::Flow;

    /// The nature of `sink` below a held-back source, on a task manager with this processor time a second.
    fn check(sink: impl Fn(i64) -> VertexSnapshot, cpu_ms: Option<f64>, kind: Kind, confidence: Confidence) {
        let make = |second: i64| -> Built<_> {
            let nanos = cpu_ms.map(|ms| ("Status.JVM.CPU.Time", ms * 1e6 * f64::from(i32::try_from(second).unwrap())));
            let source = vertex("source", 2).load(0.0, 950.0);
            cluster(second)
                .task_manager("tm-1", nanos.as_slice())
                .job(job("j").vertex(source).vertex(sink(second).after("source", "HASH")))
        };
        let history = history(&[30, 40, 50], make);
        let history = refs(&history);
        let case = Case::new(&history, "j").unwrap();
        let flow = Flow::of(&case, &case.window().unwrap());
        let nature = &flow.culprits.first().unwrap().nature;
        assert_eq!((nature.kind, nature.confidence), (kind, confidence));
        assert!(!nature.evidence.is_empty());
    }

    fn busy() -> VertexSnapshot {
        vertex("sink", 2).load(1000.0, 0.0)
    }

    #[test]
    fn by_the_threads_own_time() {
        check(|_| busy().gauge("cpuTimeMsPerSecond", &[30.0, 30.0]), None, Kind::Waits, Confidence::High);
        check(|_| busy().gauge("cpuTimeMsPerSecond", &[900.0, 900.0]), None, Kind::Computes, Confidence::High);
        check(|_| busy().gauge("cpuTimeMsPerSecond", &[450.0, 450.0]), None, Kind::Unclear, Confidence::Low);
    }

    const SLEEPS: [&str; 2] = ["java.lang.Thread.sleep:-2", "Orders$SinkMap.call:1"];
    #[test]
    fn a_snapshot_that_blocks_is_neither() {
        let writes = [
            "java.lang.Thread.sleep:-2",
            "Orders$Agg.snapshotState:1",
            "org.apache.flink.StreamTask.performCheckpoint:2",
        ];
        check(|_| busy().stacks(45, 0, 200, &writes), Some(60.0), Kind::Snapshots, Confidence::High);
    }

    const LOOPS: [&str; 1] = ["Orders$Agg.hotLoop:1"];

    #[test]
    fn by_stacks() {
        check(|_| busy().stacks(45, 0, 200, &SLEEPS), Some(60.0), Kind::Waits, Confidence::High);
        check(|_| busy().stacks(45, 190, 10, &LOOPS), None, Kind::Computes, Confidence::High);
        check(|_| busy().stacks(45, 0, 200, &SLEEPS), Some(1900.0), Kind::Waits, Confidence::Medium);
    }

    #[test]
    fn a_sample_of_an_idle_mailbox_or_of_another_time_says_nothing() {
        let idle = ["jdk.internal.misc.Unsafe.park:-2", "org.apache.flink.TaskMailboxImpl.take:161"];
        check(|_| busy().stacks(45, 0, 200, &idle), None, Kind::Unclear, Confidence::Low);
        check(|_| busy().stacks(-5, 0, 200, &SLEEPS), None, Kind::Unclear, Confidence::Low);
    }

    #[test]
    fn by_the_processes_time() {
        check(|_| busy(), Some(60.0), Kind::Waits, Confidence::Medium);
        check(|_| busy(), Some(1900.0), Kind::Computes, Confidence::Medium);
        check(|_| busy(), Some(1000.0), Kind::Unclear, Confidence::Low);
    }

    fn counted(second: i64, rates: [f64; 2], busy: [f64; 2]) -> VertexSnapshot {
        let second = f64::from(i32::try_from(second).unwrap());
        vertex("sink", 2).gauge("numRecordsIn", &rates.map(|r| r * second)).gauge("busyTimeMsPerSecond", &busy)
    }

    #[test]
    fn an_uneven_load_comes_before_waiting() {
        let hot = |s| counted(s, [20.0, 180.0], [100.0, 990.0]).gauge("cpuTimeMsPerSecond", &[2.0, 20.0]);
        check(hot, None, Kind::Skewed, Confidence::High);
    }

    #[test]
    fn uneven_records_with_every_subtask_saturated_are_no_skew() {
        let all = |s| counted(s, [20.0, 180.0], [900.0, 990.0]).gauge("cpuTimeMsPerSecond", &[20.0, 20.0]);
        check(all, None, Kind::Waits, Confidence::High);
        let even = |s| counted(s, [90.0, 110.0], [300.0, 990.0]).gauge("cpuTimeMsPerSecond", &[20.0, 20.0]);
        check(even, None, Kind::Waits, Confidence::High);
    }
}
