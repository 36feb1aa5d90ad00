//! What the portal knows of a cluster: Flink's monitoring REST and SQL Gateway APIs, spoken by Apache Flink 2.3 and 1.20 and
//! by the embedded engine alike.
//!
//! A [`Transport`] answers requests: a live cluster over HTTP, or a recording from a file. Everything above it is the same
//! code for both, so that a recording is judged exactly as the live cluster would have been. Nothing here decides what is
//! wrong; it reads, and what cannot be read is *absent*.

mod cache;
mod checkpoints;
mod client;
mod error;
mod exceptions;
mod gateway;
mod job;
mod json;
mod live;
mod metrics;
mod names;
mod probe;
mod recorder;
pub mod recording;
mod rest;
mod snapshot;
mod stacks;
mod transport;
mod vertex;

pub use cache::SnapshotCache;
pub use client::FlinkClient;
pub use error::{Failure, FlinkError};
pub use gateway::{Gateway, Operation, RowFormat, Session};
pub use live::Live;
pub use probe::{Probe, probe};
pub use recorder::Recorder;
pub use snapshot::PREVIEW_JOB;
pub use transport::Transport;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
