//! The command line: one file a command.

mod diagnose;
mod duration;
mod live;
mod record;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Says what is wrong with a stream-processing job, why, and what to do.
#[derive(Debug, Parser)]
#[command(name = "drsquirrel", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge the jobs of a cluster, or of a recording of one
    Diagnose(diagnose::Args),
    /// Record a cluster's answers, to be judged later or elsewhere
    Record(record::Args),
}

/// Runs a command.
pub async fn run(cli: Cli) -> ExitCode {
    match cli.command {
        Command::Diagnose(args) => diagnose::run(args).await,
        Command::Record(args) => record::run(args).await,
    }
}
