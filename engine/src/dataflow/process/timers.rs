//! Timers: times at which a process is called again for a key.

use std::collections::BTreeSet;

use crate::{
    runtime::Stop,
    state::{RestoredState, SnapshotWriter, StateMap, StateSchema, StateValue},
    types::{Field, RowReader, RowWriter, TypeKind, row_codec::DecodeError},
};

/// A timer that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Event time has passed this: milliseconds since 1970.
    Event(i64),
    /// The clock has come to this: milliseconds since 1970.
    Processing(i64),
}

/// A timer has no value.
#[derive(Debug, Clone, Copy)]
struct Set;

impl StateValue for Set {
    fn write(&self, row: &mut RowWriter) {
        row.bool(true);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        row.read_bool().map(|_| Self)
    }
}

/// The timers of one kind: one a key and time.
pub struct TimerQueue {
    table: StateMap<i64, Set>,
    in_order: BTreeSet<(i64, Box<[u8]>)>,
}

impl TimerQueue {
    /// The timers that were restored.
    pub fn open(name: &'static str, max_parallelism: u32, restored: Option<&mut RestoredState>) -> Result<Self, Stop> {
        let field = |name: &str, kind: TypeKind| Field::new(name, kind.not_null());
        let schema = StateSchema {
            key: vec![field("key", TypeKind::STRING), field("time_ms", TypeKind::BigInt)],
            value: vec![field("set", TypeKind::Boolean)],
        };
        let mut table = StateMap::new(name, schema, 1, max_parallelism);
        if let Some(restored) = restored {
            table.restore(restored)?;
        }
        let in_order = table.iter().map(|(key, time, _)| (*time, key.into())).collect();
        Ok(Self { table, in_order })
    }

    /// Sets a timer.
    pub fn set(&mut self, key: &[u8], time: i64) {
        if self.in_order.insert((time, key.into())) {
            self.table.insert(key, time, Set);
        }
    }

    /// Deletes a timer.
    pub fn delete(&mut self, key: &[u8], time: i64) {
        self.in_order.remove(&(time, key.into()));
        self.table.remove(key, &time);
    }

    /// The first time.
    pub fn first(&self) -> Option<i64> {
        self.in_order.first().map(|(time, _)| *time)
    }

    /// Takes the first timer out, if its time has come.
    pub fn pop(&mut self, now: i64) -> Option<(i64, Box<[u8]>)> {
        if self.first()? > now {
            return None;
        }
        let (time, key) = self.in_order.pop_first()?;
        self.table.remove(&key, &time);
        Some((time, key))
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.table.snapshot(writer);
    }
}
