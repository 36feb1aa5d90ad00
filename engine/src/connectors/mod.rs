//! Sources and sinks: one file each, and [`spec`], the table of what each of them takes.

mod blackhole;
mod datagen;
mod datagen_field;
mod files;
mod filesystem_sink;
mod filesystem_source;
mod kafka;
mod kafka_sink;
mod kafka_source;
mod pace;
mod print;
pub mod spec;

pub use print::PrintLog;

use std::time::Duration;

use crate::{
    runtime::{Failure, Stop, TaskContext},
    sql::{catalog::Table, value::Row},
};

/// How many rows a source hands on at a time, and a task sends on at a time: few enough that metrics keep moving behind a
/// slow sink, enough that an exchange costs little.
pub const BATCH_ROWS: usize = 64;

/// What a source did when it was asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// It has more, now.
    Rows,
    /// It has nothing before this time is over; meanwhile the task is idle.
    Wait(Duration),
    /// It has nothing more, ever.
    End,
}

/// Reads the part of a table that one subtask reads.
pub trait Source: Send {
    /// Appends about [`BATCH_ROWS`] rows to `rows`. Counts bytes; the task counts rows.
    fn next(&mut self, rows: &mut Vec<Row>, context: &TaskContext) -> Result<Next, Stop>;
}

/// Writes the rows that one subtask gets.
pub trait Sink: Send {
    /// Writes a row; answers the bytes written. May wait for its service, which counts as busy.
    fn write(&mut self, row: &Row, context: &TaskContext) -> Result<u64, Stop>;

    /// Makes what was written visible; called a few times a second while rows come in.
    fn flush(&mut self, context: &TaskContext) -> Result<(), Stop>;

    /// All rows were written: makes them durable.
    fn finish(&mut self, context: &TaskContext) -> Result<(), Stop> {
        self.flush(context)
    }
}

/// Opens the source of `table` for the subtask of `context`.
pub fn open_source(table: &Table, context: &TaskContext) -> Result<Box<dyn Source>, Stop> {
    Ok(match table.connector() {
        "filesystem" => Box::new(filesystem_source::FilesystemSource::open(table, context)?),
        "datagen" => Box::new(datagen::Datagen::open(table, context)),
        "kafka" => Box::new(kafka_source::KafkaSource::open(table, context)?),
        other => return Err(unknown(other)),
    })
}

/// Opens the sink of `table` for the subtask of `context`.
pub fn open_sink(table: &Table, context: &TaskContext) -> Result<Box<dyn Sink>, Stop> {
    Ok(match table.connector() {
        "filesystem" => Box::new(filesystem_sink::FilesystemSink::open(table, context)?),
        "kafka" => Box::new(kafka_sink::KafkaSink::open(table, context)?),
        "print" => Box::new(print::Print::open(table, context)),
        "blackhole" => Box::new(blackhole::Blackhole::open(table)),
        other => return Err(unknown(other)),
    })
}

/// The plan was checked, so this is not met; it is an error all the same, not a crash.
fn unknown(connector: &str) -> Stop {
    let message = format!("There is no connector '{connector}'");
    Failure::new("org.apache.flink.table.api.ValidationException", message).into()
}
