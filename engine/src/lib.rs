//! The embedded stream engine of Dr. Squirrel.
//!
//! [`run_engine`] is one small cluster: a job manager that speaks Flink's monitoring REST API and SQL Gateway API on one
//! address, and runs each job in a child process, a worker, in which [`run_worker`] runs. A job is a Flink SQL script.
//!
//! Rows travel as Arrow columns ([`types`]). What a job keeps is keyed state, which checkpoints and savepoints hold
//! ([`state`]); a job that fails goes on from its newest checkpoint, and what its sinks committed is neither lost nor doubled.
//! [`savepoint`] looks into these and edits them. [`dataflow`] is the typed way to write a job in Rust, on the same runtime.
//!
//! What differs from Flink on purpose is listed with its cases in `tests/conformance/DIFFERENCES.md`; beside that, timestamps
//! carry at most 6 digits after the second, rates are over the last second, not the last minute, and two checkpoints are
//! retained where nothing is said, not one.
//!
//! Layers, each using only those below it: `rest` and `gateway` (the wire), `host` (jobs and their states),
//! `worker` (a process), `planner` (from statements to job graphs), `operators` and `connectors`, `runtime` (threads, queues,
//! barriers), `state`, `expr` (typed expressions), `syntax` (text to trees), `types`.

mod bounded_file;
mod clock;
mod connectors;
pub mod dataflow;
mod error;
mod expr;
#[cfg(test)]
mod fuzz;
mod gateway;
mod host;
mod ids;
mod operators;
mod options;
mod planner;
mod rest;
mod runtime;
pub mod savepoint;
mod serve;
mod state;
mod syntax;
mod types;
mod worker;

pub use error::EngineError;
pub use serve::{EngineOptions, run_engine};
pub use worker::run_worker;
