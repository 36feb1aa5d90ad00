//! `cargo xtask`: builds, runs, tests and measures Dr. Squirrel. Nothing of it is needed at run time.
//!
//! Every call of cargo selects the whole workspace and names the targets it wants. The features of shared dependencies are
//! then the same in each call, and each dependency is compiled once; with `--package` they would differ, and most would be
//! compiled again for every selection.

mod bench;
mod build;
mod failure;
mod licences;
mod lint;
mod pages;
mod parts;
mod place;
mod run;
mod say;
mod shell;
mod site;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{failure::Failure, place::Place};

/// Builds, runs, tests and measures Dr. Squirrel.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and start `drsquirrel serve` with ARGS.
    Run {
        /// Arguments of `drsquirrel serve`, after `--`.
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Build `target/release/drsquirrel`: one file, with the web assets inside.
    Build,
    /// Install what the tests need and run them all, or those whose name contains FILTER.
    Test {
        /// A part of the names of the tests to run.
        filter: Option<String>,
    },
    /// Measure, print a table and write `target/bench/NAME.json`.
    Bench {
        /// The one to run; all without it.
        name: Option<String>,
    },
    /// Check the formatting, lint the server's side and the browser's side apart, and check the licences of dependencies.
    Lint,
}

fn main() -> ExitCode {
    match Place::find().and_then(|place| carry_out(&place, Cli::parse().command)) {
        Ok(code) => code,
        Err(failure) => {
            say::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn carry_out(place: &Place, command: Command) -> Result<ExitCode, Failure> {
    place.claim_target()?;
    match command {
        Command::Run { args } => run::run(place, &args),
        Command::Build => build::build(place).map(|_| ExitCode::SUCCESS),
        Command::Test { filter } => test::test(place, filter.as_deref()),
        Command::Bench { name } => bench::bench(place, name.as_deref()).map(|()| ExitCode::SUCCESS),
        Command::Lint => lint::lint(place).map(|()| ExitCode::SUCCESS),
    }
}
