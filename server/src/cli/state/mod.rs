//! `drsquirrel state`: what is in a savepoint or a retained checkpoint, and edits, which make a new savepoint.

mod edit;
mod export;
mod list;
mod show;

use std::{io::Write, process::ExitCode};

use clap::Subcommand;
use engine::savepoint::{Column, Savepoint};
use serde_json::Value as Json;

/// What to do with state.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say which operators have which state, of what types, how many entries and bytes
    List(list::Args),
    /// Show entries of an operator's state
    Show(show::Args),
    /// Write all entries, for other programs
    Export(export::Args),
    /// Write a new savepoint with changes; the one that is read stays as it is
    Edit(edit::Args),
}

/// The savepoint that a command reads.
#[derive(Debug, clap::Args)]
struct Place {
    /// The directory of a savepoint or a retained checkpoint: a path or URL
    savepoint: String,
}

impl Place {
    fn open(&self) -> Result<Savepoint, String> {
        Savepoint::open(&self.savepoint).map_err(|error| error.to_string())
    }
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// One document for programs
    Json,
}

/// Does it; 0, or 1 where it cannot be done.
pub fn run(args: Args) -> ExitCode {
    let done = match args.command {
        Command::List(args) => list::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Edit(args) => edit::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("drsquirrel state: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Writes a result to standard output. A reader that has seen enough (`| head`) is no error.
fn say(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn say_json(value: &impl serde::Serialize) -> Result<(), String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| format!("the answer cannot be written: {error}"))?;
    say(&(text + "\n"));
    Ok(())
}

/// A key or value as it is typed: the columns by name as a JSON object, or the plain value of the only one.
fn typed(text: &str) -> Json {
    let object = if text.starts_with('{') { serde_json::from_str(text).ok() } else { None };
    object.unwrap_or_else(|| Json::String(text.to_owned()))
}

/// `carrier=UA, flight=1545`: columns in their order, a string as it is.
fn columns_text(columns: &[Column], values: Option<&Json>) -> String {
    let columns = columns.iter().map(|column| {
        let value = values.and_then(|values| values.get(&column.name)).unwrap_or(&Json::Null);
        format!("{}={}", column.name, value_text(value))
    });
    columns.collect::<Vec<_>>().join(", ")
}

fn value_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => "NULL".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
