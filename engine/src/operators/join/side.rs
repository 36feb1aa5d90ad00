//! The rows of one side of a regular join, as it remembers them.

use super::{
    candidates::Candidates,
    keys::{Arena, JoinKey, rows_of},
};
use crate::{
    state::{RestoredState, SnapshotWriter, StateError, StateKey, StateMap, StateSchema, StateValue},
    types::{Batch, Field, RowReader, RowWriter, Schema, TypeKind, key, row_codec::DecodeError, row_codec::RowCodec},
};

/// What is known of a row, or of equal rows where no columns are unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRow {
    /// How many equal rows there are.
    pub count: i32,
    /// How many rows of the other side each has for partners; only where this side's rows are kept without one.
    pub partners: i32,
    /// When it was last written, milliseconds; 0 where state is kept for ever.
    pub written: i64,
    /// The row, where it is not the second key itself.
    row: Box<[u8]>,
}

impl JoinRow {
    fn is_expired(&self, ttl_ms: Option<i64>, now: i64) -> bool {
        ttl_ms.is_some_and(|ttl| now.saturating_sub(self.written) >= ttl)
    }
}

impl StateValue for JoinRow {
    fn write(&self, row: &mut RowWriter) {
        row.i32(self.count);
        row.i32(self.partners);
        row.i64(self.written);
        row.raw(&self.row);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            count: row.read_i32()?.unwrap_or(1),
            partners: row.read_i32()?.unwrap_or(0),
            written: row.read_i64()?.unwrap_or(0),
            row: row.take_rest().into(),
        })
    }
}

/// What tells rows of a join key apart: the bytes of their unique columns, else of all. A join key may have a million rows,
/// and to compare their bytes is to look at each elsewhere: so first, where they stand, by a number of their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct SecondKey {
    order: u64,
    bytes: Box<[u8]>,
}

impl SecondKey {
    /// The low half of the first column's number, or the begin of its text, then the half of a hash: rows that come
    /// together mostly have the former in common, and are then near each other in memory.
    fn of(bytes: &[u8]) -> Self {
        let begin = bytes.get(1..5).and_then(|begin| begin.try_into().ok()).map_or(0, u32::from_le_bytes);
        let hash = key::hash(bytes) & u64::from(u32::MAX);
        Self { order: u64::from(begin) << 32 | hash, bytes: bytes.into() }
    }
}

impl StateKey for SecondKey {
    fn write(&self, row: &mut RowWriter) {
        row.raw(&self.bytes);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::of(row.take_rest()))
    }
}

/// What a side of a join is.
#[derive(Debug, Clone)]
pub struct SideLayout {
    /// The name of its state.
    pub name: &'static str,
    /// Its columns.
    pub schema: Schema,
    /// Its join key.
    pub key: JoinKey,
    /// The columns that, within a join key, tell its rows apart; `None` where rows may be equal.
    pub unique: Option<Vec<usize>>,
    /// Whether partners are counted.
    pub counts_partners: bool,
    /// How long rows are kept that were not written, milliseconds.
    pub ttl_ms: Option<i64>,
}

impl SideLayout {
    fn state_schema(&self) -> (StateSchema, usize) {
        let mut key = self.key.fields(&self.schema);
        let key_columns = key.len();
        let mut value = vec![
            Field::new("$count", TypeKind::Int.not_null()),
            Field::new("$partners", TypeKind::Int.not_null()),
            Field::new("$written", TypeKind::BigInt.not_null()),
        ];
        match &self.unique {
            Some(unique) => {
                key.extend(unique.iter().map(|column| self.schema.fields[*column].clone()));
                value.extend(self.schema.fields.iter().cloned());
            }
            None => key.extend(self.schema.fields.iter().cloned()),
        }
        (StateSchema { key, value }, key_columns)
    }
}

/// The rows of one side.
pub struct Side {
    layout: SideLayout,
    codec: RowCodec,
    rows: StateMap<SecondKey, JoinRow>,
}

impl Side {
    /// A side with what was restored.
    pub fn open(
        layout: SideLayout,
        max_parallelism: u32,
        restored: Option<&mut RestoredState>,
    ) -> Result<Self, StateError> {
        let (schema, key_columns) = layout.state_schema();
        let mut rows = StateMap::new(layout.name, schema, key_columns, max_parallelism);
        if let Some(restored) = restored {
            rows.restore(restored)?;
        }
        let codec = RowCodec::new(layout.schema.types());
        Ok(Self { layout, codec, rows })
    }

