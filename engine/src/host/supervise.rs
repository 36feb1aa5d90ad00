//! The engine's side of one attempt while its worker lives: its states, its checkpoints, its commands.

use std::{collections::BTreeMap, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    Host, Job,
    attempt::Attempt,
    checkpoints::{
        coordinator::{Action, Coordinator, Purpose, StopMode},
        history::{SnapshotKind as HistoryKind, TaskFigures},
        operations::State as OperationState,
    },
    child::Worker,
    command::Command,
    driver::{End, exception},
    record::ExceptionRecord,
    status::{JobStatus, TaskStatus},
};
use crate::{
    clock::now_ms,
    ids,
    runtime::{
        Failure,
        job::{Ended, Event, Outcome},
        message::{Barrier, SnapshotKind},
        snapshots::Ack,
    },
    state::{
        StateError,
        manifest::{Manifest, OperatorState},
        storage::Directory,
        store::{CheckpointStore, assemble},
    },
    types::{Value, row_codec::RowReader},
    worker::protocol::{FromWorker, SentRow, ToWorker},
};

/// How long a worker has to stop before it is killed. It gives itself less.
pub const STOP_GRACE: Duration = Duration::from_millis(900);
/// After how long without a word a worker counts as lost; it reports every second.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(15);
/// Flink's exception for a snapshot that could not be taken.
const CHECKPOINT_EXCEPTION: &str = "org.apache.flink.runtime.checkpoint.CheckpointException";

/// Why a worker was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopping {
    Cancelled,
    Shutdown,
    Rescaled,
    Failed,
}

/// One attempt under way.
pub struct Supervision<'a> {
    pub(super) host: &'a Host,
    pub(super) job: &'a Job,
    pub(super) commands: &'a mut mpsc::Receiver<Command>,
    pub(super) coordinator: Coordinator<Vec<OperatorState>>,
    /// Where its checkpoints go; `None` where that could not be opened, so that there are none.
    pub(super) archive: Option<CheckpointStore>,
    /// Who waits for the checkpoint that is taken next: operations, and a rescale.
    waiting: Waiting,
    /// The first failure: those after it are mostly its consequences.
    failure: Option<ExceptionRecord>,
    /// When the worker is killed, once it was told to stop.
    deadline: Option<Instant>,
    stopping: Option<Stopping>,
}

#[derive(Default)]
struct Waiting {
    checkpoints: Vec<u64>,
    rescale: Option<BTreeMap<String, u32>>,
}

impl<'a> Supervision<'a> {
    /// The supervision of an attempt that begins.
    pub fn new(
        host: &'a Host,
        job: &'a Job,
        commands: &'a mut mpsc::Receiver<Command>,
        coordinator: Coordinator<Vec<OperatorState>>,
        archive: Option<CheckpointStore>,
    ) -> Self {
        let waiting = Waiting::default();
        Self { host, job, commands, coordinator, archive, waiting, failure: None, deadline: None, stopping: None }
    }

