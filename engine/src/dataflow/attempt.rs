//! One attempt of a job in this process: its tasks, and the checkpoints that are taken of them.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crossbeam_channel::RecvTimeoutError;

use crate::{
    clock::now_ms,
    host::checkpoints::coordinator::{Action, Coordinator, Purpose},
    ids,
    runtime::{
        Failure,
        graph::JobGraph,
        job::{Event, Outcome, RunningJob},
        message::{Barrier, SnapshotKind},
    },
    state::{
        StateError,
        manifest::{Manifest, OperatorState},
        store::{CheckpointStore, assemble},
    },
};

/// What a task wrote.
type Written = Vec<OperatorState>;

/// An attempt under way.
pub struct Attempt<'a> {
    pub graph: &'a JobGraph,
    pub job: RunningJob,
    pub coordinator: Coordinator<Written>,
    /// Where checkpoints go, and how many are kept.
    pub checkpoints: Option<(&'a CheckpointStore, usize)>,
    /// The first failure: those after it are mostly its consequences.
    pub failure: Option<Failure>,
}

impl Attempt<'_> {
    /// Runs it to its end.
    pub fn run(mut self) -> Result<(), Failure> {
        let mut open = self.job.samplers.len();
        while open > 0 {
            let actions = match self.next() {
                Ok(Event::Ended(ended)) => {
                    open -= 1;
                    if let Outcome::Failed(failure) = ended.outcome {
                        self.fail(failure);
                    }
                    Vec::new()
                }
                Ok(event) => self.heard(event),
                Err(RecvTimeoutError::Timeout) => self.coordinator.tick(now_ms()),
                // Each task tells that it has ended, also where it panicked.
                Err(RecvTimeoutError::Disconnected) => break,
            };
            self.act(actions);
        }
        self.failure.map_or(Ok(()), Err)
    }

    /// What happens next, until it is time for the coordinator.
    fn next(&self) -> Result<Event, RecvTimeoutError> {
        match self.coordinator.next_tick_ms().filter(|_| self.failure.is_none()) {
            Some(at) => {
                let wait = Duration::from_millis((at - now_ms()).max(0).unsigned_abs());
                self.job.events.recv_timeout(wait)
            }
            None => self.job.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    fn heard(&mut self, event: Event) -> Vec<Action<Written>> {
        let now = now_ms();
        match event {
            Event::Running => {
                self.coordinator.running(now);
                Vec::new()
            }
            Event::Acked(ack) => {
                self.coordinator.answered(ack.checkpoint, (ack.vertex, ack.subtask), ack.operators, now)
            }
            Event::Declined(declined) => self.coordinator.declined(declined.checkpoint, &declined.reason, now),
            Event::EndOfData => self.coordinator.request(Purpose::Final, now),
            Event::Ended(_) => Vec::new(),
        }
    }

    fn act(&mut self, actions: Vec<Action<Written>>) {
        let mut actions = VecDeque::from(actions);
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Trigger { id, purpose } => actions.extend(self.trigger(id, &purpose)),
                Action::Complete { id, purpose, begun_ms, answers } => {
                    actions.extend(self.complete(id, &purpose, begun_ms, answers));
                }
                Action::Abort { id, reason, .. } => self.abort(id, &reason),
                Action::FailJob(reason) => {
                    self.fail(Failure::new("org.apache.flink.util.FlinkRuntimeException", reason));
                }
            }
        }
    }

    fn trigger(&mut self, id: u64, purpose: &Purpose) -> Vec<Action<Written>> {
        let Some((store, _)) = self.checkpoints else { return Vec::new() };
        let kind = if *purpose == Purpose::Final { SnapshotKind::Final } else { SnapshotKind::Checkpoint };
        let barrier = Barrier { checkpoint: id, triggered_ms: now_ms(), kind };
        match self.job.trigger(barrier, &store.directory(id).url()) {
            Ok(()) => Vec::new(),
            Err(error) => self.coordinator.declined(id, &error.to_string(), now_ms()),
        }
    }

    /// Writes the manifest, which makes it a checkpoint; then tells the tasks.
    fn complete(
        &mut self,
        id: u64,
        purpose: &Purpose,
        begun_ms: i64,
        answers: BTreeMap<(usize, u32), Written>,
    ) -> Vec<Action<Written>> {
        let Some((store, retained)) = self.checkpoints else { return Vec::new() };
        let manifest = Manifest {
            job_id: ids::stable(&self.graph.name),
            job_name: self.graph.name.clone(),
            checkpoint: id,
            triggered_ms: begun_ms,
            savepoint: false,
            operators: assemble(answers.into_values()),
        };
        if let Err(error) = manifest.write(&store.directory(id)) {
            let reason = error.to_string();
            let lost = self.coordinator.lost(purpose, &reason);
            self.abort(id, &reason);
            return lost.into_iter().collect();
        }
        self.job.complete(id);
        if let Err(error) = retain(store, retained, id) {
            tracing::warn!(job.name = self.graph.name, error = %error, "old checkpoints could not be deleted");
        }
        Vec::new()
    }

    fn abort(&self, id: u64, reason: &str) {
        tracing::warn!(job.name = self.graph.name, checkpoint.id = id, reason, "a checkpoint failed");
        self.job.abort(id);
    }

    fn fail(&mut self, failure: Failure) {
        if self.failure.is_none() {
            self.failure = Some(failure);
            self.job.cancel();
        }
    }
}

/// Deletes the checkpoints that are no longer to be kept.
fn retain(store: &CheckpointStore, count: usize, newest: u64) -> Result<(), StateError> {
    let mut completed = store.completed()?;
    completed.truncate(count);
    store.clean(&completed, newest)
}
