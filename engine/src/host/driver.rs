//! What drives one job: an attempt after the other, until it is over or the engine stops.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::{
    Host, Job,
    attempt::Attempt,
    child::Worker,
    now_ms,
    record::ExceptionRecord,
    restart::{Decision, decide},
    status::{JobStatus, TaskStatus},
};
use crate::{
    ids,
    runtime::{
        Failure,
        job::{Ended, Outcome},
    },
    sql::plan::JobPlan,
    worker::protocol::{FromWorker, Start},
};

/// How long a worker has to stop before it is killed. It gives itself less.
const STOP_GRACE: Duration = Duration::from_millis(900);
/// After how long without a word a worker counts as lost; it reports every second.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(15);

/// How an attempt ended.
enum End {
    Finished,
    Cancelled,
    Failed(ExceptionRecord),
    /// The engine stops; the job is to go on when it is started again.
    Shutdown,
}

/// Runs the job to its end.
pub async fn drive(host: Arc<Host>, job: Arc<Job>) {
    loop {
        let end = match &job.plan {
            Ok(plan) => attempt(&host, &job, plan).await,
            Err(error) => End::Failed(exception(Failure::new(error.class(), error.to_string()))),
        };
        let over = match end {
            End::Shutdown => {
                // Its worker is gone: whoever starts the job again need not wait for that.
                job.update(|state| state.record.resume(now_ms()));
                true
            }
            End::Finished => job.enter(JobStatus::Finished),
            End::Cancelled => {
                job.enter(JobStatus::Cancelling);
                job.enter(JobStatus::Canceled)
            }
            End::Failed(exception) => failed(&host, &job, exception).await,
        };
        host.save(&job);
        if over {
            return;
        }
    }
}

/// After a failure: waits for the time to start again; `true` where there is none.
async fn failed(host: &Host, job: &Job, exception: ExceptionRecord) -> bool {
    let restarts = job.update(|state| {
        state.record.add_exception(exception);
        state.record.restarts
    });
    let decision = match &job.plan {
        Ok(plan) => decide(plan.config.restart, restarts),
        Err(_) => Decision::GiveUp("The script is not one that this engine takes".to_owned()),
    };
    match decision {
        Decision::GiveUp(reason) => {
            tracing::warn!(job.id = job.id, job.name = job.name, reason, "the job failed");
            job.enter(JobStatus::Failing);
            job.enter(JobStatus::Failed)
        }
        Decision::Restart(delay) => {
            job.enter(JobStatus::Restarting);
            host.save(job);
            tokio::select! {
                () = tokio::time::sleep(delay) => {
                    job.update(|state| state.record.restarts += 1);
                    false
                }
                () = job.cancel.cancelled() => {
                    job.enter(JobStatus::Cancelling);
                    job.enter(JobStatus::Canceled)
                }
                () = host.shutdown.cancelled() => {
                    job.update(|state| state.record.resume(now_ms()));
                    true
                }
            }
        }
    }
}

/// One attempt, from its worker's start to its end.
async fn attempt(host: &Arc<Host>, job: &Job, plan: &JobPlan) -> End {
    if job.cancel.is_cancelled() {
        return End::Cancelled;
    }
    if host.shutdown.is_cancelled() {
        return End::Shutdown;
    }
    let slots = match host.take_slots(plan.slots()) {
        Ok(slots) => slots,
        Err(free) => return End::Failed(no_slots(host, plan, free)),
    };
    let task_manager = format!("{}-{}", host.options.name, &ids::random()[..8]);
    job.update(|state| {
        let number = state.record.attempts;
        state.record.attempts += 1;
        state.attempt = Some(Attempt::new(number, task_manager.clone(), plan, now_ms()));
    });
    let start = Start {
        script: job.read(|state| state.record.script.clone()),
        attempt_id: ids::handle(),
        directory: host.worker_directory(&job.id),
    };
    let end = match Worker::start(host, start).await {
        Ok(worker) => {
            job.update(|state| state.attempt.iter_mut().for_each(|attempt| attempt.process_id = worker.id()));
            Supervision { host, job, plan, failure: None, deadline: None, shutdown: false }.run(worker).await
        }
        Err(error) => {
            let message = format!("The worker process {} could not be started: {error}", host.options.worker.display());
            End::Failed(exception(Failure::new("drsquirrel.engine.WorkerStartException", message)))
        }
    };
    job.update(|state| state.attempt.iter_mut().for_each(|attempt| attempt.process_id = None));
    drop(slots);
    end
}

/// The engine's side of one attempt while its worker lives.
struct Supervision<'a> {
    host: &'a Host,
    job: &'a Job,
    plan: &'a JobPlan,
    /// The first failure: those after it are mostly its consequences.
    failure: Option<ExceptionRecord>,
    /// When the worker is killed, once it was told to stop.
    deadline: Option<Instant>,
    shutdown: bool,
}

