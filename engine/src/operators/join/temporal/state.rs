//! Left rows that wait for the watermark, and the versions of right rows.

use crate::{
    state::{RestoredState, SnapshotWriter, StateError, StateMap, StateSchema, StateValue},
    types::{Field, RowKind, RowReader, RowWriter, Schema, TypeKind, row_codec::DecodeError},
};

/// A row and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// What it does.
    pub kind: RowKind,
    /// Its bytes.
    pub row: Box<[u8]>,
}

impl StateValue for Changed {
    fn write(&self, row: &mut RowWriter) {
        row.slice(self.kind.short().as_bytes());
        row.raw(&self.row);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        let kind = match row.read_text()? {
            Some("+I") => RowKind::Insert,
            Some("-U") => RowKind::UpdateBefore,
            Some("+U") => RowKind::UpdateAfter,
            Some("-D") => RowKind::Delete,
            _ => return Err(DecodeError::new("the kind of a row")),
        };
        Ok(Self { kind, row: row.take_rest().into() })
    }
}

fn number(name: &str) -> Field {
    Field::new(name, TypeKind::BigInt.not_null())
}

fn value_fields(schema: &Schema) -> Vec<Field> {
    let kind = Field::new("$kind", TypeKind::Char(2).not_null());
    [kind].into_iter().chain(schema.fields.iter().cloned()).collect()
}

/// Left rows by key, and within a key by time and arrival.
pub struct LeftRows {
    rows: StateMap<(i64, i64), Changed>,
    arrived: i64,
}

impl LeftRows {
    /// Those that were restored.
    pub fn open(
        key: &[Field],
        schema: &Schema,
        max_parallelism: u32,
        restored: Option<&mut RestoredState>,
    ) -> Result<Self, StateError> {
        let columns = key.iter().cloned().chain([number("$time_ms"), number("$arrival")]).collect();
        let state = StateSchema { key: columns, value: value_fields(schema) };
        let mut rows = StateMap::new("left", state, key.len(), max_parallelism);
        if let Some(restored) = restored {
            rows.restore(restored)?;
        }
        let arrived = rows.iter().map(|(_, (_, arrival), _)| arrival + 1).max().unwrap_or(0);
        Ok(Self { rows, arrived })
    }

    /// Adds a row.
    pub fn add(&mut self, key: &[u8], time: i64, kind: RowKind, row: &[u8]) {
        self.rows.insert(key, (time, self.arrived), Changed { kind, row: row.into() });
        self.arrived += 1;
    }

    /// Takes out the rows of a key with times up to `time`, each with its time, in the order in which they came.
    pub fn take_until(&mut self, key: &[u8], time: i64) -> Vec<(i64, Changed)> {
        let mut ids: Vec<_> = self.rows.range(key, ..=(time, i64::MAX)).map(|(id, _)| *id).collect();
        ids.sort_by_key(|(_, arrival)| *arrival);
        let rows = ids.into_iter().filter_map(|id| self.rows.remove(key, &id).map(|row| (id.0, row)));
        rows.collect()
    }

    /// The least time of a key's rows.
    pub fn first_time(&self, key: &[u8]) -> Option<i64> {
        self.rows.rows(key).next().map(|((time, _), _)| *time)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.partitions()
    }

    /// Forgets a key.
    pub fn forget(&mut self, key: &[u8]) {
        self.rows.remove_partition(key);
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.rows.snapshot(writer);
    }
}

/// Versions of right rows by key, and within a key by the time from which they are valid.
pub struct Versions {
    rows: StateMap<i64, Changed>,
}

impl Versions {
    /// Those that were restored.
    pub fn open(
        key: &[Field],
        schema: &Schema,
        max_parallelism: u32,
        restored: Option<&mut RestoredState>,
    ) -> Result<Self, StateError> {
        let columns = key.iter().cloned().chain([number("$time_ms")]).collect();
        let state = StateSchema { key: columns, value: value_fields(schema) };
        let mut rows = StateMap::new("right", state, key.len(), max_parallelism);
        if let Some(restored) = restored {
            rows.restore(restored)?;
        }
        Ok(Self { rows })
    }

    /// Adds a version, in place of that of the same time.
    pub fn add(&mut self, key: &[u8], time: i64, kind: RowKind, row: &[u8]) {
        self.rows.insert(key, time, Changed { kind, row: row.into() });
    }

    /// The row that is valid at a time: none before the first version, and none after it was deleted.
    pub fn at(&self, key: &[u8], time: i64) -> Option<&[u8]> {
        let (_, version) = self.rows.range(key, ..=time).next_back()?;
        version.kind.adds().then_some(&version.row)
    }

    /// Removes the versions that end before `time`: of those up to it only the last is kept.
    pub fn remove_ended(&mut self, key: &[u8], time: i64) {
        let ended: Vec<i64> = self.rows.range(key, ..=time).rev().skip(1).map(|(time, _)| *time).collect();
        for time in ended {
            self.rows.remove(key, &time);
        }
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.partitions()
    }

    /// Forgets a key.
    pub fn forget(&mut self, key: &[u8]) {
        self.rows.remove_partition(key);
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.rows.snapshot(writer);
    }
}
