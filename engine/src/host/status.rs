//! States of jobs and of tasks, in Flink's words.

use serde::{Deserialize, Serialize};

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobStatus {
    /// Accepted; its tasks do not run yet.
    Created,
    /// Its tasks run.
    Running,
    /// A task failed, and the job is about to run again.
    Restarting,
    /// A task failed, and the job will not run again.
    Failing,
    /// It failed.
    Failed,
    /// It was told to stop.
    Cancelling,
    /// It was stopped.
    Canceled,
    /// Its input ended and all of it was processed.
    Finished,
}

impl JobStatus {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Running,
        Self::Restarting,
        Self::Failing,
        Self::Failed,
        Self::Cancelling,
        Self::Canceled,
        Self::Finished,
    ];

    /// Flink's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Running => "RUNNING",
            Self::Restarting => "RESTARTING",
            Self::Failing => "FAILING",
            Self::Failed => "FAILED",
            Self::Cancelling => "CANCELLING",
            Self::Canceled => "CANCELED",
            Self::Finished => "FINISHED",
        }
    }

    /// Whether it is over.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Failed | Self::Canceled | Self::Finished)
    }

    /// Whether a job may go from this state to the next.
    pub fn may_become(self, next: Self) -> bool {
        use JobStatus as S;
        match self {
            S::Created => matches!(next, S::Running | S::Restarting | S::Failing | S::Cancelling),
            S::Running => matches!(next, S::Restarting | S::Failing | S::Cancelling | S::Finished),
            S::Restarting => matches!(next, S::Running | S::Failing | S::Cancelling | S::Restarting),
            S::Failing => next == S::Failed,
            S::Cancelling => next == S::Canceled,
            S::Failed | S::Canceled | S::Finished => false,
        }
    }
}

/// The state of a task, or of a vertex as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskStatus {
    /// Not begun.
    Created,
    /// Its worker is being started.
    Deploying,
    /// It runs.
    Running,
    /// Done.
    Finished,
    /// Told to stop.
    Canceling,
    /// Stopped.
    Canceled,
    /// Failed.
    Failed,
}

impl TaskStatus {
    /// All that Flink counts, in the order in which it does; the last three are never met here.
    pub const NAMES: [&'static str; 10] = [
        "RUNNING",
        "CANCELING",
        "INITIALIZING",
        "FINISHED",
        "RECONCILING",
        "SCHEDULED",
        "FAILED",
        "CREATED",
        "DEPLOYING",
        "CANCELED",
    ];

    /// Flink's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Deploying => "DEPLOYING",
            Self::Running => "RUNNING",
            Self::Finished => "FINISHED",
            Self::Canceling => "CANCELING",
            Self::Canceled => "CANCELED",
            Self::Failed => "FAILED",
        }
    }

    /// Whether it is over.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Finished | Self::Canceled | Self::Failed)
    }

    /// The state of a vertex with subtasks in these states.
    pub fn aggregate(tasks: impl Iterator<Item = Self> + Clone) -> Self {
        let any = |wanted: Self| tasks.clone().any(|status| status == wanted);
        [Self::Failed, Self::Canceling, Self::Canceled, Self::Running, Self::Deploying, Self::Finished]
            .into_iter()
            .find(|status| any(*status))
            .unwrap_or(Self::Created)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stays_over_and_all_else_can_end() {
        for status in JobStatus::ALL {
            let onward = JobStatus::ALL.iter().any(|next| status.may_become(*next));
            assert_eq!(onward, !status.is_terminal(), "{status:?}");
        }
        assert!(!JobStatus::Cancelling.may_become(JobStatus::Running));
    }
}
