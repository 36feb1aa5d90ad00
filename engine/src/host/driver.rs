//! What drives one job: an attempt after the other, until it is over or the engine stops.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;

use super::{
    Host, Job, Slots,
    attempt::Attempt,
    checkpoints::coordinator::{Coordinator, Policy},
    child::Worker,
    command::Command,
    record::ExceptionRecord,
    restart::{Decision, decide},
    restore::{self, Beginning, Source, Unusable},
    status::JobStatus,
    supervise::Supervision,
};
use crate::{
    clock::now_ms,
    ids,
    planner::{JobConfig, settings::RestartStrategy},
    runtime::Failure,
    state::{DAMAGED, StateError, store::CheckpointStore},
    worker::protocol::Start,
};

/// How an attempt ended.
pub enum End {
    Finished,
    Cancelled,
    Failed(ExceptionRecord),
    /// It cannot be begun, and no restart would help.
    Refused(ExceptionRecord),
    /// The checkpoint that it was to go on from turned out to be damaged: it is to go on from the one before.
    Damaged(ExceptionRecord),
    /// It is to go on at another parallelism.
    Rescaled,
    /// The engine stops; the job is to go on when it is started again.
    Shutdown,
}

/// Runs the job to its end.
pub async fn drive(host: Arc<Host>, job: Arc<Job>) {
    // There is one driver to a job.
    let Some(mut commands) = job.take_commands() else { return };
    // A checkpoint that turned out to be damaged when it was read, and all that came after it, is not tried again.
    let mut before = None;
    loop {
        let end = match &job.config {
            Ok(config) => attempt(&host, &job, config, &mut commands, &mut before).await,
            Err(error) => End::Refused(exception(Failure::new(error.class(), error.to_string()))),
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
            End::Rescaled => {
                job.rescale();
                job.enter(JobStatus::Restarting);
                false
            }
            End::Refused(exception) => give_up(&job, exception),
            End::Damaged(exception) => {
                // Nothing that a restart strategy is to judge: there are only so many checkpoints.
                job.update(|state| {
                    state.record.add_exception(exception);
                    state.record.restarts += 1;
                });
                job.enter(JobStatus::Restarting);
                false
            }
            End::Failed(exception) => failed(&host, &job, exception).await,
        };
        host.save(&job);
        if over {
            return;
        }
    }
}

fn give_up(job: &Job, exception: ExceptionRecord) -> bool {
    tracing::warn!(
        job.id = job.id,
        job.name = job.name,
        failure.message = exception.failure.message,
        "the job cannot begin"
    );
    job.update(|state| state.record.add_exception(exception));
    job.enter(JobStatus::Failing);
    job.enter(JobStatus::Failed)
}

