//! What can be wrong with state.

use crate::{
    runtime::{Failure, Stop},
    types::row_codec::DecodeError,
};

/// State that cannot be read, written or placed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A row whose bytes are not those of its type.
    #[error("a row of state cannot be read: {0}")]
    Row(#[from] DecodeError),
    /// A file of a checkpoint that is not as it was written.
    #[error("{file} of checkpoint {checkpoint} is damaged: {what}")]
    Damaged {
        /// The checkpoint's number.
        checkpoint: u64,
        /// The file, and the operator and state where they are known.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// A file of a checkpoint that is not there.
    #[error("{file} of checkpoint {checkpoint} is missing")]
    Missing {
        /// The checkpoint's number.
        checkpoint: u64,
        /// The file, and the operator and state where they are known.
        file: String,
    },
    /// The storage did not do what it was asked.
    #[error("could not {what}: {error}")]
    Storage {
        /// What was asked, of which file.
        what: String,
        /// What it answered.
        error: String,
    },
    /// There are checkpoints, and each is damaged.
    #[error(
        "none of the job's checkpoints can be read{}. Submit it again with execution.state-recovery.path set to a savepoint, \
         or without it to begin anew",
        .0.iter().map(|error| format!("; {error}")).collect::<String>()
    )]
    NoneLeft(Vec<StateError>),
    /// State that the job has no operator for.
    #[error(
        "the savepoint has state of operators that the job does not have: {}. Put them back into the script, or start \
         without their state: SET 'execution.state-recovery.ignore-unclaimed-state' = 'true'",
        .0.join(", ")
    )]
    NoHome(Vec<String>),
    /// The key groups of the state are not those of the operator.
    #[error(
        "{operator}: its state has {stored} key groups, the job asks for {asked}; the maximum parallelism cannot change"
    )]
    MaxParallelism {
        /// Uid and name of the operator.
        operator: String,
        /// The key groups in the savepoint.
        stored: u32,
        /// The key groups of the job.
        asked: u32,
    },
    /// State whose columns are not those that the operator has now.
    #[error("state {state} was written as {stored}, the job has {asked}; it cannot be restored")]
    Schema {
        /// The name of the state.
        state: String,
        /// Its columns in the savepoint.
        stored: String,
        /// Its columns in the job.
        asked: String,
    },
    /// An edit that names what is not there, or a value that is not of its type.
    #[error("{0}")]
    Edit(String),
}

/// The class of the failure of a task whose checkpoint is damaged: the one before it is to be used.
pub const DAMAGED: &str = "drsquirrel.state.DamagedCheckpointException";

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        let class = match &error {
            StateError::Damaged { .. } | StateError::Missing { .. } | StateError::NoneLeft(_) => DAMAGED,
            StateError::Row(_) | StateError::Schema { .. } => "org.apache.flink.util.StateMigrationException",
            StateError::Storage { .. } => "java.io.IOException",
            StateError::NoHome(_) | StateError::MaxParallelism { .. } | StateError::Edit(_) => {
                "java.lang.IllegalStateException"
            }
        };
        Self::new(class, error.to_string())
    }
}

impl From<StateError> for Stop {
    fn from(error: StateError) -> Self {
        Self::Failed(error.into())
    }
}
