//! `drsquirrel worker`: one job attempt's tasks, as a child of an engine.

use std::process::ExitCode;

/// Arguments of `worker`: what its engine passes on to it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs until the attempt ends, or its engine is gone.
pub fn run(args: Args) -> ExitCode {
    match engine::run_worker(&args.rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::fail(&error.to_string()),
    }
}
