//! An engine without the portal, for working on the engine, and the worker of its tests:
//! `engine-alone ADDRESS DATA [SLOTS]` serves until Ctrl-C, `engine-alone worker` is one of its workers.

use std::{env, path::PathBuf, process::ExitCode};

use engine::{EngineError, EngineOptions, run_engine, run_worker};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let ended = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["worker"] => run_worker(),
        [address, data] => serve(address, data, "8"),
        [address, data, slots] => serve(address, data, slots),
        _ => Err(EngineError::Worker("usage: engine-alone ADDRESS DATA [SLOTS], or engine-alone worker".to_owned())),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn serve(address: &str, data: &str, slots: &str) -> Result<(), EngineError> {
    let (Ok(listen), Ok(slots)) = (address.parse(), slots.parse()) else {
        return Err(EngineError::Worker(format!("{address} is not an address, or {slots} not a number of slots")));
    };
    let options = EngineOptions::new("alone", "alone", listen, PathBuf::from(data), slots);
    let runtime = tokio::runtime::Runtime::new().map_err(EngineError::Serve)?;
    runtime.block_on(run_engine(options, async {
        // A signal that cannot be listened to is one that ends the process by itself.
        let _ = tokio::signal::ctrl_c().await;
    }))
}
