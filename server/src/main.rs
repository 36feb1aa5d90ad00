//! The `drsquirrel` binary.

mod cli;
mod flink;
mod words;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    cli::run(cli::Cli::parse()).await
}
