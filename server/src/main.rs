//! `drsquirrel`: the portal, the embedded engine and the command line in one binary.

mod cli;
mod clock;
mod collect;
mod config;
mod example;
mod flink;
mod http;
mod portal;
mod store;
mod watch;
mod watcher;
mod words;
mod zones;

fn main() -> std::process::ExitCode {
    cli::main()
}
