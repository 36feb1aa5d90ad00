//! What jobs remember: keyed state, and its way into checkpoints and back.
//!
//! An operator's state is a set of named states. A *table* holds rows under keys; its rows belong to key groups, and on a
//! restore each subtask gets those of its own groups. A *list* holds rows without a key (the splits of a source, what a sink
//! is to commit); on a restore each subtask gets all elements of all subtasks and takes those that are its own.
//!
//! In memory a table is a [`StateTable`] (one value per key) or a [`StateMap`] (under each key, values by a second, ordered
//! key). Both know what changed since the last checkpoint, so that a checkpoint of a large state is written as an increment.

mod error;
pub mod file;
#[cfg(test)]
pub mod file_tests;
#[cfg(test)]
mod fuzz;
pub mod manifest;
mod map;
mod ordered;
pub mod restore;
mod rows;
mod s3;
pub mod storage;
pub mod store;
mod table;
#[cfg(test)]
mod tests;

pub use error::{DAMAGED, StateError};
pub use map::{RowKey, StateKey, StateMap};
pub use rows::{Block, TableRow, TableRows, read_block};
pub use table::{StateTable, StateValue};

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::types::{DataType, Field};

/// What the rows of a state are, so that people can read and edit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateSchema {
    /// The columns of the key; none for a list.
    pub key: Vec<Field>,
    /// The columns of the value.
    pub value: Vec<Field>,
}

impl StateSchema {
    /// The types of the key's columns.
    pub fn key_types(&self) -> Vec<DataType> {
        self.key.iter().map(|field| field.data_type.clone()).collect()
    }

    /// Whether rows of the one can be read as rows of the other: the types are the same, whatever the names.
    pub fn fits(&self, other: &Self) -> bool {
        let kinds = |fields: &[Field], others: &[Field]| {
            fields.len() == others.len()
                && fields.iter().zip(others).all(|(one, other)| one.data_type.kind == other.data_type.kind)
        };
        kinds(&self.key, &other.key) && kinds(&self.value, &other.value)
    }

    /// `(name TYPE, …) -> (name TYPE, …)`: key and value.
    pub fn show(&self) -> String {
        let columns = |fields: &[Field]| {
            let columns: Vec<String> =
                fields.iter().map(|field| format!("{} {}", field.name, field.data_type)).collect();
            columns.join(", ")
        };
        format!("({}) -> ({})", columns(&self.key), columns(&self.value))
    }
}

/// What a table is to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableMode {
    /// All rows; later increments add to them.
    #[default]
    Base,
    /// What changed since the last base or increment.
    Increment,
    /// All rows, for a savepoint: what changed since the last base or increment is remembered on.
    Standalone,
}

/// Takes what an operator writes at a checkpoint.
#[derive(Debug, Default)]
pub struct SnapshotWriter {
    /// By name.
    pub states: BTreeMap<String, StateSnapshot>,
    /// The number of the checkpoint or savepoint, by which sinks know what a complete one covers; 0 where there is none.
    pub id: u64,
    /// Whether what is written is for a savepoint.
    standalone: bool,
    /// Whether nothing of what is written is kept.
    forgets: bool,
    /// Tables that may write an increment.
    incremental: BTreeSet<String>,
}

/// One state of one subtask at one checkpoint.
#[derive(Debug, Clone)]
pub struct StateSnapshot {
    /// What the rows are.
    pub schema: StateSchema,
    /// The rows.
    pub rows: SnapshotRows,
}

/// The rows of a state at a checkpoint.
#[derive(Debug, Clone)]
pub enum SnapshotRows {
    /// Rows by key.
    Table {
        /// Whether the rows add to those of the checkpoint before.
        incremental: bool,
        /// How many columns of the key, from the first, decide on the key group.
        partition: usize,
        /// The rows.
        rows: TableRows,
    },
    /// Elements.
    List(Vec<Box<[u8]>>),
}

impl SnapshotWriter {
    /// A writer for a checkpoint; tables of the names in `incremental` may write increments.
    pub fn checkpoint(id: u64, incremental: BTreeSet<String>) -> Self {
        Self { id, incremental, ..Self::default() }
    }

    /// A writer for a savepoint.
    pub fn savepoint(id: u64) -> Self {
        Self { id, standalone: true, ..Self::default() }
    }

