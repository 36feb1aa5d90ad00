//! When something is to be done for a key: one time a key, the first, as in Flink.

use std::collections::BTreeSet;

use crate::{
    state::{RestoredState, SnapshotWriter, StateError, StateSchema, StateTable, StateValue},
    types::{Field, RowReader, RowWriter, TypeKind, row_codec::DecodeError},
};

/// Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Time(i64);

impl StateValue for Time {
    fn write(&self, row: &mut RowWriter) {
        row.i64(self.0);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        row.read_i64()?.map(Self).ok_or(DecodeError::new("a time"))
    }
}

/// The times of all keys.
pub struct Timers {
    by_key: StateTable<Time>,
    in_order: BTreeSet<(i64, Box<[u8]>)>,
}

impl Timers {
    /// The times that were restored.
    pub fn open(key: &[Field], max_parallelism: u32, restored: Option<&mut RestoredState>) -> Result<Self, StateError> {
        let value = vec![Field::new("$time_ms", TypeKind::BigInt.not_null())];
        let mut by_key = StateTable::new("timer", StateSchema { key: key.to_vec(), value }, max_parallelism);
        if let Some(restored) = restored {
            by_key.restore(restored)?;
        }
        let in_order = by_key.iter().map(|(key, time): (&[u8], &Time)| (time.0, key.into())).collect();
        Ok(Self { by_key, in_order })
    }

    /// Sets the time of a key, unless it has an earlier one.
    pub fn set_least(&mut self, key: &[u8], time: i64) {
        match self.by_key.get(key) {
            Some(before) if before.0 <= time => return,
            Some(before) => {
                self.in_order.remove(&(before.0, key.into()));
            }
            None => {}
        }
        self.by_key.insert(key, Time(time));
        self.in_order.insert((time, key.into()));
    }

    /// Takes the first time out, if it has come; answers its key.
    pub fn pop(&mut self, now: i64) -> Option<Box<[u8]>> {
        if self.in_order.first()?.0 > now {
            return None;
        }
        let (_, key) = self.in_order.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }

    /// Forgets a key.
    pub fn forget(&mut self, key: &[u8]) {
        if let Some(time) = self.by_key.remove(key) {
            self.in_order.remove(&(time.0, key.into()));
        }
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.by_key.snapshot(writer);
    }
}
