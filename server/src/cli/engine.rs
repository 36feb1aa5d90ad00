//! `drsquirrel engine`: one embedded cluster.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `engine`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cluster's name.
    #[arg(long)]
    name: String,
    /// The failure domain it is in.
    #[arg(long)]
    zone: String,
    /// Where its REST and SQL gateway APIs listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// Where it keeps its jobs.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// How many subtasks run at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1024))]
    slots: u32,
}

/// Runs until SIGTERM or Ctrl-C.
pub async fn run(args: Args) -> ExitCode {
    let options = engine::EngineOptions::new(&args.name, &args.zone, args.listen, args.data, args.slots);
    match engine::run_engine(options, super::asked_to_stop()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => super::fail(&error.to_string()),
    }
}
