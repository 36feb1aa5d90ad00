//! `drsquirrel state edit`: a new savepoint with changes.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use engine::savepoint::{Edits, Entry, Savepoint};
use serde_json::{Deserializer, Value as Json};

use super::{Place, say, typed};

/// What to change.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A KEY or VALUE is a JSON object of its columns, or the plain value where there is one column. Columns of a VALUE that are
not given stay as they are. The KEY of a list is the place of an element, from 0, as `state show` has it.

The lines of a FILE are those of `state export`: {\"operator\": …, \"state\": …, \"key\": {…}, \"value\": {…}}. An entry
without a value is deleted.")]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The directory of the new savepoint: a path or URL where there is nothing yet
    #[arg(long, value_name = "NEW")]
    out: String,
    #[command(flatten)]
    changes: Changes,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Leave out an operator with all of its state
    #[arg(long, value_name = "OPERATOR")]
    delete_operator: Vec<String>,
    /// Delete an entry
    #[arg(long, num_args = 3, value_names = ["OPERATOR", "STATE", "KEY"])]
    delete: Vec<String>,
    /// Set an entry, or add it
    #[arg(long, num_args = 3, value_names = ["OPERATOR", "STATE", "KEY=VALUE"])]
    set: Vec<String>,
    /// Set and delete the entries that a file has, one a line
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

/// Edits, and says where the new savepoint is.
pub fn run(args: &Args) -> Result<(), String> {
    let savepoint = args.place.open()?;
    let edits = args.changes.edits(&savepoint)?;
    let url = savepoint.edit(&edits, &args.out).map_err(|error| error.to_string())?;
    say(&format!("{url}\n"));
    Ok(())
}

impl Changes {
    fn edits(&self, savepoint: &Savepoint) -> Result<Edits, String> {
        let mut entries = match &self.from {
            Some(path) => read(path)?,
            None => Vec::new(),
        };
        for [operator, state, key] in self.delete.as_chunks::<3>().0 {
            entries.push(entry(savepoint, operator, state, key, None)?);
        }
        for [operator, state, change] in self.set.as_chunks::<3>().0 {
            let (key, value) = split(change)?;
            entries.push(entry(savepoint, operator, state, key, Some(typed(value)))?);
        }
        Ok(Edits { operators: self.delete_operator.clone(), entries })
    }
}

fn entry(savepoint: &Savepoint, operator: &str, state: &str, key: &str, value: Option<Json>) -> Result<Entry, String> {
    let states = savepoint.states(Some(operator), Some(state)).map_err(|error| error.to_string())?;
    let is_list = states.iter().any(|state| state.kind == "list");
    let index = || key.parse().map_err(|_| format!("{state} is a list: {key:?} is not the place of an element"));
    Ok(Entry {
        operator: operator.to_owned(),
        state: state.to_owned(),
        key: (!is_list).then(|| typed(key)),
        index: if is_list { Some(index()?) } else { None },
        value,
    })
}

/// Key and value: before and after the first `=` that is not in the JSON object of a key.
pub(super) fn split(change: &str) -> Result<(&str, &str), String> {
    let mut object = Deserializer::from_str(change).into_iter::<serde_json::Map<String, Json>>();
    let key = match object.next() {
        Some(Ok(_)) => object.byte_offset(),
        _ => change.find('=').unwrap_or(change.len()),
    };
    let (key, rest) = change.split_at(key);
    let value = rest.trim_start().strip_prefix('=');
    value.map(|value| (key, value)).ok_or_else(|| format!("{change:?} is not KEY=VALUE"))
}

fn read(path: &Path) -> Result<Vec<Entry>, String> {
    let file = File::open(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let mut entries = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let wrong = |error: &dyn std::fmt::Display| format!("line {number} of {}: {error}", path.display());
        let line = line.map_err(|error| wrong(&error))?;
        if !line.trim().is_empty() {
            entries.push(serde_json::from_str(&line).map_err(|error| wrong(&error))?);
        }
    }
    Ok(entries)
}
