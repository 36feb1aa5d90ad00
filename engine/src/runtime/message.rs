//! What passes between tasks.

use serde::{Deserialize, Serialize};

use super::operator::Chunk;

/// An element of the stream on one channel.
pub enum Message {
    /// Records.
    Chunk(Chunk),
    /// Event time has come to here.
    Watermark(i64),
    /// Whether the channel is idle: its watermark is not to be waited for.
    Idle(bool),
    /// A checkpoint: what came before belongs to it, what comes after does not.
    Barrier(Barrier),
    /// There are no more records. Barriers may still come.
    EndOfData,
}

/// A checkpoint on its way through the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barrier {
    /// Its number.
    pub checkpoint: u64,
    /// When it was triggered: milliseconds since 1970.
    pub triggered_ms: i64,
    /// What it is for.
    pub kind: SnapshotKind,
}

/// What a checkpoint is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotKind {
    /// To recover from failures.
    Checkpoint,
    /// A savepoint: full, and of itself. The job runs on.
    Savepoint,
    /// A savepoint after which the job stops: nothing is read after the barrier.
    Suspend,
    /// A savepoint after which the job stops: before it, event time comes to its end and all results are out.
    Drain,
    /// A checkpoint after the end of all input, with which the job ends: what sinks hold back is committed.
    Final,
}

impl SnapshotKind {
    /// Whether all state is written, independent of other checkpoints.
    pub fn is_savepoint(self) -> bool {
        matches!(self, Self::Savepoint | Self::Suspend | Self::Drain)
    }

    /// Whether the job ends with it.
    pub fn ends_job(self) -> bool {
        matches!(self, Self::Suspend | Self::Drain | Self::Final)
    }
}

/// What a task is told from outside, beside its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mail {
    /// To a source: begin this checkpoint.
    Trigger(Barrier),
    /// The checkpoint of this number is complete.
    Complete(u64),
    /// The checkpoint of this number has failed.
    Abort(u64),
}
