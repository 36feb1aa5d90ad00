//! Trust and safety: who is to be looked at, within a second of what they did?
//!
//! `cargo run --release --example trust_and_safety`
//!
//! It shows keyed state with timers, side outputs and a union: each rule is a process by its own key, and a flag is raised by
//! the comment that is one too many, not at the end of a window. All comments are generated.

mod flags;
mod generated;

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use engine::dataflow::{Config, run};

fn main() -> Result<(), Box<dyn Error>> {
    let slowest = Arc::new(AtomicI64::new(0));
    let seen = Arc::clone(&slowest);
    let begun = generated::now_ms();
    let comments = generated::Comments { begun_ms: begun, pace: true };
    let flow = flags::flow(comments, move |flag| {
        seen.fetch_max(generated::now_ms() - flag.at_ms, Ordering::Relaxed);
        println!("{}", flag.text(begun));
    });
    run(flow.build(&Config::new().set("parallelism.default", "2"))?)?;
    println!("The slowest flag came {} ms after its comment.", slowest.load(Ordering::Relaxed));
    Ok(())
}
