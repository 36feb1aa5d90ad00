//! The embedded stream engine of Dr. Squirrel.
//!
//! [`run_engine`] is one small cluster: a job manager that speaks Flink's monitoring REST API and SQL Gateway API on one
//! address, and runs each job in a child process, a worker, in which [`run_worker`] runs. A job is a Flink SQL script.
//!
//! Layers, each using only those below it: [`rest`] and [`gateway`] (the wire), [`host`] (jobs and their states),
//! [`worker`] (a process), [`runtime`] (threads and queues), [`connectors`] and [`formats`], [`sql`].

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
