//! `drsquirrel worker`: the task manager of one job attempt, a child process of its engine.
//!
//! It speaks JSON lines: orders on standard input, reports on standard output, its log on standard error. When standard
//! input closes its engine is gone, and so is it, within a second: two attempts of a job never run side by side.

mod process;
pub mod protocol;

use std::{
    io::{self, BufRead, Write},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, bounded, select};

use crate::{
    connectors::PrintLog,
    runtime::{
        Failure,
        job::{Ended, Environment, Outcome, RunningJob, launch},
    },
};
use process::ProcessSampler;
use protocol::{FromWorker, MAX_LINE_BYTES, Report, Start, TaskReport, ToWorker};

/// How often metrics are reported.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
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
    let refused = |class: &str, message: String| {
        send(&FromWorker::Refused(Failure::new(class, message)));
        Ok(())
    };
    let plan = match start.script.plan() {
        Ok(plan) => plan,
        Err(error) => return refused(error.class(), error.to_string()),
    };
    match launch(&plan, &environment(&start)) {
        Ok(job) => {
            tracing::info!(job.name = plan.name, tasks = job.samplers.len(), "the tasks run");
            send(&FromWorker::Running);
            supervise(job, &orders);
        }
        Err(error) => return refused("java.lang.OutOfMemoryError", format!("Could not start a task: {error}")),
    }
    Ok(())
}

fn environment(start: &Start) -> Environment {
    Environment {
        print: Arc::new(PrintLog::new(start.directory.join("stdout"))),
        attempt_id: Arc::from(start.attempt_id.as_str()),
    }
}

/// Reports until every task has ended.
fn supervise(mut job: RunningJob, orders: &Receiver<ToWorker>) {
    let mut open = job.samplers.len();
    let mut process = ProcessSampler::new();
    let ticks = crossbeam_channel::tick(REPORT_INTERVAL);
    while open > 0 {
        select! {
            recv(job.ended) -> ended => if let Ok(ended) = ended {
                open -= 1;
                let failed = matches!(ended.outcome, Outcome::Failed(_));
                if let Outcome::Failed(failure) = &ended.outcome {
                    tracing::error!(vertex = ended.vertex, subtask = ended.subtask, "a task failed: {}", failure.stack());
                }
                report(&mut job, &mut process);
                send(&FromWorker::Ended(ended));
                if failed {
                    stop(&job);
                }
            },
            recv(orders) -> order => {
                stop(&job);
                if order.is_err() {
                    tracing::warn!("the engine is gone; this worker stops");
                    // Nobody is left to report to. The deadline set by `stop` ends the process at the latest.
                    drain(&job.ended, open);
                    return;
                }
            },
            recv(ticks) -> _ => report(&mut job, &mut process),
        }
    }
}

/// Cancels all tasks, and sets the time at which the process ends even if one does not listen.
fn stop(job: &RunningJob) {
    job.canceller.cancel();
    thread::spawn(|| {
        thread::sleep(STOP_GRACE);
        std::process::exit(0);
    });
}

fn drain(ended: &Receiver<Ended>, open: usize) {
    let deadline = Instant::now() + STOP_GRACE;
    for _ in 0..open {
        if ended.recv_deadline(deadline).is_err() {
            return;
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
