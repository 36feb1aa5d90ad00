//! A job in memory: its record, its plan, and its last attempt.

use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::{attempt::Attempt, now_ms, record::JobRecord, status::JobStatus};
use crate::sql::{SqlError, plan::JobPlan};

/// A job.
pub struct Job {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its plan; an error where the engine was updated and no longer takes the script.
    pub plan: Result<JobPlan, SqlError>,
    /// Tells the driver that the job is to stop.
    pub cancel: CancellationToken,
    state: Mutex<JobState>,
}

/// What changes about a job.
pub struct JobState {
    /// What is written down.
    pub record: JobRecord,
    /// The last attempt, which may be over; `None` before the first since the engine was started.
    pub attempt: Option<Attempt>,
}

impl Job {
    /// The job of a record.
    pub fn new(record: JobRecord) -> Self {
        Self {
            id: record.id.clone(),
            name: record.name.clone(),
            plan: record.script.plan(),
            cancel: CancellationToken::new(),
            state: Mutex::new(JobState { record, attempt: None }),
        }
    }

    /// Looks at the state.
    pub fn read<T>(&self, look: impl FnOnce(&JobState) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state.
    pub fn update<T>(&self, change: impl FnOnce(&mut JobState) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its state.
    pub fn status(&self) -> JobStatus {
        self.read(|state| state.record.status)
    }

    /// Enters a state, where it can.
    pub fn enter(&self, next: JobStatus) -> bool {
        let entered = self.update(|state| state.record.enter(next, now_ms()));
        if entered {
            tracing::info!(
                job.id = self.id,
                job.name = self.name,
                job.status = next.as_str(),
                "the job's state changed"
            );
        }
        entered
    }
}
