//! What to do about each cause: numbered steps with this job's own names, a key or a command to copy, what to expect, and when
//! to stop and call whom.

use model::Instruction;

use crate::catalogue::Owner;
use crate::exceptions::Meaning;
use crate::load::VertexLoad;
use crate::outcome::{run, step};
use crate::thresholds::BUSY_WARN;

/// The share of its time that a subtask should be busy: Flink's autoscaler's default target.
const TARGET: f64 = 0.7;

/// The parallelism at which this vertex would be busy for 70 % of its time, at least one more than now.
fn wider(load: &VertexLoad) -> u32 {
    let now = load.vertex.parallelism.max(1);
    let busy = load.busy().unwrap_or(1000.0) / 1000.0;
    let ideal = (f64::from(now) * busy / TARGET).ceil();
    let bounded = load.vertex.max_parallelism.filter(|max| *max > 0).unwrap_or(u32::MAX);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ideal = ideal.clamp(1.0, 32_768.0) as u32;
    ideal.max(now.saturating_add(1)).min(bounded.max(now))
}

/// An operator that waits for something outside.
pub fn waits(name: &str, frame: Option<&str>, load: &VertexLoad) -> Vec<Instruction> {
    let call = frame.map_or_else(|| format!("the call that {name} makes"), |frame| format!("`{frame}`"));
    let per_record = load.records_in().filter(|rate| *rate > 0.0).map(|rate| {
        let busy: f64 = load.subtasks.iter().filter_map(|s| s.mean.busy).sum();
        format!(" Here a record takes {:.1} ms of it at {rate:.0} records a second.", busy / rate)
    });
    vec![
        step(format!(
            "Measure {call} from the other side: its latency, its errors, its limits.{}",
            per_record.unwrap_or_default()
        )),
        run(
            "Let calls overlap, so that waiting costs nothing: make the function asynchronous, or let the connector batch.",
            "AsyncDataStream.unorderedWait(stream, function, 5, TimeUnit.SECONDS, 100)   // SQL sinks: 'sink.buffer-flush.max-rows' = '1000'",
        ),
        run(
            format!("Until then, and only if the other side can take more calls at once, run {name} wider."),
            format!("parallelism.default: {}", wider(load)),
        ),
        step(format!(
            "Expect {name} below {:.0} ms/s busy, and backpressure above it gone, within two minutes. If its calls get slower \
             instead, go back and call the owners of that service: they are the limit.",
            BUSY_WARN.value
        )),
    ]
}

/// An operator that computes.
pub fn computes(name: &str, frame: Option<&str>, load: &VertexLoad) -> Vec<Instruction> {
    let place = frame.map_or_else(|| "the widest bar of its flame graph".to_owned(), |frame| format!("`{frame}`"));
    vec![
        step(format!(
            "Look at {place}: that is where the time goes. Cheaper work there is worth more than more machines."
        )),
        run(format!("Run {name} wider."), format!("parallelism.default: {}", wider(load))),
        step(format!(
            "Make sure that many slots and cores are free, and the keys are even. Expect {name} below {:.0} ms/s busy within two \
             minutes; if it stays saturated, the work is on one key or the machines are full.",
            BUSY_WARN.value
        )),
    ]
}

/// A vertex whose load is uneven.
pub fn skewed(name: &str, share: f64, hot: &str) -> Vec<Instruction> {
    vec![
        step(format!(
            "Find the hot key: count records by key for a minute in front of {name}. {hot} gets {:.0} % of the records; a null, \
             a default value or one big customer is the usual reason.",
            100.0 * share
        )),
        run(
            "Aggregate in two steps, so that most records of the hot key are folded where they arise.",
            "SET 'table.exec.mini-batch.enabled' = 'true'; SET 'table.exec.mini-batch.allow-latency' = '2 s'; SET 'table.exec.mini-batch.size' = '5000'; SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';",
        ),
        step(
            "Where that does not fit, add a small random number to the hot key, aggregate by both, then by the key alone; or \
              leave out the records whose key says nothing.",
        ),
        step(
            "Do not raise the parallelism: the hot key stays on one subtask. Expect the subtasks' busy times within a factor \
              of two of each other after the change.",
        ),
    ]
}

