//! `drsquirrel state list`: which operators have which state.

use std::fmt::Write;

use engine::savepoint::{Column, StateSummary, Summary};
use model::Timestamp;

use super::{Format, Place, say, say_json};
use crate::cli::diagnose::quantity;

/// What to list.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// How to write the list
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Lists. All of the savepoint is read, so that what is damaged is found.
pub fn run(args: &Args) -> Result<(), String> {
    let summary = args.place.open()?.summary().map_err(|error| error.to_string())?;
    match args.format {
        Format::Json => say_json(&summary),
        Format::Text => {
            say(&text(&summary));
            Ok(())
        }
    }
}

fn text(summary: &Summary) -> String {
    let kind = if summary.savepoint { "Savepoint" } else { "Checkpoint" };
    let states = summary.operators.iter().map(|operator| operator.states.len()).sum::<usize>();
    let taken = Timestamp(summary.triggered_ms).rfc3339().unwrap_or_else(|| "at no known time".to_owned());
    let mut text = format!(
        "{kind} {} at {}\nof job {} ({}), taken {}\n{} in {states} states of {} operators\n",
        summary.checkpoint,
        summary.url,
        summary.job_name,
        summary.job_id,
        taken,
        bytes(summary.bytes),
        summary.operators.len(),
    );
    for operator in &summary.operators {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\n{}  {}\n  parallelism {}, maximum {}\n",
            operator.uid, operator.name, operator.parallelism, operator.max_parallelism
        );
        operator.states.iter().for_each(|state| text.push_str(&line(state)));
    }
    text
}

fn line(state: &StateSummary) -> String {
    let value = columns(&state.value);
    let columns = if state.kind == "list" { value } else { format!("{} -> {value}", columns(&state.key)) };
    let (name, kind, entries) = (&state.name, state.kind, state.entries);
    format!("  {name}: {kind}, {entries} entries, {}\n      {columns}\n", bytes(state.bytes))
}

fn bytes(bytes: u64) -> String {
    quantity(bytes as f64, "bytes")
}

fn columns(columns: &[Column]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("{} {}", column.name, column.data_type)).collect();
    format!("({})", columns.join(", "))
}
