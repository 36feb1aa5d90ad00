//! Runs a dataflow in this process.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use super::{
    Config, Dataflow, Job, JobError, Stream,
    attempt::Attempt,
    execution::{Execution, forget},
    record::Data,
};
use crate::{
    clock::now_ms,
    expr::EvalContext,
    host::{
        checkpoints::coordinator::Coordinator,
        restart::{Decision, decide},
    },
    ids,
    runtime::{
        Failure,
        context::Services,
        graph::JobGraph,
        job::{Environment, launch},
        print_log::PrintLog,
    },
    state::{DAMAGED, StateError, restore::Restore, store::CheckpointStore},
};

/// At most so many failures are remembered: the newest.
const MAX_FAILURES: usize = 1000;

/// Runs a job to its end in this process, as its configuration says: with checkpoints where
/// `execution.checkpointing.interval` is set, and again after a failure as `restart-strategy` has it. A program that was
/// ended, by whatever, and is started again goes on from the newest checkpoint; one that came to its end begins anew.
///
/// ```
/// use engine::dataflow::{Config, Dataflow, run};
/// use std::sync::{Arc, Mutex, atomic::{AtomicBool, Ordering}};
///
/// let flow = Dataflow::new("fails once");
/// let (failed, seen) = (AtomicBool::new(false), Arc::new(Mutex::new(Vec::new())));
/// let sink = Arc::clone(&seen);
/// flow.collection("numbers", [1, 2, 3])
///     .try_map("check", move |n| match failed.swap(true, Ordering::Relaxed) {
///         true => Ok(n),
///         false => Err("the service is away".into()),
///     })
///     .for_each("collect", move |n| sink.lock().unwrap().push(n));
/// let config = Config::new()
///     .set("restart-strategy.type", "fixed-delay")
///     .set("restart-strategy.fixed-delay.attempts", "3")
///     .set("restart-strategy.fixed-delay.delay", "10 ms");
/// run(flow.build(&config)?)?;
/// assert_eq!(*seen.lock().unwrap(), [1, 2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn run(job: Job) -> Result<(), JobError> {
    let Job { graph, execution } = job;
    let storage = |error: StateError| JobError(error.to_string());
    let checkpoints = execution.checkpoints(&graph.name).map_err(storage)?;
    let (services, mut failures, mut before) = (Services::default(), Vec::new(), None);
    for restarts in 0.. {
        let restore = execution.restore(&graph, checkpoints.as_ref(), before).map_err(storage)?;
        let from = restore.as_ref().map(|restore| restore.manifest().checkpoint);
        let Err(failure) = attempt(&graph, &execution, checkpoints.as_ref(), restore, &services)? else { break };
        // A damaged checkpoint is found when its state is read: then the one before it is asked for.
        before = from.filter(|_| failure.class == DAMAGED);
        failures.push(now_ms());
        failures.drain(..failures.len().saturating_sub(MAX_FAILURES));
        let delay = match decide(&execution.restart, restarts, &failures, ids::chance()) {
            Decision::Restart(delay) => delay,
            Decision::GiveUp(_) => return Err(JobError(failure.stack())),
        };
        let delay_ms = delay.as_millis();
        tracing::warn!(job.name = graph.name, failure.class, failure.message, delay_ms, "the job is started again");
        thread::sleep(delay);
    }
    checkpoints.as_ref().map_or(Ok(()), forget).map_err(storage)
}

/// One attempt; the outer error is one that no other attempt would mend.
fn attempt(
    graph: &Arc<JobGraph>,
    execution: &Execution,
    checkpoints: Option<&CheckpointStore>,
    restore: Option<Restore>,
    services: &Services,
) -> Result<Result<(), Failure>, JobError> {
    let attempt = ids::random();
    let checkpoints = checkpoints.filter(|_| execution.checkpointing.interval_ms.is_some());
    let begun = checkpoints.and_then(CheckpointStore::newest_number).unwrap_or(0);
    let restored = restore.as_ref().map_or(0, |restore| restore.manifest().checkpoint);
    let environment = Environment {
        print: Arc::new(PrintLog::new(std::env::temp_dir().join(format!("dataflow-{attempt}.out")))),
        attempt_id: attempt.into(),
        eval: Arc::new(EvalContext::new(jiff::tz::TimeZone::UTC)),
        services: services.clone(),
        checkpoints: checkpoints.is_some(),
        restore: restore.map(Arc::new),
    };
    let job = launch(graph, &environment);
    let job = job.map_err(|error| JobError(format!("could not start the job's threads: {error}")))?;
    let coordinator = Coordinator::new(execution.policy(), job.samplers.len(), begun.max(restored) + 1);
    let checkpoints = checkpoints.map(|store| (store, execution.checkpointing.retained as usize));
    Ok(Attempt { graph, job, coordinator, checkpoints, failure: None }.run())
}

/// Runs a dataflow to its end in this process, with default settings; what came out of a stream of it.
pub fn run_collect<T: Data>(flow: &Dataflow, stream: Stream<T>) -> Result<Vec<T>, Box<dyn std::error::Error>> {
    let collected = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&collected);
    stream.for_each("collect", move |value| sink.lock().unwrap_or_else(PoisonError::into_inner).push(value));
    run(flow.build(&Config::new())?)?;
    let mut collected = collected.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut collected))
}