/// After a failure: waits for the time to start again; `true` where there is none.
async fn failed(host: &Host, job: &Job, exception: ExceptionRecord) -> bool {
    let (restarts, failures) = job.update(|state| {
        state.record.add_exception(exception);
        let failures: Vec<i64> = state.record.exceptions.iter().rev().map(|exception| exception.at_ms).collect();
        (state.record.restarts, failures)
    });
    let strategy = match &job.config {
        Ok(config) => &config.restart,
        Err(_) => &RestartStrategy::None,
    };
    match decide(strategy, restarts, &failures, ids::chance()) {
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
async fn attempt(
    host: &Arc<Host>,
    job: &Job,
    config: &JobConfig,
    commands: &mut mpsc::Receiver<Command>,
    before: &mut Option<u64>,
) -> End {
    if job.cancel.is_cancelled() {
        return End::Cancelled;
    }
    if host.shutdown.is_cancelled() {
        return End::Shutdown;
    }
    let slots = match slots(host, job, config).await {
        Ok(slots) => slots,
        Err(end) => return end,
    };
    let Beginning { archive, source, passed } = match restore::beginning(host, job, config, *before).await {
        Ok(beginning) => beginning,
        Err(Unusable::Now(failure)) => return End::Failed(exception(failure)),
        Err(Unusable::Ever(failure)) => return End::Refused(exception(failure)),
    };
    note_passed(job, passed);
    note_attempt(host, job, source.as_ref());
    let number = source.as_ref().filter(|source| source.is_own).map(|source| source.checkpoint);
    let start = Start {
        script: job.read(|state| state.record.script.clone()),
        attempt_id: ids::handle(),
        directory: host.worker_directory(&job.id),
        parallelism: job.read(|state| state.record.parallelism.clone()),
        checkpoints: config.checkpointing.interval_ms.is_some(),
        restore: source.map(|source| source.url),
    };
    let end = match Worker::start(host, start).await {
        Ok(worker) => {
            job.update(|state| state.attempt.iter_mut().for_each(|attempt| attempt.process_id = worker.id()));
            let coordinator = coordinator(job, config, &archive);
            Supervision::new(host, job, commands, coordinator, Some(archive)).run(worker).await
        }
        Err(error) => {
            let message = format!("The worker process {} could not be started: {error}", host.options.worker.display());
            End::Failed(exception(Failure::new("drsquirrel.engine.WorkerStartException", message)))
        }
    };
    job.update(|state| state.attempt.iter_mut().for_each(|attempt| attempt.process_id = None));
    drop(slots);
    match end {
        End::Failed(exception) if number.is_some() && exception.failure.class == DAMAGED => {
            *before = number;
            End::Damaged(exception)
        }
        end => {
            // One that is complete since then is newer than what is damaged.
            let newest = job.read(|state| state.history.completed.as_ref().map(|entry| entry.id));
            before.take_if(|before| newest > Some(*before));
            end
        }
    }
}

/// The slots of an attempt, which it waits for; at once the end, where there are fewer in all.
async fn slots(host: &Arc<Host>, job: &Job, config: &JobConfig) -> Result<Slots, End> {
    let wanted = job.slots();
    let patience = if wanted > host.options.slots { 0 } else { config.slot_request_timeout_ms };
    tokio::select! {
        slots = host.await_slots(wanted) => Ok(slots),
        () = job.cancel.cancelled() => Err(End::Cancelled),
        () = host.shutdown.cancelled() => Err(End::Shutdown),
        () = tokio::time::sleep(millis(patience)) => Err(End::Failed(no_slots(host, wanted))),
    }
}

/// Checkpoints that are passed over are told of once.
fn note_passed(job: &Job, passed: Vec<StateError>) {
    for error in passed {
        tracing::warn!(job.id = job.id, error = %error, "a checkpoint is passed over");
        let exception = exception(error.into());
        job.update(|state| {
            let told = state.record.exceptions.iter().any(|told| told.failure == exception.failure);
            if !told {
                state.record.add_exception(exception);
            }
        });
    }
}

fn note_attempt(host: &Host, job: &Job, source: Option<&Source>) {
    let task_manager = format!("{}-{}", host.options.name, &ids::random()[..8]);
    job.update(|state| {
        let number = state.record.attempts;
        state.record.attempts += 1;
        state.attempt = Some(Attempt::new(number, task_manager, &state.vertices, now_ms()));
        if let Some(source) = source {
            let restored = source.restored(now_ms());
            state.history.restored(restored.clone());
            state.record.restored = Some(restored);
        }
    });
}

fn coordinator<A>(job: &Job, config: &JobConfig, archive: &CheckpointStore) -> Coordinator<A> {
    let checkpointing = &config.checkpointing;
    let policy = Policy {
        interval: checkpointing.interval_ms.map(millis),
        timeout: millis(checkpointing.timeout_ms),
        min_pause: millis(checkpointing.min_pause_ms),
        tolerable_failures: checkpointing.tolerable_failures,
    };
    // A number is never used twice, though the record may be older than the newest directory.
    let begun = archive.newest_number().unwrap_or(0);
    let next = job.read(|state| state.record.next_checkpoint).max(begun + 1);
    let tasks = job.vertices().iter().map(|vertex| vertex.parallelism as usize).sum();
    Coordinator::new(policy, tasks, next)
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.max(0).unsigned_abs())
}

/// A failure that no task is to blame for.
pub fn exception(failure: Failure) -> ExceptionRecord {
    ExceptionRecord { at_ms: now_ms(), failure, task: None, task_manager: None }
}

fn no_slots(host: &Host, wanted: u32) -> ExceptionRecord {
    let message = format!(
        "Could not acquire the minimum required resources: the job needs {wanted} slots, {} of {} are free. Stop another \
         job, lower parallelism.default, or start the engine with more --slots",
        host.free_slots(),
        host.options.slots
    );
    exception(Failure::new("org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException", message))
}