/// A bottleneck that nothing explains.
pub fn unclear(name: &str, embedded: bool) -> Vec<Instruction> {
    let mut steps = Vec::new();
    if !embedded {
        steps.push(run(
            "Let the cluster sample stacks, and look again a minute later.",
            "rest.flamegraph.enabled: true",
        ));
    }
    steps.push(step(format!(
        "Look at the threads of {name}: asleep or in a socket means it waits, running means it computes."
    )));
    steps.push(step("Do not rescale before that is known: a slow service only gets slower with more callers."));
    steps
}

/// An exception that makes the job restart.
pub fn exception(name: &str, meaning: &Meaning, embedded: bool) -> Vec<Instruction> {
    match (meaning.cause, meaning.owner) {
        ("poison-record", _) => poison(name, meaning, embedded),
        ("no-slots", _) => vec![
            run("Start one more task manager, or stop a job that is not needed.", "bin/taskmanager.sh start"),
            step("Expect the job RUNNING within a minute."),
        ],
        ("network-buffers", _) => vec![
            run("Give the network more memory.", "taskmanager.memory.network.fraction: 0.2"),
            step(
                "Restart the task managers; expect the job RUNNING. If it comes again, lower the parallelism or the fan-out.",
            ),
        ],
        ("restore-mismatch", _) => vec![
            step("Compare the operators' uids with those of the version that wrote the state; put the lost ones back."),
            step("Drop state on purpose only with the owner's agreement: allowNonRestoredState loses it for good."),
        ],
        (_, Owner::External) => vec![
            step(format!(
                "Ask the owners of the system behind {name} whether it is up, and whether it throttles: {}.",
                meaning.meaning.unwrap_or("it refused")
            )),
            run(
                "Wait longer between attempts, so that the job does not add to the load.",
                "restart-strategy.type: exponential-delay",
            ),
            step(
                "Expect the restarts to end when the system is back. If they do not within 15 minutes, stop the job with a savepoint.",
            ),
        ],
        (_, Owner::User) => code(name, meaning),
        (_, Owner::Platform) => vec![
            step("Look at the job manager's and the task managers' logs at the time of the first failure."),
            step(
                "Call the platform's owners with that time and this exception; the job's code does not appear in the stack.",
            ),
        ],
    }
}

fn poison(name: &str, meaning: &Meaning, embedded: bool) -> Vec<Instruction> {
    let place = meaning.frame.as_ref().and_then(|f| f.place.as_ref()).filter(|_| !meaning.in_user_code);
    let look = place.map_or_else(
        || format!("Look at the record: the message says which, `{}`.", crate::outcome::brief(&meaning.message, 120)),
        |place| format!("Look at the record at {place}: `{}`.", crate::outcome::brief(&meaning.message, 120)),
    );
    let skip = if meaning.in_user_code {
        run(
            format!("Let {name} survive it: catch the exception, send the record to a side output, count it."),
            "catch (RuntimeException e) { ctx.output(BAD_RECORDS, record); }",
        )
    } else {
        let more = if embedded { ", or correct the record where it comes from" } else { "" };
        run(
            format!("Skip what cannot be read, with the option of the format{more}."),
            "'csv.ignore-parse-errors' = 'true'   -- or 'json.ignore-parse-errors'",
        )
    };
    vec![
        step(look),
        skip,
        step(
            "Start the changed job from the latest checkpoint. Expect no restart for ten minutes; do not scale it meanwhile.",
        ),
        step("If such records keep coming, stop and call whoever writes them: the producer has changed its format."),
    ]
}

fn code(name: &str, meaning: &Meaning) -> Vec<Instruction> {
    let place = meaning.frame.as_ref().map_or_else(|| name.to_owned(), crate::names::Frame::short);
    vec![
        step(format!("Look at {place}, and at what changed there since the job last ran well.")),
        step("If a deployment brought it, go back to the version before, from the latest checkpoint."),
        run("Until it is fixed, wait longer between attempts.", "restart-strategy.type: exponential-delay"),
        step("Expect no restart for ten minutes. Do not scale the job: it fails of its code, not of its size."),
    ]
}
