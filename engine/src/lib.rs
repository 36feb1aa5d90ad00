//! The embedded stream engine of Dr. Squirrel.
//!
//! [`run_engine`] is one small cluster: a job manager that speaks Flink's monitoring REST API and SQL Gateway API on one
//! address, and runs each job in a child process, a worker, in which [`run_worker`] runs. A job is a Flink SQL script.
//!
//! What differs from Flink on purpose, in this cut: number literals with a point are DOUBLE, not DECIMAL; the session's
//! time zone is UTC; timestamps carry at most 6 digits after the second; a record of a csv file ends with its line, quoted
//! or not; there are no checkpoints, so a restarted job reads its source from where the source's options say; rates are over
//! the last second, not the last minute; statements are over when they are answered, and SELECT without INSERT is refused.
//!
//! Layers, each using only those below it: `rest` and `gateway` (the wire), `host` (jobs and their states),
//! `worker` (a process), `runtime` (threads and queues), `connectors` and `formats`, `sql`.

mod bounded_file;
mod connectors;
mod error;
mod formats;
mod gateway;
mod host;
mod ids;
mod options;
mod rest;
mod runtime;
mod serve;
mod sql;
mod worker;

pub use error::EngineError;
pub use serve::{EngineOptions, run_engine};
pub use worker::run_worker;