impl Supervision<'_> {
    async fn run(mut self, mut worker: Worker) -> End {
        let mut heard = Instant::now();
        loop {
            let stopping = self.deadline.is_some();
            let deadline = self.deadline.unwrap_or(heard + HEARTBEAT_TIMEOUT);
            tokio::select! {
                message = worker.next() => match message {
                    Some(message) => {
                        heard = Instant::now();
                        self.heard(message);
                    }
                    None => break,
                },
                () = self.job.cancel.cancelled(), if !stopping => {
                    self.job.enter(JobStatus::Cancelling);
                    self.host.save(self.job);
                    self.stop(&mut worker).await;
                }
                () = self.host.shutdown.cancelled(), if !stopping => {
                    self.shutdown = true;
                    self.stop(&mut worker).await;
                }
                () = sleep_until(deadline) => {
                    let how = worker.end().await;
                    return self.over(&if stopping { how } else { silent() });
                }
            }
        }
        // It closed its output; one that does not end then is made to.
        let how = match tokio::time::timeout(STOP_GRACE, worker.wait()).await {
            Ok(how) => how,
            Err(_) => worker.end().await,
        };
        self.over(&how)
    }

    async fn stop(&mut self, worker: &mut Worker) {
        self.deadline = Some(Instant::now() + STOP_GRACE);
        self.job.update(|state| {
            state.attempt.iter_mut().for_each(|attempt| attempt.enter_all(TaskStatus::Canceling, now_ms()));
        });
        worker.cancel().await;
    }

    fn heard(&mut self, message: FromWorker) {
        let now = now_ms();
        match message {
            FromWorker::Running => {
                self.job.update(|state| {
                    state.attempt.iter_mut().for_each(|attempt| attempt.enter_all(TaskStatus::Running, now));
                });
                if self.job.enter(JobStatus::Running) {
                    self.host.save(self.job);
                }
            }
            FromWorker::Report(report) => {
                self.job.update(|state| state.attempt.iter_mut().for_each(|attempt| attempt.heard_ms = now));
                self.job.update(|state| {
                    if let Some(attempt) = &mut state.attempt {
                        attempt.reported(report, now)
                    }
                });
            }
            FromWorker::Ended(ended) => {
                self.job.update(|state| state.attempt.iter_mut().for_each(|attempt| attempt.ended(&ended, now)));
                self.task_ended(ended);
            }
            FromWorker::Refused(failure) => {
                self.failure.get_or_insert(exception(failure));
            }
        }
    }

    fn task_ended(&mut self, ended: Ended) {
        let Outcome::Failed(failure) = ended.outcome else { return };
        let (number, task_manager) = self.attempt_name();
        let vertex = self.plan.vertices.get(ended.vertex);
        let task = vertex.map(|vertex| {
            format!("{} ({}/{}) - execution #{number}", vertex.name, ended.subtask + 1, vertex.parallelism)
        });
        if self.failure.is_none() {
            tracing::warn!(job.id = self.job.id, task, failure.class, failure.message, "a task failed");
            self.failure = Some(ExceptionRecord { at_ms: now_ms(), failure, task, task_manager });
        }
    }

    fn attempt_name(&self) -> (u64, Option<String>) {
        self.job.read(|state| match &state.attempt {
            Some(attempt) => (attempt.number, Some(attempt.task_manager.clone())),
            None => (0, None),
        })
    }

    /// The worker has ended: what that means for the attempt.
    fn over(self, how: &str) -> End {
        let finished = self.job.read(|state| state.attempt.as_ref().is_some_and(Attempt::is_finished));
        let lost = !finished && self.deadline.is_none() && self.failure.is_none();
        let status = if lost { TaskStatus::Failed } else { TaskStatus::Canceled };
        self.job.update(|state| {
            state.attempt.iter_mut().for_each(|attempt| attempt.enter_all(status, now_ms()));
        });
        if self.shutdown && !finished {
            return End::Shutdown;
        }
        match self.failure {
            _ if finished => End::Finished,
            _ if self.job.cancel.is_cancelled() => End::Cancelled,
            Some(exception) => End::Failed(exception),
            None => {
                let (_, task_manager) = self.attempt_name();
                let name = task_manager.clone().unwrap_or_default();
                let message = format!("TaskManager with id {name} is no longer reachable. Its process ended: {how}");
                let failure = Failure::new("org.apache.flink.runtime.jobmaster.JobMasterException", message);
                End::Failed(ExceptionRecord { at_ms: now_ms(), failure, task: None, task_manager })
            }
        }
    }
}

fn silent() -> String {
    format!("it was silent for {} s, and was ended", HEARTBEAT_TIMEOUT.as_secs())
}

/// A failure that no task is to blame for.
fn exception(failure: Failure) -> ExceptionRecord {
    ExceptionRecord { at_ms: now_ms(), failure, task: None, task_manager: None }
}

fn no_slots(host: &Host, plan: &JobPlan, free: u32) -> ExceptionRecord {
    let message = format!(
        "Could not acquire the minimum required resources: the job needs {} slots, {free} of {} are free. Stop another \
         job, lower parallelism.default, or start the engine with more --slots",
        plan.slots(),
        host.options.slots
    );
    exception(Failure::new("org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException", message))
}
