//! `drsquirrel worker`: one job attempt's tasks, as a child of an engine.

use std::process::ExitCode;

/// Arguments of `worker`: none; its engine tells it the rest on its standard input.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs until the attempt ends, or its engine is gone.
pub fn run(_: Args) -> ExitCode {
    match engine::run_worker() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::fail(&error.to_string()),
    }
}
