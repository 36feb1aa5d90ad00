//! The runtime of one job attempt: a thread a subtask, bounded queues between them, and exact accounts of their time.

pub mod cancel;
mod chain;
pub mod clock;
mod exchange;
pub mod failure;
pub mod job;
pub mod metrics;
pub mod partition;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use failure::{Failure, Stop};

use crate::connectors::PrintLog;

/// What a subtask, its source and its sink know of themselves.
pub struct TaskContext {
    /// Its index among the subtasks of its vertex, from 0.
    pub subtask: u32,
    /// The subtasks of its vertex.
    pub parallelism: u32,
    /// Its accounts of time.
    pub clock: Arc<clock::TaskClock>,
    /// Its counters.
    pub metrics: Arc<metrics::TaskMetrics>,
    /// Tells when it is to stop.
    pub cancel: cancel::Cancel,
    /// Where the print connector writes.
    pub print: Arc<PrintLog>,
    /// Told apart from every other attempt of every job: names of part files contain it.
    pub attempt_id: Arc<str>,
}
