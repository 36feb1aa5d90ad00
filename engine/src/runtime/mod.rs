//! The runtime of one job attempt: a thread a subtask, bounded queues between them, watermarks and barriers in line with
//! the data, and exact accounts of their time.

mod alignment;
pub mod cancel;
mod chain;
#[cfg(test)]
mod checkpoint_tests;
pub mod clock;
pub mod context;
pub mod failure;
mod gate;
pub mod graph;
#[cfg(test)]
pub mod harness;
pub mod job;
pub mod message;
pub mod metrics;
pub mod operator;
mod outlet;
pub mod partition;
pub mod print_log;
mod snapshot_write;
pub mod snapshots;
mod start;
mod task;
mod task_checkpoints;
#[cfg(test)]
mod tests;
mod watermarks;
mod wiring;

pub use context::TaskContext;
pub use failure::{Failure, Stop};
