//! The last checkpoints of a job, and figures over all of them.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::coordinator::TaskId;

/// Checkpoints that are remembered one by one: Flink's `web.checkpoints.history`.
const MAX_HISTORY: usize = 10;
/// Durations and sizes that quantiles are made of: the last so many.
const MAX_SAMPLES: usize = 1000;

/// How one task took its part. Times are milliseconds, sizes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskFigures {
    /// When its part was written, since 1970.
    pub acknowledged_ms: i64,
    /// What it wrote for this checkpoint.
    pub checkpointed_bytes: u64,
    /// What it would have written without increments.
    pub state_bytes: u64,
    /// How long the task stood still for it.
    pub sync_ms: u64,
    /// How long writing took beside the task.
    pub async_ms: u64,
    /// From the first barrier to the last.
    pub alignment_ms: u64,
    /// From the trigger to the first barrier.
    pub start_delay_ms: u64,
}

/// What it was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SnapshotKind {
    /// To recover from.
    Checkpoint,
    /// To keep.
    Savepoint,
    /// To stop with.
    SyncSavepoint,
}

impl SnapshotKind {
    /// Flink's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Checkpoint => "CHECKPOINT",
            Self::Savepoint => "SAVEPOINT",
            Self::SyncSavepoint => "SYNC_SAVEPOINT",
        }
    }

    /// Whether it is a savepoint.
    pub fn is_savepoint(self) -> bool {
        self != Self::Checkpoint
    }
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Under way.
    InProgress,
    /// Complete; where it is.
    Completed(String),
    /// Not; when and why.
    Failed(i64, String),
}

/// One checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: u64,
    /// What it was for.
    pub kind: SnapshotKind,
    /// When it was begun.
    pub begun_ms: i64,
    /// How it went.
    pub outcome: Outcome,
    /// What the tasks said.
    pub tasks: BTreeMap<TaskId, TaskFigures>,
    /// How many tasks were asked.
    pub asked: usize,
    /// Whether it was deleted since.
    pub discarded: bool,
}

impl Entry {
    /// When the last answer came, or it failed; its begin where neither is known.
    pub fn ended_ms(&self) -> i64 {
        let last = self.tasks.values().map(|task| task.acknowledged_ms).max();
        match self.outcome {
            Outcome::Failed(at, _) => at,
            _ => last.unwrap_or(self.begun_ms),
        }
    }

    /// From its begin to its end; at least 0.
    pub fn duration_ms(&self) -> i64 {
        (self.ended_ms() - self.begun_ms).max(0)
    }

    /// What was written for it.
    pub fn checkpointed_bytes(&self) -> u64 {
        self.tasks.values().map(|task| task.checkpointed_bytes).sum()
    }

    /// What it holds.
    pub fn state_bytes(&self) -> u64 {
        self.tasks.values().map(|task| task.state_bytes).sum()
    }
}

/// What a job was restored from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Its number.
    pub id: u64,
    /// When.
    pub at_ms: i64,
    /// Whether it was a savepoint.
    pub is_savepoint: bool,
    /// Where it is.
    pub path: String,
}

/// How many of each there were since the job was submitted or the engine was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Restores.
    pub restored: u64,
    /// Complete ones.
    pub completed: u64,
    /// Failed ones.
    pub failed: u64,
    /// Under way.
    pub in_progress: u64,
}

/// A job's checkpoints.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// How many.
    pub counts: Counts,
    /// The last ones, newest first.
    pub entries: VecDeque<Entry>,
    /// The newest complete checkpoint.
    pub completed: Option<Entry>,
    /// The newest complete savepoint.
    pub savepoint: Option<Entry>,
    /// The newest that failed.
    pub failed: Option<Entry>,
    /// The newest restore.
    pub restored: Option<Restored>,
    /// Of complete ones: duration in milliseconds, bytes written, bytes held.
    samples: VecDeque<[u64; 3]>,
}

impl History {
    /// One was begun.
    pub fn begun(&mut self, id: u64, kind: SnapshotKind, asked: usize, now_ms: i64) {
        self.counts.in_progress += 1;
        let tasks = BTreeMap::new();
        let outcome = Outcome::InProgress;
        self.entries.push_front(Entry { id, kind, begun_ms: now_ms, outcome, tasks, asked, discarded: false });
        self.entries.truncate(MAX_HISTORY);
    }

    /// A task has answered.
    pub fn answered(&mut self, id: u64, task: TaskId, figures: TaskFigures) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.tasks.insert(task, figures);
        }
    }

    /// One is complete.
    pub fn completed(&mut self, id: u64, path: String) {
        self.counts.in_progress = self.counts.in_progress.saturating_sub(1);
        self.counts.completed += 1;
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) else { return };
        entry.outcome = Outcome::Completed(path);
        self.samples.push_back([entry.duration_ms() as u64, entry.checkpointed_bytes(), entry.state_bytes()]);
        if self.samples.len() > MAX_SAMPLES {
            self.samples.pop_front();
        }
        let newest = if entry.kind.is_savepoint() { &mut self.savepoint } else { &mut self.completed };
        *newest = Some(entry.clone());
    }

    /// One failed.
    pub fn failed(&mut self, id: u64, reason: String, now_ms: i64) {
        self.counts.in_progress = self.counts.in_progress.saturating_sub(1);
        self.counts.failed += 1;
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) else { return };
        entry.outcome = Outcome::Failed(now_ms, reason);
        self.failed = Some(entry.clone());
    }

    /// The job was restored.
    pub fn restored(&mut self, restored: Restored) {
        self.counts.restored += 1;
        self.restored = Some(restored);
    }

    /// One was deleted.
    pub fn discarded(&mut self, id: u64) {
        self.entries.iter_mut().filter(|entry| entry.id == id).for_each(|entry| entry.discarded = true);
    }

    /// Durations in milliseconds of those that quantiles are made of.
    pub fn durations_ms(&self) -> Vec<u64> {
        self.samples.iter().map(|sample| sample[0]).collect()
    }

    /// Bytes written, likewise.
    pub fn checkpointed_bytes(&self) -> Vec<u64> {
        self.samples.iter().map(|sample| sample[1]).collect()
    }

    /// Bytes held, likewise.
    pub fn state_bytes(&self) -> Vec<u64> {
        self.samples.iter().map(|sample| sample[2]).collect()
    }
}