    /// A writer for a job without checkpoints that ends: sinks prepare what they commit, and tables need not write.
    pub fn forgetful() -> Self {
        Self { forgets: true, ..Self::default() }
    }

    /// Whether nothing of what is written is kept.
    pub fn forgets(&self) -> bool {
        self.forgets
    }

    /// What the table of this name is to write. One that cannot write an increment may write a base instead.
    pub fn mode(&self, name: &str) -> TableMode {
        match self.standalone {
            true => TableMode::Standalone,
            false if self.incremental.contains(name) => TableMode::Increment,
            false => TableMode::Base,
        }
    }

    /// Writes a table.
    pub fn table(&mut self, name: &str, schema: &StateSchema, partition: usize, incremental: bool, rows: TableRows) {
        let rows = SnapshotRows::Table { incremental, partition, rows };
        self.states.insert(name.to_owned(), StateSnapshot { schema: schema.clone(), rows });
    }

    /// Writes a list state.
    pub fn list(&mut self, name: &str, value: Vec<Field>, elements: Vec<Box<[u8]>>) {
        let schema = StateSchema { key: Vec::new(), value };
        self.states.insert(name.to_owned(), StateSnapshot { schema, rows: SnapshotRows::List(elements) });
    }
}

/// For how many more partitions a table is to make room that has `partitions`, after `seen` rows of `rows` in all.
fn more_partitions(partitions: usize, seen: u64, rows: u64) -> usize {
    let left = u128::from(rows.saturating_sub(seen));
    let more = partitions as u128 * left / u128::from(seen.max(1));
    usize::try_from(more).unwrap_or(usize::MAX).clamp(1, MAX_ROOM)
}

/// The most partitions that room is made for at once: what a file says of itself does not decide on memory alone.
const MAX_ROOM: usize = 1 << 24;

/// What is restored to one operator of one subtask.
#[derive(Debug, Default)]
pub struct RestoredState {
    /// Tables by name.
    pub tables: BTreeMap<String, Box<dyn RestoredTable>>,
    /// Elements of lists by name: of all subtasks, in their order.
    pub lists: BTreeMap<String, Vec<Box<[u8]>>>,
}

/// The rows of a table that is restored: read as they are asked for, so that they are in memory once.
pub trait RestoredTable: Send + fmt::Debug {
    /// The columns that were written, where they are known.
    fn schema(&self) -> Option<&StateSchema>;
    /// How many rows will be handed over, about.
    fn rows(&self) -> u64;
    /// Hands over the rows of the subtask's key groups, oldest first: what comes later for a key takes the place of what
    /// came before, and a row without a value removes its key.
    fn read(&mut self, take: &mut dyn FnMut(TableRow<'_>) -> Result<(), StateError>) -> Result<(), StateError>;
}

impl RestoredState {
    /// How many rows a table will hand over, about. Rows come in the order in which a hash table had them: one that takes
    /// them back has to have room for all from the beginning, or fills up in places and becomes slow.
    pub fn rows(&self, name: &str) -> u64 {
        self.tables.get(name).map_or(0, |table| table.rows())
    }

    /// Reads the rows of a table; nothing where there is none of that name.
    pub fn table(
        &mut self,
        name: &str,
        take: &mut dyn FnMut(TableRow<'_>) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        self.tables.remove(name).map_or(Ok(()), |mut table| table.read(take))
    }

    /// As [`RestoredState::table`]; its columns must be of the types of `schema`.
    pub fn table_as(
        &mut self,
        name: &str,
        schema: &StateSchema,
        take: &mut dyn FnMut(TableRow<'_>) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        let stored = self.tables.get(name).and_then(|table| table.schema());
        if let Some(stored) = stored.filter(|stored| !stored.fits(schema)) {
            let (stored, asked) = (stored.show(), schema.show());
            return Err(StateError::Schema { state: name.to_owned(), stored, asked });
        }
        self.table(name, take)
    }

    /// The elements of a list; none where there is none of that name.
    pub fn list(&mut self, name: &str) -> Vec<Box<[u8]>> {
        self.lists.remove(name).unwrap_or_default()
    }

    /// What the subtask that owns the key groups `groups` gets of what several subtasks wrote. For tests of operators.
    #[cfg(test)]
    pub fn of(written: Vec<SnapshotWriter>, groups: std::ops::Range<u16>) -> Self {
        tests::restored(written, groups)
    }
}
