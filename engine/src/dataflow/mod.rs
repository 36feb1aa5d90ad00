//! Jobs in Rust, with the types of their values: sources, operators and sinks on the same runtime as SQL.
//!
//! A job says what is done, not how: operators have names, and a [`Config`] tunes them by these. State and in-flight calls
//! are part of checkpoints, so that a job goes on where it was; what is in state is JSON, which people can read.
//! Values come from a [`Source`], from files ([`JsonLines`]), from one after the other ([`Source::then`]) or from any table of
//! SQL ([`Dataflow::table`]), Kafka's among them; [`run`] runs a job in this process. `engine/examples` has two to start from.
//!
//! ```
//! use engine::dataflow::{Config, Dataflow, Timestamps, Tumbling, run_collect};
//! use std::time::Duration;
//!
//! let flow = Dataflow::new("words per second");
//! let counts = flow
//!     .collection("words", [("to", 100), ("be", 300), ("to", 900), ("to", 1200)])
//!     .assign_timestamps("time", Timestamps::bounded(Duration::from_millis(500), |word: &(&str, i64)| word.1))
//!     .key_by(|word| word.0.to_owned())
//!     .window(Tumbling::of(Duration::from_secs(1)))
//!     .count("count")
//!     .map("row", |count| format!("{} {} {}", count.start, count.key, count.value));
//! let mut rows = run_collect(&flow, counts)?;
//! rows.sort();
//! assert_eq!(rows, ["0 be 1", "0 to 2", "1000 to 1"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod async_map;
mod attempt;
mod builder;
mod collection;
mod config;
mod each;
mod error;
mod execution;
mod graph;
mod inputs;
mod join;
mod json;
mod json_lines;
mod keyed;
mod process;
mod progress;
mod record;
mod run;
mod side;
mod sink;
mod source;
mod stream;
mod table;
#[cfg(test)]
mod tests;
mod then;
mod timestamps;
mod window;

pub use self::{
    async_map::{Async, Order},
    builder::Dataflow,
    config::Config,
    error::{BoxError, DataflowError, JobError},
    execution::Job,
    join::{IntervalJoined, WindowJoined},
    json_lines::{FileSplit, JsonLines},
    keyed::KeyedStream,
    process::{CoProcess, ConnectedStreams, Context, ListState, MapState, Process, States, Timer, ValueState},
    record::{Data, Stored},
    run::{run, run_collect},
    side::Tag,
    sink::{Sink, SinkContext, Writer},
    source::{Read, Source, SplitReader},
    stream::Stream,
    then::{Part, Then},
    timestamps::Timestamps,
    window::{Aggregate, Session, Sliding, Tumbling, Windowed, WindowedStream, Windows},
};
