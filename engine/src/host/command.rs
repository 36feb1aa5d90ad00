//! What a job's driver can be told while the job runs.

use std::collections::BTreeMap;

use super::checkpoints::coordinator::StopMode;

/// A command.
#[derive(Debug)]
pub enum Command {
    /// Takes a checkpoint out of turn, for an operation.
    Checkpoint {
        /// The operation.
        number: u64,
    },
    /// Takes a savepoint, for an operation.
    Savepoint {
        /// The operation.
        number: u64,
        /// Below which directory.
        directory: String,
        /// Whether the job stops with it.
        stop: Option<StopMode>,
    },
    /// Runs vertices at another parallelism, from a checkpoint that is taken for it.
    Rescale {
        /// The parallelism by vertex id.
        parallelism: BTreeMap<String, u32>,
    },
}
