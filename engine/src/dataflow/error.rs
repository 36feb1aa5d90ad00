//! What can go wrong.

use crate::runtime::{Failure, Stop};

/// Any error of a job's own code: it fails the job.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A dataflow that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataflowError {
    /// Two operators of one name: configuration and state find an operator by it.
    #[error("two operators are named {0:?}; names are unique, for configuration and state go by them")]
    SameName(String),
    /// Two operators of one uid.
    #[error("two operators have the uid {0:?}; state goes by it")]
    SameUid(String),
    /// A key of the configuration that means nothing.
    #[error("{key:?} is no setting of this dataflow. {hint}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The nearest there is.
        hint: String,
    },
    /// A value of the configuration that is not of its kind.
    #[error("{key} = {value:?}: {expected} is expected")]
    BadValue {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A setting of how the job is run that is not right.
    #[error("{0}")]
    Setting(String),
    /// A setting of an operator that is not there: several streams have been put together.
    #[error("{0} is said of one operator, but the stream is a union of several")]
    NotOneOperator(&'static str),
    /// More subtasks than key groups.
    #[error(
        "operator {operator:?} has {parallelism} subtasks; {max} is the most, for its state has so many key groups"
    )]
    TooParallel {
        /// Its name.
        operator: String,
        /// Its subtasks.
        parallelism: u32,
        /// Its key groups.
        max: u32,
    },
    /// Streams of two dataflows.
    #[error("operator {0:?} reads a stream of another dataflow")]
    OtherDataflow(String),
}

/// A job that ran and failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JobError(pub(super) String);

/// A failure in a job's own code.
pub fn user_failure(error: &BoxError) -> Stop {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Failure::new("drsquirrel.dataflow.UserError", message).into()
}

/// A value that cannot be written as JSON, or read back.
pub fn json_failure(what: &str, error: &serde_json::Error) -> Stop {
    Failure::new("drsquirrel.dataflow.StateError", format!("{what} cannot be kept as JSON: {error}")).into()
}

/// A record that needs a timestamp has none.
pub fn no_timestamp() -> Stop {
    let message = "a record has no timestamp; assign_timestamps comes before operators of event time";
    Failure::new("drsquirrel.dataflow.NoTimestamp", message).into()
}
