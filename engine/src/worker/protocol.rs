//! What an engine and its worker say to each other, one JSON document a line.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    planner::script::JobScript,
    runtime::{Failure, job::Event, message::Barrier, metrics::Values},
    types::RowKind,
};

/// The longest line: a report of a thousand tasks fits.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// From the engine.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToWorker {
    /// The first line: what to run.
    Start(Box<Start>),
    /// Stop, promptly.
    Cancel,
    /// Begin a checkpoint or savepoint.
    Trigger {
        /// Which.
        barrier: Barrier,
        /// The URL of the directory that it is written to.
        directory: String,
    },
    /// A checkpoint is complete: its manifest is written.
    Complete(u64),
    /// A checkpoint has failed.
    Abort(u64),
    /// So many rows of the query were read.
    Grant(u64),
}

/// What to run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Start {
    /// The job.
    pub script: JobScript,
    /// Told apart from every other attempt of every job.
    pub attempt_id: String,
    /// Where the worker's files are.
    pub directory: PathBuf,
    /// The parallelism by vertex id, of vertices that were rescaled.
    pub parallelism: BTreeMap<String, u32>,
    /// Whether checkpoints will be taken.
    pub checkpoints: bool,
    /// The URL of the checkpoint or savepoint that it goes on from.
    pub restore: Option<String>,
}

/// From the worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromWorker {
    /// Something happened to its tasks.
    Event(Event),
    /// The job cannot be run at all.
    Refused(Failure),
    /// Metrics.
    Report(Report),
    /// Rows of a query.
    Rows(Vec<SentRow>),
}

/// A row of a query: what it does, and its bytes in hexadecimal digits, as [`crate::types::row_codec::RowCodec`] writes them.
#[derive(Debug, Serialize, Deserialize)]
pub struct SentRow(u8, String);

const KINDS: [RowKind; 4] = [RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete];

impl SentRow {
    /// A row to send.
    pub fn new(kind: RowKind, bytes: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        Self(kind as u8, digits.map(char::from).collect())
    }

    /// The row that was sent; `None` where it is none.
    pub fn read(&self) -> Option<(RowKind, Vec<u8>)> {
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let byte = |pair: &[u8]| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?);
        let kind = KINDS.get(usize::from(self.0))?;
        Some((*kind, self.1.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?))
    }
}

/// Metrics of all tasks and of the process.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// The tasks.
    pub tasks: Vec<TaskReport>,
    /// `Process.ResidentBytes`, `Process.CpuMsPerSecond`, `Process.OpenFiles`.
    pub process: Values,
}

/// Metrics of one task.
#[derive(Debug, Serialize, Deserialize)]
pub struct TaskReport {
    /// The index of its vertex in the plan.
    pub vertex: usize,
    /// Its index among the vertex' subtasks.
    pub subtask: u32,
    /// Values by metric.
    pub values: Values,
}