    /// What it is.
    pub fn layout(&self) -> &SideLayout {
        &self.layout
    }

    /// Writes its rows' bytes.
    pub fn codec(&self) -> &RowCodec {
        &self.codec
    }

    /// What tells the rows of a batch apart within their join keys, where it is not the whole row.
    pub fn second_keys(&self, batch: &Batch) -> Option<Arena> {
        let unique = self.layout.unique.as_ref()?;
        let columns: Vec<_> = unique.iter().map(|column| batch.columns[*column].clone()).collect();
        let kinds: Vec<_> = unique.iter().map(|column| self.layout.schema.fields[*column].data_type.clone()).collect();
        Some(rows_of(&columns, &kinds, batch.rows))
    }

    /// Whether rows without a partner are emitted and may be replaced: then they are kept even where they match nothing.
    pub fn replaces_alone(&self) -> bool {
        self.layout.unique.is_some() && self.layout.counts_partners
    }

    fn expired(&self, row: &JoinRow, now: i64) -> bool {
        row.is_expired(self.layout.ttl_ms, now)
    }

    fn written(&self, now: i64) -> i64 {
        if self.layout.ttl_ms.is_some() { now } else { 0 }
    }

    /// Adds a row. Where another had its unique columns, answers that one: it is no more.
    pub fn add(&mut self, key: &[u8], second: &[u8], bytes: &[u8], now: i64) -> Option<Box<[u8]>> {
        let (written, unique) = (self.written(now), self.layout.unique.is_some());
        let ttl = self.layout.ttl_ms;
        let new = || {
            let row = if unique { bytes.into() } else { Box::default() };
            JoinRow { count: 1, partners: 0, written, row }
        };
        let mut is_new = false;
        let row = self.rows.get_or_insert_with(key, SecondKey::of(second), || {
            is_new = true;
            new()
        });
        if is_new {
            return None;
        }
        if row.is_expired(ttl, now) {
            *row = new();
            return None;
        }
        row.written = written;
        if !unique {
            row.count += 1;
            return None;
        }
        row.partners = 0;
        Some(std::mem::replace(&mut row.row, bytes.into()))
    }

    /// Removes one row; nothing happens where it is not there, for it may have been too old to be kept.
    pub fn retract(&mut self, key: &[u8], second: &[u8], now: i64) {
        let (written, second) = (self.written(now), SecondKey::of(second));
        match self.rows.get_mut(key, &second) {
            None => {}
            Some(row) if row.count > 1 => {
                row.count -= 1;
                row.written = written;
            }
            Some(_) => {
                self.rows.remove(key, &second);
            }
        }
    }

    /// Sets how many partners a row has, if it is still there.
    pub fn set_partners(&mut self, key: &[u8], second: &[u8], partners: i32) {
        if let Some(row) = self.rows.get_mut(key, &SecondKey::of(second)) {
            row.partners = partners;
        }
    }

    /// Adds to the partners of a row; answers how many it had.
    pub fn add_partners(&mut self, key: &[u8], second: &[u8], more: i32, now: i64) -> i32 {
        let written = self.written(now);
        let Some(row) = self.rows.get_mut(key, &SecondKey::of(second)) else { return 0 };
        row.written = written;
        let before = row.partners;
        row.partners += more;
        before
    }

    /// Appends the rows of a key, in order: those with which the input's row `of` may match.
    pub fn candidates(&self, key: &[u8], of: u32, now: i64, into: &mut Candidates) {
        for (second, row) in self.rows.rows(key).filter(|(_, row)| !self.expired(row, now)) {
            let bytes = if self.layout.unique.is_some() { &row.row } else { &second.bytes };
            into.push(of, bytes, self.layout.counts_partners.then_some(second.bytes.as_ref()), row.count);
        }
    }

    /// Removes what was not written for too long.
    pub fn sweep(&mut self, now: i64) {
        if self.layout.ttl_ms.is_none() {
            return;
        }
        let expired = self.rows.iter().filter(|(_, _, row)| self.expired(row, now));
        let expired: Vec<(Box<[u8]>, SecondKey)> =
            expired.map(|(key, second, _)| (key.into(), second.clone())).collect();
        for (key, second) in expired {
            self.rows.remove(&key, &second);
        }
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.rows.snapshot(writer);
    }
}
