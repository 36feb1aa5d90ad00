//! `drsquirrel worker`: the task manager of one job attempt, a child process of its engine.
//!
//! It speaks JSON lines: orders on standard input, reports on standard output, its log on standard error. When standard
//! input closes its engine is gone, and so is it, within a second. Two attempts of a job never run side by side: a worker
//! holds a lock on a file in the job's directory from before its tasks start until its process is gone, however that ends.

mod collect;
mod process;
pub mod protocol;

use std::{
    fs::{File, TryLockError},
    io::{self, BufRead, Write},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded, select};

use crate::{
    connectors::connect::BuiltIn,
    expr::EvalContext,
    host::shape::outline_of,
    planner::script::JobPlan,
    runtime::{
        Failure,
        context::Services,
        job::{Declined, Environment, Event, Outcome, RunningJob, launch},
        print_log::PrintLog,
    },
    state::{restore::Restore, storage::Directory},
    syntax::SqlError,
};
use collect::Credit;
use process::ProcessSampler;
use protocol::{FromWorker, MAX_LINE_BYTES, Report, Start, TaskReport, ToWorker};

/// How often metrics are reported.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// How often is looked whether the worker before this one is gone.
const LOOK: Duration = Duration::from_millis(10);
/// How long tasks have to stop before the process ends without them.
const STOP_GRACE: Duration = Duration::from_millis(700);

/// Runs a worker: reads what to do from standard input, and answers when all of it is over.
pub fn run_worker() -> Result<(), crate::EngineError> {
    let orders = read_orders();
    let Ok(ToWorker::Start(start)) = orders.recv() else {
        return Err(crate::EngineError::Worker(
            "standard input carries no job; a worker is started by an engine".into(),
        ));
    };
    let credit = Credit::new();
    match alone(&start.directory, &orders, &credit) {
        Ok(true) => {}
        Ok(false) => return Ok(()),
        Err(error) => {
            let message = format!("Could not lock {}: {error}", start.directory.display());
            send(&FromWorker::Refused(Failure::new("java.io.IOException", message)));
            return Ok(());
        }
    }
    match begin(&start, &credit) {
        Ok(job) => supervise(job, &orders, &credit),
        Err(failure) => send(&FromWorker::Refused(failure)),
    }
    Ok(())
}

