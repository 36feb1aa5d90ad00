//! What is written down of a job, and survives the engine.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::checkpoints::history::Restored;
use super::status::JobStatus;
use crate::{planner::script::JobScript, runtime::Failure};

/// Exceptions that are kept of a job; the oldest go first.
pub const MAX_EXCEPTIONS: usize = 32;

/// A job as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it runs.
    pub script: JobScript,
    /// Its state.
    pub status: JobStatus,
    /// When it last entered each state, in milliseconds since 1970.
    pub timestamps: BTreeMap<JobStatus, i64>,
    /// When it was submitted.
    pub submitted_ms: i64,
    /// How often it was started again after a failure.
    pub restarts: u64,
    /// How many attempts were begun, restarts of the engine included.
    pub attempts: u64,
    /// How long it has been restarting in all, in milliseconds, without the restart under way.
    pub restarting_ms: i64,
    /// Exceptions, newest first.
    pub exceptions: VecDeque<ExceptionRecord>,
    /// The parallelism by vertex id, of vertices that were rescaled.
    #[serde(default)]
    pub parallelism: BTreeMap<String, u32>,
    /// The number of the next checkpoint.
    #[serde(default = "first_checkpoint")]
    pub next_checkpoint: u64,
    /// What it was last restored from.
    #[serde(default)]
    pub restored: Option<Restored>,
}

/// Checkpoints are counted from 1.
fn first_checkpoint() -> u64 {
    1
}

/// An exception in a job's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExceptionRecord {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// What.
    pub failure: Failure,
    /// The task it was thrown in: `Source: flights (1/4) - execution #0`.
    pub task: Option<String>,
    /// The task manager it was thrown on.
    pub task_manager: Option<String>,
}

impl JobRecord {
    /// A job just submitted.
    pub fn new(id: String, name: String, script: JobScript, now_ms: i64) -> Self {
        Self {
            id,
            name,
            script,
            status: JobStatus::Created,
            timestamps: BTreeMap::from([(JobStatus::Created, now_ms)]),
            submitted_ms: now_ms,
            restarts: 0,
            attempts: 0,
            restarting_ms: 0,
            exceptions: VecDeque::new(),
            parallelism: BTreeMap::new(),
            next_checkpoint: first_checkpoint(),
            restored: None,
        }
    }

    /// Enters a state; `false`, and nothing happens, where the job cannot.
    pub fn enter(&mut self, next: JobStatus, now_ms: i64) -> bool {
        if !self.status.may_become(next) {
            return false;
        }
        if self.status == JobStatus::Restarting {
            self.restarting_ms += now_ms - self.since(JobStatus::Restarting);
        }
        self.status = next;
        self.timestamps.insert(next, now_ms);
        true
    }

    /// The engine was started again: a job that was under way goes on, one that was stopping is to run no more.
    pub fn resume(&mut self, now_ms: i64) {
        let next = match self.status {
            JobStatus::Cancelling => JobStatus::Canceled,
            JobStatus::Failing => JobStatus::Failed,
            _ => JobStatus::Created,
        };
        self.status = next;
        self.timestamps.insert(next, now_ms);
    }

    /// Adds an exception.
    pub fn add_exception(&mut self, exception: ExceptionRecord) {
        self.exceptions.push_front(exception);
        self.exceptions.truncate(MAX_EXCEPTIONS);
    }

    /// When it last entered a state; 0 where it never did.
    pub fn since(&self, status: JobStatus) -> i64 {
        self.timestamps.get(&status).copied().unwrap_or(0)
    }

    /// When it ended; `None` while it has not.
    pub fn ended_ms(&self) -> Option<i64> {
        self.status.is_terminal().then(|| self.since(self.status))
    }
}
