//! The rows of one side that wait for partners.

use crate::{
    state::{RestoredState, SnapshotWriter, StateError, StateMap, StateSchema, StateValue},
    types::{
        Field, RowReader, RowWriter, Schema, TypeKind,
        row_codec::{DecodeError, RowCodec},
    },
};

/// A row that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedRow {
    /// Whether it had a partner.
    pub matched: bool,
    /// Its bytes.
    pub row: Box<[u8]>,
}

impl StateValue for CachedRow {
    fn write(&self, row: &mut RowWriter) {
        row.bool(self.matched);
        row.raw(&self.row);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { matched: row.read_bool()?.unwrap_or(false), row: row.take_rest().into() })
    }
}

/// Rows by key, and within a key by time and in the order in which they came.
pub struct Cache {
    codec: RowCodec,
    rows: StateMap<(i64, i64), CachedRow>,
}

impl Cache {
    /// A cache with what was restored.
    pub fn open(
        name: &'static str,
        key: &[Field],
        schema: &Schema,
        max_parallelism: u32,
        restored: Option<&mut RestoredState>,
    ) -> Result<Self, StateError> {
        let number = |name: &str| Field::new(name, TypeKind::BigInt.not_null());
        let mut value = vec![Field::new("$matched", TypeKind::Boolean.not_null())];
        value.extend(schema.fields.iter().cloned());
        let key_columns = key.len();
        let key = key.iter().cloned().chain([number("$time"), number("$number")]).collect();
        let mut rows = StateMap::new(name, StateSchema { key, value }, key_columns, max_parallelism);
        if let Some(restored) = restored {
            rows.restore(restored)?;
        }
        Ok(Self { codec: RowCodec::new(schema.types()), rows })
    }

    /// Reads and writes its rows.
    pub fn codec(&self) -> &RowCodec {
        &self.codec
    }

    /// Adds a row that had no partner; answers where it waits.
    pub fn add(&mut self, key: &[u8], time: i64, row: &[u8]) -> (i64, i64) {
        let last = self.rows.range(key, (time, i64::MIN)..=(time, i64::MAX)).next_back();
        let id = (time, last.map_or(0, |((_, number), _)| number + 1));
        self.rows.insert(key, id, CachedRow { matched: false, row: row.into() });
        id
    }

    /// The row had a partner.
    pub fn mark(&mut self, key: &[u8], id: (i64, i64)) {
        if self.rows.get(key, &id).is_some_and(|row| !row.matched)
            && let Some(row) = self.rows.get_mut(key, &id)
        {
            row.matched = true;
        }
    }

    /// Goes through the rows of a key with times from `earliest` to `latest`, both included.
    pub fn near(&self, key: &[u8], earliest: i64, latest: i64, mut visit: impl FnMut((i64, i64), &[u8])) {
        for (id, row) in self.rows.range(key, (earliest, i64::MIN)..=(latest, i64::MAX)) {
            visit(*id, &row.row);
        }
    }

    /// The time of the first row of a key.
    pub fn first_time(&self, key: &[u8]) -> Option<i64> {
        self.rows.rows(key).next().map(|((time, _), _)| *time)
    }

    /// Removes the rows of a key with times up to `time`; answers them in order.
    pub fn remove_until(&mut self, key: &[u8], time: i64) -> Vec<CachedRow> {
        let gone: Vec<_> = self.rows.range(key, ..=(time, i64::MAX)).map(|(id, _)| *id).collect();
        gone.iter().filter_map(|id| self.rows.remove(key, id)).collect()
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.rows.snapshot(writer);
    }
}
