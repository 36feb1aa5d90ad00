//! The rows of one side, by key and window.

use std::collections::BTreeSet;

use crate::{
    state::{RestoredState, SnapshotWriter, StateError, StateMap, StateSchema, StateValue},
    types::{
        Field, RowReader, RowWriter, Schema, TypeKind,
        row_codec::{DecodeError, RowCodec},
    },
};

/// A row's bytes.
struct Row(Box<[u8]>);

impl StateValue for Row {
    fn write(&self, row: &mut RowWriter) {
        row.raw(&self.0);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(row.take_rest().into()))
    }
}

/// Rows by key, and within a key by the end of their window and in the order in which they came.
pub struct WindowRows {
    codec: RowCodec,
    rows: StateMap<(i64, i64), Row>,
}

impl WindowRows {
    /// Those that were restored.
    pub fn open(
        name: &'static str,
        key: &[Field],
        schema: &Schema,
        max_parallelism: u32,
        restored: Option<&mut RestoredState>,
    ) -> Result<Self, StateError> {
        let number = |name: &str| Field::new(name, TypeKind::BigInt.not_null());
        let key_columns = key.len();
        let key = key.iter().cloned().chain([number("$window_end_ms"), number("$number")]).collect();
        let schema_of_state = StateSchema { key, value: schema.fields.clone() };
        let mut rows = StateMap::new(name, schema_of_state, key_columns, max_parallelism);
        if let Some(restored) = restored {
            rows.restore(restored)?;
        }
        Ok(Self { codec: RowCodec::new(schema.types()), rows })
    }

    /// Reads and writes its rows.
    pub fn codec(&self) -> &RowCodec {
        &self.codec
    }

    /// Adds a row.
    pub fn add(&mut self, key: &[u8], end: i64, row: &[u8]) {
        let last = self.rows.range(key, (end, i64::MIN)..=(end, i64::MAX)).next_back();
        let number = last.map_or(0, |((_, number), _)| number + 1);
        self.rows.insert(key, (end, number), Row(row.into()));
    }

    /// Takes the rows of a key and window out, in the order in which they came.
    pub fn take(&mut self, key: &[u8], end: i64) -> Vec<Box<[u8]>> {
        let ids: Vec<_> = self.rows.range(key, (end, i64::MIN)..=(end, i64::MAX)).map(|(id, _)| *id).collect();
        ids.iter().filter_map(|id| self.rows.remove(key, id)).map(|row| row.0).collect()
    }

    /// The windows there are, with their keys.
    pub fn windows(&self) -> BTreeSet<(i64, Box<[u8]>)> {
        self.rows.iter().map(|(key, (end, _), _)| (*end, key.into())).collect()
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.rows.snapshot(writer);
    }
}