/// Waits until no other worker of the job is left; `false` where this one is to stop before.
fn alone(directory: &Path, orders: &Receiver<ToWorker>, credit: &Credit) -> io::Result<bool> {
    let file = File::create(directory.join("lock"))?;
    loop {
        match file.try_lock() {
            Ok(()) => {
                // The end of the process unlocks it, and nothing before.
                std::mem::forget(file);
                return Ok(true);
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        match orders.recv_timeout(LOOK) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(ToWorker::Grant(rows)) => credit.grant(rows),
            // Nothing else is ordered before the tasks run.
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return Ok(false),
        }
    }
}

/// Plans the job, and starts its tasks where it left off.
fn begin(start: &Start, credit: &Arc<Credit>) -> Result<RunningJob, Failure> {
    let plan = plan(start, credit).map_err(|error| Failure::new(error.class(), error.to_string()))?;
    let restore = start.restore.as_deref().map(|url| Directory::at(url, false).and_then(Restore::open)).transpose();
    let restore = restore.map_err(Failure::from)?.map(Arc::new);
    let environment = Environment {
        print: Arc::new(PrintLog::new(start.directory.join("stdout"))),
        attempt_id: Arc::from(start.attempt_id.as_str()),
        eval: Arc::new(EvalContext::new(plan.config.zone.clone())),
        services: Services::default(),
        checkpoints: start.checkpoints,
        restore,
    };
    let job = launch(&plan.graph, &environment)
        .map_err(|error| Failure::new("java.lang.OutOfMemoryError", format!("Could not start a task: {error}")))?;
    tracing::info!(job.name = plan.name, tasks = job.samplers.len(), "the tasks are started");
    Ok(job)
}

/// The plan of the job; the results of a query go to the engine, as many as it has room for.
fn plan(start: &Start, credit: &Arc<Credit>) -> Result<JobPlan, SqlError> {
    // Of which types a query's results are is known when it is planned.
    let result = outline_of(&start.script, &start.parallelism)?.result;
    let collect = result.map(|result| collect::factory(Arc::clone(credit), result.types()));
    let mut plan = start.script.plan(&BuiltIn, collect)?;
    if let Some(graph) = Arc::get_mut(&mut plan.graph) {
        graph.rescale(&start.parallelism);
    }
    Ok(plan)
}

/// Reports until every task has ended.
fn supervise(mut job: RunningJob, orders: &Receiver<ToWorker>, credit: &Credit) {
    let mut open = job.samplers.len();
    let mut process = ProcessSampler::new();
    let ticks = crossbeam_channel::tick(REPORT_INTERVAL);
    while open > 0 {
        select! {
            recv(job.events) -> event => if let Ok(event) = event {
                open -= usize::from(matches!(event, Event::Ended(_)));
                heard(&mut job, &mut process, event);
            },
            recv(orders) -> order => match order {
                Ok(order) => obey(&job, order, credit),
                Err(_) => {
                    tracing::warn!("the engine is gone; this worker stops");
                    stop(&job);
                    // Nobody is left to report to. The deadline set by `stop` ends the process at the latest.
                    return drain(&job.events, open);
                }
            },
            recv(ticks) -> _ => report(&mut job, &mut process),
        }
    }
}

fn heard(job: &mut RunningJob, process: &mut ProcessSampler, event: Event) {
    let mut failed = false;
    if let Event::Ended(ended) = &event {
        // The last figures come before the end.
        report(job, process);
        if let Outcome::Failed(failure) = &ended.outcome {
            tracing::error!(vertex = ended.vertex, subtask = ended.subtask, "a task failed: {}", failure.stack());
            failed = true;
        }
    }
    send(&FromWorker::Event(event));
    if failed {
        stop(job);
    }
}

fn obey(job: &RunningJob, order: ToWorker, credit: &Credit) {
    match order {
        ToWorker::Trigger { barrier, directory } => {
            if let Err(error) = job.trigger(barrier, &directory) {
                let reason = error.to_string();
                let declined = Declined { checkpoint: barrier.checkpoint, vertex: 0, subtask: 0, reason };
                send(&FromWorker::Event(Event::Declined(declined)));
            }
        }
        ToWorker::Complete(checkpoint) => job.complete(checkpoint),
        ToWorker::Abort(checkpoint) => job.abort(checkpoint),
        ToWorker::Grant(rows) => credit.grant(rows),
        ToWorker::Cancel => stop(job),
        // A worker runs one job.
        ToWorker::Start(_) => {}
    }
}

/// Cancels all tasks, and sets the time at which the process ends even if one does not listen.
fn stop(job: &RunningJob) {
    job.cancel();
    thread::spawn(|| {
        thread::sleep(STOP_GRACE);
        std::process::exit(0);
    });
}

fn drain(events: &Receiver<Event>, mut open: usize) {
    let deadline = Instant::now() + STOP_GRACE;
    while open > 0 {
        match events.recv_deadline(deadline) {
            Ok(event) => open -= usize::from(matches!(event, Event::Ended(_))),
            Err(_) => return,
        }
    }
}

fn report(job: &mut RunningJob, process: &mut ProcessSampler) {
    let tasks = job
        .samplers
        .iter_mut()
        .map(|(vertex, subtask, sampler)| TaskReport { vertex: *vertex, subtask: *subtask, values: sampler.sample() })
        .collect();
    send(&FromWorker::Report(Report { tasks, process: process.sample() }));
}

/// Orders as they come; the channel closes when standard input does, or carries something else.
fn read_orders() -> Receiver<ToWorker> {
    let (sender, orders) = bounded(4);
    thread::spawn(move || {
        let mut line = String::new();
        let mut input = io::BufReader::new(io::stdin());
        loop {
            line.clear();
            match input.read_line(&mut line) {
                Ok(read) if read > 0 && line.len() <= MAX_LINE_BYTES => {}
                _ => return,
            }
            let Ok(order) = serde_json::from_str(&line) else { return };
            if sender.send(order).is_err() {
                return;
            }
        }
    });
    orders
}

/// Writes a message. An engine that no longer reads is gone: there is nothing left to do.
fn send(message: &FromWorker) {
    let Ok(mut line) = serde_json::to_vec(message) else { return };
    line.push(b'\n');
    let mut out = io::stdout().lock();
    if out.write_all(&line).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
