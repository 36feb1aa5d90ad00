//! Savepoints and retained checkpoints as people see them: what is in them, row by row, and edits, which make a new savepoint.
//!
//! ```no_run
//! use engine::savepoint::{Edits, Entry, Savepoint};
//!
//! let savepoint = Savepoint::open("/data/savepoints/savepoint-1a2b3c")?;
//! for operator in savepoint.summary()?.operators {
//!     println!("{} has {} states", operator.name, operator.states.len());
//! }
//! let edits = Edits { operators: vec!["8d1f0c".to_owned()], entries: Vec::<Entry>::new() };
//! savepoint.edit(&edits, "/data/savepoints/without-it")?;
//! # Ok::<(), engine::savepoint::StateError>(())
//! ```

mod edit;
mod json;
mod rows;
mod summary;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use crate::state::StateError;
pub use summary::{Column, OperatorSummary, StateColumns, StateSummary, Summary};

use crate::{
    state::{
        manifest::{FILE, OperatorState, StateMeta},
        restore::Restore,
        storage::{Directory, Storage},
    },
    syntax::nearest::did_you_mean,
};

/// A savepoint, or a checkpoint that was retained. It is only read.
#[derive(Debug)]
pub struct Savepoint {
    restore: Restore,
}

/// A row of a state; as an edit, what is to become of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The operator's uid; in an edit also its name, where no other has it.
    pub operator: String,
    /// The name of the state.
    pub state: String,
    /// The key of a row of a table: its columns by name; in an edit also the plain value of a key of one column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Json>,
    /// The place of an element of a list, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// The value, as the key is given; none removes the row. Columns that an edit does not give stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
}

/// What is to be different in a new savepoint.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edits {
    /// Operators whose state is left out: by uid, or by name.
    pub operators: Vec<String>,
    /// Rows that are set or removed.
    pub entries: Vec<Entry>,
}

impl Savepoint {
    /// The savepoint at a path or URL of its directory, or of the `_metadata` in it.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn open(place: &str) -> Result<Self, StateError> {
        let directory = directory(place, false)?;
        if !directory.exists()? {
            return Err(none_there(&directory));
        }
        Ok(Self { restore: Restore::open(directory)? })
    }

    /// The URL of its directory.
    pub fn url(&self) -> String {
        self.restore.url()
    }

    /// The operator of this uid, or of this name where no other has it.
    fn operator(&self, asked: &str) -> Result<&OperatorState, StateError> {
        let operators = &self.restore.manifest().operators;
        if let Some(found) = operators.iter().find(|operator| operator.uid == asked) {
            return Ok(found);
        }
        let named: Vec<&OperatorState> = operators.iter().filter(|operator| operator.name == asked).collect();
        match named[..] {
            [found] => Ok(found),
            [] => {
                let uids = operators.iter().map(|operator| operator.uid.as_str());
                let hint = did_you_mean(asked, uids.chain(operators.iter().map(|operator| operator.name.as_str())));
                Err(StateError::Edit(format!("{} has no operator {asked:?}. {hint}", self.url())))
            }
            _ => {
                let uids: Vec<&str> = named.iter().map(|operator| operator.uid.as_str()).collect();
                let several = format!("several operators are named {asked:?}; give one's uid: {}", uids.join(", "));
                Err(StateError::Edit(several))
            }
        }
    }

    fn state(&self, operator: &str, state: &str) -> Result<(&OperatorState, &StateMeta), StateError> {
        let operator = self.operator(operator)?;
        let meta = operator.states.get(state).ok_or_else(|| {
            let hint = did_you_mean(state, operator.states.keys().map(String::as_str));
            StateError::Edit(format!("operator {} has no state {state:?}. {hint}", operator.title()))
        })?;
        Ok((operator, meta))
    }
}

/// The directory that a path or URL names. A path may be relative, and may end in the name of the file that makes it one.
fn directory(place: &str, create: bool) -> Result<Directory, StateError> {
    let place = place.trim_end_matches('/');
    let place = place.strip_suffix(FILE).and_then(|place| place.strip_suffix('/')).unwrap_or(place);
    if place.contains("://") {
        return Directory::at(place, create);
    }
    let path = std::path::absolute(place);
    let path =
        path.map_err(|error| StateError::Storage { what: format!("use {place:?}"), error: error.to_string() })?;
    Directory::at(&path.to_string_lossy(), create)
}

/// What is there instead of a savepoint.
fn none_there(directory: &Directory) -> StateError {
    let inside = Storage::open(&directory.url(), false).and_then(|storage| storage.directories()).unwrap_or_default();
    let mut inside: Vec<&str> = inside.iter().map(String::as_str).filter(|name| is_savepoint_name(name)).collect();
    inside.sort_unstable();
    let hint = match inside.last() {
        Some(newest) => format!("It has {}: name one, such as {}/{newest}", inside.join(", "), directory.url()),
        None => {
            "Name the directory of a savepoint or of a checkpoint, such as …/savepoint-1a2b3c or …/chk-7".to_owned()
        }
    };
    StateError::Edit(format!("{} is no savepoint: it has no {FILE}. {hint}", directory.url()))
}

fn is_savepoint_name(name: &str) -> bool {
    name.starts_with("chk-") || name.starts_with("savepoint-")
}
