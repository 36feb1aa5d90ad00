//! What an engine and its worker say to each other, one JSON document a line.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    runtime::{Failure, job::Ended, metrics::Values},
    sql::script::JobScript,
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
}

/// From the worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromWorker {
    /// All tasks run.
    Running,
    /// The job cannot be run at all.
    Refused(Failure),
    /// Metrics.
    Report(Report),
    /// A task ended.
    Ended(Ended),
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