    /// Runs the attempt to its end.
    pub async fn run(mut self, mut worker: Worker) -> End {
        let mut heard = Instant::now();
        loop {
            let stopping = self.deadline.is_some();
            let deadline = self.deadline.unwrap_or(heard + HEARTBEAT_TIMEOUT);
            let tick = self.coordinator.next_tick_ms().filter(|_| !stopping);
            tokio::select! {
                message = worker.next() => match message {
                    Some(message) => {
                        heard = Instant::now();
                        self.heard(message, &mut worker).await;
                    }
                    None => break,
                },
                () = until(tick) => {
                    let actions = self.coordinator.tick(now_ms());
                    self.act(actions, &mut worker).await;
                }
                Some(command) = self.commands.recv(), if !stopping => self.command(command, &mut worker).await,
                () = self.job.rows.changed.notified() => {
                    worker.tell(&ToWorker::Grant(self.job.rows.granted())).await;
                }
                () = self.job.cancel.cancelled(), if !stopping => {
                    self.job.enter(JobStatus::Cancelling);
                    self.host.save(self.job);
                    self.stop(&mut worker, Stopping::Cancelled).await;
                }
                () = self.host.shutdown.cancelled(), if !stopping => self.stop(&mut worker, Stopping::Shutdown).await,
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

    async fn stop(&mut self, worker: &mut Worker, why: Stopping) {
        self.stopping = Some(why);
        self.deadline = Some(Instant::now() + STOP_GRACE);
        self.job.update(|state| {
            state.attempt.iter_mut().for_each(|attempt| attempt.enter_all(TaskStatus::Canceling, now_ms()));
        });
        worker.tell(&ToWorker::Cancel).await;
    }

    async fn heard(&mut self, message: FromWorker, worker: &mut Worker) {
        let now = now_ms();
        match message {
            FromWorker::Event(event) => self.event(event, now, worker).await,
            FromWorker::Report(report) => self.job.update(|state| {
                if let Some(attempt) = &mut state.attempt {
                    attempt.reported(report, now);
                }
            }),
            FromWorker::Rows(rows) => self.rows(&rows),
            FromWorker::Refused(failure) => {
                self.failure.get_or_insert(exception(failure));
            }
        }
    }

    async fn event(&mut self, event: Event, now: i64, worker: &mut Worker) {
        let actions = match event {
            Event::Running => {
                self.running(now);
                Vec::new()
            }
            Event::Acked(ack) => {
                let task = (ack.vertex, ack.subtask);
                self.job.update(|state| state.history.answered(ack.checkpoint, task, figures(&ack, now)));
                self.coordinator.answered(ack.checkpoint, task, ack.operators, now)
            }
            Event::Declined(declined) => self.coordinator.declined(declined.checkpoint, &declined.reason, now),
            Event::EndOfData => self.coordinator.request(Purpose::Final, now),
            Event::Ended(ended) => {
                self.job.update(|state| state.attempt.iter_mut().for_each(|attempt| attempt.ended(&ended, now)));
                let finished = matches!(ended.outcome, Outcome::Finished);
                self.task_ended(ended);
                // Whatever is asked of all tasks from now on, this one would not answer.
                let reason = "Not all required tasks are currently running.";
                if finished { self.coordinator.stopped(reason, now) } else { Vec::new() }
            }
        };
        self.act(actions, worker).await;
    }

    fn running(&mut self, now: i64) {
        self.job.update(|state| {
            state.attempt.iter_mut().for_each(|attempt| attempt.enter_all(TaskStatus::Running, now));
        });
        if self.job.enter(JobStatus::Running) {
            self.host.save(self.job);
        }
        self.coordinator.running(now);
    }

    /// Rows of a query, decoded by the types of its result.
    fn rows(&self, rows: &[SentRow]) {
        let Some(query) = &self.job.query else { return };
        let decode = |row: &SentRow| {
            let (kind, bytes) = row.read()?;
            let mut reader = RowReader::new(&bytes);
            let cells = query.fields.iter().map(|field| reader.value(&field.data_type.kind));
            Some((kind, cells.collect::<Result<Vec<Value>, _>>().ok()?))
        };
        self.job.rows.extend(rows.iter().filter_map(decode));
    }

    async fn command(&mut self, command: Command, worker: &mut Worker) {
        let now = now_ms();
        let actions = match command {
            Command::Checkpoint { number } => {
                self.waiting.checkpoints.push(number);
                self.coordinator.request(Purpose::Checkpoint, now)
            }
            Command::Savepoint { number, directory, stop } => {
                self.coordinator.request(Purpose::Savepoint { request: number, directory, stop }, now)
            }
            Command::Rescale { parallelism } => {
                self.waiting.rescale = Some(parallelism);
                self.coordinator.request(Purpose::Checkpoint, now)
            }
        };
        self.act(actions, worker).await;
    }

    async fn act(&mut self, actions: Vec<Action<Vec<OperatorState>>>, worker: &mut Worker) {
        let mut actions = std::collections::VecDeque::from(actions);
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Trigger { id, purpose } => actions.extend(self.trigger(id, &purpose, worker).await),
                Action::Complete { id, purpose, begun_ms, answers } => {
                    actions.extend(self.complete(id, purpose, begun_ms, answers, worker).await);
                }
                Action::Abort { id, purpose, reason, .. } => self.abort(id, &purpose, &reason, worker).await,
                Action::FailJob(reason) => {
                    let class = "org.apache.flink.util.FlinkRuntimeException";
                    self.failure.get_or_insert(exception(Failure::new(class, reason)));
                    self.stop(worker, Stopping::Failed).await;
                }
            }
        }
    }

    async fn trigger(&mut self, id: u64, purpose: &Purpose, worker: &mut Worker) -> Vec<Action<Vec<OperatorState>>> {
        let now = now_ms();
        let asked = self.job.vertices().iter().map(|vertex| vertex.parallelism as usize).sum();
        self.job.update(|state| {
            state.record.next_checkpoint = id + 1;
            state.history.begun(id, history_kind(purpose), asked, now);
        });
        let Some(directory) = self.directory(id, purpose) else {
            return self.coordinator.declined(id, "there is nowhere to write it", now);
        };
        let barrier = Barrier { checkpoint: id, triggered_ms: now, kind: barrier_kind(purpose) };
        worker.tell(&ToWorker::Trigger { barrier, directory }).await;
        Vec::new()
    }

    fn directory(&self, id: u64, purpose: &Purpose) -> Option<String> {
        match purpose {
            Purpose::Savepoint { request, directory, .. } => {
                // As Flink names them; told apart by the operation.
                let unique = &ids::stable(&format!("{} {id} {request}", self.job.id))[..12];
                Some(format!("{}/savepoint-{}-{unique}", directory.trim_end_matches('/'), &self.job.id[..6]))
            }
            _ => self.archive.as_ref().map(|archive| archive.directory(id).url()),
        }
    }

    /// Writes the manifest, which makes it a checkpoint; then tells the tasks, and whoever waits.
    async fn complete(
        &mut self,
        id: u64,
        purpose: Purpose,
        begun_ms: i64,
        answers: BTreeMap<(usize, u32), Vec<OperatorState>>,
        worker: &mut Worker,
    ) -> Vec<Action<Vec<OperatorState>>> {
        let Some(url) = self.directory(id, &purpose) else { return Vec::new() };
        let manifest = Manifest {
            job_id: self.job.id.clone(),
            job_name: self.job.name.clone(),
            checkpoint: id,
            triggered_ms: begun_ms,
            savepoint: matches!(purpose, Purpose::Savepoint { .. }),
            operators: assemble(answers.into_values()),
        };
        let target = url.clone();
        let written = tokio::task::spawn_blocking(move || write(&manifest, &target)).await;
        let failed = match written {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(reason) = failed {
            self.abort(id, &purpose, &reason, worker).await;
            return self.coordinator.lost(&purpose, &reason).into_iter().collect();
        }
        tracing::info!(job.id = self.job.id, checkpoint.id = id, checkpoint.url = url, "a checkpoint is complete");
        self.job.update(|state| state.history.completed(id, url.clone()));
        self.host.save(self.job);
        worker.tell(&ToWorker::Complete(id)).await;
        match &purpose {
            Purpose::Savepoint { request, .. } => self.job.operations.end(*request, OperationState::Done(Some(url))),
            _ => {
                for number in self.waiting.checkpoints.drain(..) {
                    self.job.operations.end(number, OperationState::Done(Some(url.clone())));
                }
                self.retain(id).await;
                if let Some(parallelism) = self.waiting.rescale.take() {
                    self.job.update(|state| state.record.parallelism.extend(parallelism));
                    self.host.save(self.job);
                    self.stop(worker, Stopping::Rescaled).await;
                }
            }
        }
        Vec::new()
    }

    async fn abort(&mut self, id: u64, purpose: &Purpose, reason: &str, worker: &mut Worker) {
        if id > 0 {
            tracing::warn!(job.id = self.job.id, checkpoint.id = id, reason, "a checkpoint failed");
            self.job.update(|state| state.history.failed(id, reason.to_owned(), now_ms()));
            worker.tell(&ToWorker::Abort(id)).await;
        }
        let failed = || OperationState::Failed(CHECKPOINT_EXCEPTION, reason.to_owned());
        match purpose {
            Purpose::Savepoint { request, .. } => self.job.operations.end(*request, failed()),
            _ => {
                for number in self.waiting.checkpoints.drain(..) {
                    self.job.operations.end(number, failed());
                }
                self.waiting.rescale = None;
            }
        }
    }

    /// Deletes checkpoints that are no longer to be kept. What cannot be deleted now is tried again after the next one.
    async fn retain(&self, newest: u64) {
        let (Some(archive), Ok(config)) = (self.archive.clone(), &self.job.config) else { return };
        let count = config.checkpointing.retained as usize;
        let cleaned = tokio::task::spawn_blocking(move || {
            let mut retained = archive.completed()?;
            let old = retained.split_off(count.min(retained.len()));
            archive.clean(&retained, newest).map(|()| old)
        });
        let warn = |error: String| tracing::warn!(job.id = self.job.id, error, "old checkpoints could not be deleted");
        match cleaned.await {
            Ok(Ok(old)) => self.job.update(|state| old.iter().for_each(|number| state.history.discarded(*number))),
            Ok(Err(error)) => warn(error.to_string()),
            Err(error) => warn(error.to_string()),
        }
    }

    fn task_ended(&mut self, ended: Ended) {
        let Outcome::Failed(failure) = ended.outcome else { return };
        let (number, task_manager) = self.attempt_name();
        let vertices = self.job.vertices();
        let task = vertices.get(ended.vertex).map(|vertex| {
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
    fn over(mut self, how: &str) -> End {
        let finished = self.job.read(|state| state.attempt.as_ref().is_some_and(Attempt::is_finished));
        for action in self.coordinator.stopped("Checkpoint Coordinator is suspending.", now_ms()) {
            if let Action::Abort { id, purpose, reason, .. } = action {
                if id > 0 {
                    self.job.update(|state| state.history.failed(id, reason.clone(), now_ms()));
                }
                if let Purpose::Savepoint { request, .. } = purpose {
                    self.job.operations.end(request, OperationState::Failed(CHECKPOINT_EXCEPTION, reason));
                }
            }
        }
        for number in self.waiting.checkpoints.drain(..) {
            let reason = "The job is no longer running.".to_owned();
            self.job.operations.end(number, OperationState::Failed(CHECKPOINT_EXCEPTION, reason));
        }
        let lost = !finished && self.stopping.is_none() && self.failure.is_none();
        let status = if lost { TaskStatus::Failed } else { TaskStatus::Canceled };
        self.job.update(|state| {
            state.attempt.iter_mut().for_each(|attempt| attempt.enter_all(status, now_ms()));
        });
        match (self.stopping, self.failure.take()) {
            _ if finished => End::Finished,
            (Some(Stopping::Shutdown), _) => End::Shutdown,
            (Some(Stopping::Rescaled), _) => End::Rescaled,
            _ if self.job.cancel.is_cancelled() => End::Cancelled,
            (_, Some(exception)) => End::Failed(exception),
            (_, None) => {
                let (_, task_manager) = self.attempt_name();
                let name = task_manager.clone().unwrap_or_default();
                let message = format!("TaskManager with id {name} is no longer reachable. Its process ended: {how}");
                let failure = Failure::new("org.apache.flink.runtime.jobmaster.JobMasterException", message);
                End::Failed(ExceptionRecord { at_ms: now_ms(), failure, task: None, task_manager })
            }
        }
    }
}

fn write(manifest: &Manifest, url: &str) -> Result<(), StateError> {
    manifest.write(&Directory::at(url, true)?)
}

fn figures(ack: &Ack, now_ms: i64) -> TaskFigures {
    TaskFigures {
        acknowledged_ms: now_ms,
        checkpointed_bytes: ack.written_bytes,
        state_bytes: ack.state_bytes,
        sync_ms: ack.sync_ms,
        async_ms: ack.async_ms,
        alignment_ms: ack.alignment_ms,
        start_delay_ms: ack.start_delay_ms,
    }
}

fn history_kind(purpose: &Purpose) -> HistoryKind {
    match purpose {
        Purpose::Savepoint { stop: None, .. } => HistoryKind::Savepoint,
        Purpose::Savepoint { .. } => HistoryKind::SyncSavepoint,
        Purpose::Checkpoint | Purpose::Final => HistoryKind::Checkpoint,
    }
}

fn barrier_kind(purpose: &Purpose) -> SnapshotKind {
    match purpose {
        Purpose::Checkpoint => SnapshotKind::Checkpoint,
        Purpose::Final => SnapshotKind::Final,
        Purpose::Savepoint { stop: None, .. } => SnapshotKind::Savepoint,
        Purpose::Savepoint { stop: Some(StopMode::Suspend), .. } => SnapshotKind::Suspend,
        Purpose::Savepoint { stop: Some(StopMode::Drain), .. } => SnapshotKind::Drain,
    }
}

/// Waits until the clock comes to a time; for ever where there is none.
async fn until(at_ms: Option<i64>) {
    match at_ms {
        Some(at) => tokio::time::sleep(Duration::from_millis((at - now_ms()).max(0).unsigned_abs())).await,
        None => std::future::pending().await,
    }
}

fn silent() -> String {
    format!("it was silent for {} s, and was ended", HEARTBEAT_TIMEOUT.as_secs())
}
