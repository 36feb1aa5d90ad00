//! An `INSERT` that is over only when its job is: `table.dml-sync`.

use std::sync::Arc;

use super::results::ResultTable;
use crate::host::{Job, status::JobStatus};

/// A statement whose job is waited for.
pub struct Awaited {
    job: Arc<Job>,
    table: ResultTable,
}

impl Awaited {
    /// The statement that submitted a job.
    pub fn new(job: Arc<Job>) -> Self {
        let table = ResultTable::job(&job.id);
        Self { job, table }
    }

    /// Its job.
    pub fn job(&self) -> &Arc<Job> {
        &self.job
    }

    /// The operation's state, in the gateway's words.
    pub fn status(&self) -> &'static str {
        match self.job.status() {
            JobStatus::Finished => "FINISHED",
            JobStatus::Failed | JobStatus::Canceled => "ERROR",
            _ => "RUNNING",
        }
    }

    /// The statement's result; `None` while the job runs.
    ///
    /// # Errors
    /// The stack trace of why the job did not finish.
    pub fn result(&self) -> Result<Option<&ResultTable>, String> {
        match self.job.status() {
            JobStatus::Finished => Ok(Some(&self.table)),
            JobStatus::Failed => Err(self.job.failure_stack()),
            JobStatus::Canceled => {
                Err("org.apache.flink.runtime.client.JobCancellationException: Job was cancelled.".to_owned())
            }
            _ => Ok(None),
        }
    }
}
