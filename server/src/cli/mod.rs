//! The command line: one file a command, each with its `Args` and its `run`.

mod diagnose;
mod duration;
mod engine;
mod live;
mod record;
mod serve;
mod state;
mod worker;

use std::future::Future;
use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The variable that says what is logged: `info`, or `info,drsquirrel=debug`.
const LOG_VARIABLE: &str = "DRSQUIRREL_LOG";

/// Says what is wrong with which stream-processing job, why, and what to do.
#[derive(Debug, Parser)]
#[command(name = "drsquirrel", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the portal: web pages, API, watcher; without named clusters with two embedded zones of its own.
    Serve(serve::Args),
    /// Run one embedded cluster that speaks Flink's REST and SQL gateway APIs.
    Engine(engine::Args),
    /// Judge the jobs of a cluster, or of a recording of one.
    Diagnose(diagnose::Args),
    /// Record a cluster's answers, to be judged later or elsewhere.
    Record(record::Args),
    /// Look into savepoints and retained checkpoints of embedded clusters, and edit them into new savepoints.
    State(state::Args),
    /// Run one job attempt's tasks. Started by an engine, not by hand.
    #[command(hide = true)]
    Worker(worker::Args),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log();
    match cli.command {
        Command::Serve(args) => block_on(serve::run(args)),
        Command::Engine(args) => block_on(engine::run(args)),
        Command::Diagnose(args) => block_on(diagnose::run(args)),
        Command::Record(args) => block_on(record::run(args)),
        Command::State(args) => state::run(args),
        Command::Worker(args) => worker::run(args),
    }
}

/// Runs a command to its end on a runtime of its own.
fn block_on(command: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(command);
            // A name lookup that hangs must not hold up the end.
            runtime.shutdown_background();
            code
        }
        Err(error) => fail(&format!("cannot start: {error}")),
    }
}

/// Logs go to standard error: standard output is for results.
fn log() {
    let wanted = std::env::var(LOG_VARIABLE).unwrap_or_else(|_| "info".to_owned());
    let targets: Targets = wanted.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    let format = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry().with(format).with(targets).init();
}

/// Says why a command failed.
fn fail(why: &str) -> ExitCode {
    eprintln!("drsquirrel: {why}");
    ExitCode::FAILURE
}

/// Waits for Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
