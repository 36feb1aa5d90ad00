//! Fast user signals: what is each user into, this minute?
//!
//! `cargo run --release --example user_signals [CONFIGURATION]`
//!
//! It shows `map`, asynchronous calls of a service, backfill (history from files, then what comes), and tuning by
//! configuration alone: `signals.rs` says what is done, `config.yaml` how. Interrupt it and start it again: it goes on from
//! its newest checkpoint, by which time a few signals may be printed again. All data is generated; the feature service is a
//! small one in this process, which is sometimes away.

mod generated;
mod service;
mod signals;

use std::{env, error::Error, fs, path::Path};

use engine::dataflow::{Config, JsonLines, Source, run};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/user_signals");
    let config = env::args_os().nth(1).map_or_else(|| folder.join("config.yaml"), Into::into);
    let config: Config = fs::read_to_string(config)?.parse()?;
    let features = service::start()?;

    let history = JsonLines::at(folder.join("history-generated"));
    let engagements = history.then(generated::Live { pace_ms: 5 });
    let flow = signals::flow(engagements, features, |signal| println!("{signal}"));
    Ok(run(flow.build(&config)?)?)
}
