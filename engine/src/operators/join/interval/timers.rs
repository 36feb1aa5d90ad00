//! When the rows of a key are cleared away: one time a key and side.

use std::collections::BTreeSet;

use crate::{
    state::{RestoredState, SnapshotWriter, StateError, StateSchema, StateTable, StateValue},
    types::{Field, RowReader, RowWriter, TypeKind, row_codec::DecodeError},
};

/// By side, the time; milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct CleanUp([Option<i64>; 2]);

impl StateValue for CleanUp {
    fn write(&self, row: &mut RowWriter) {
        for time in self.0 {
            match time {
                Some(time) => row.i64(time),
                None => row.null(),
            }
        }
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self([row.read_i64()?, row.read_i64()?]))
    }
}

/// The times of all keys.
pub struct Timers {
    by_key: StateTable<CleanUp>,
    in_order: BTreeSet<(i64, Box<[u8]>, usize)>,
}

impl Timers {
    /// The times that were restored.
    pub fn open(
        key: Vec<Field>,
        max_parallelism: u32,
        restored: Option<&mut RestoredState>,
    ) -> Result<Self, StateError> {
        let time = |name: &str| Field::new(name, TypeKind::BigInt.nullable());
        let schema = StateSchema { key, value: vec![time("$left"), time("$right")] };
        let mut by_key = StateTable::new("IntervalJoinTimers", schema, max_parallelism);
        if let Some(restored) = restored {
            by_key.restore(restored)?;
        }
        let times = |(key, clean_up): (&[u8], &CleanUp)| {
            let key: Box<[u8]> = key.into();
            let of = |(side, time): (usize, Option<i64>)| time.map(|time| (time, key.clone(), side));
            clean_up.0.into_iter().enumerate().filter_map(of).collect::<Vec<_>>()
        };
        let in_order = by_key.iter().flat_map(times).collect();
        Ok(Self { by_key, in_order })
    }

    /// Sets the time of a key and side, unless there is one already.
    pub fn set_first(&mut self, key: &[u8], side: usize, time: impl FnOnce() -> i64) {
        if self.by_key.get(key).is_some_and(|clean_up| clean_up.0[side].is_some()) {
            return;
        }
        let time = time();
        self.by_key.get_or_insert_with(key, CleanUp::default).0[side] = Some(time);
        self.in_order.insert((time, key.into(), side));
    }

    /// The first time.
    pub fn first(&self) -> Option<i64> {
        self.in_order.first().map(|(time, ..)| *time)
    }

    /// Takes the first time out, if it has come.
    pub fn pop(&mut self, now: i64) -> Option<(Box<[u8]>, usize)> {
        if self.first()? > now {
            return None;
        }
        let (_, key, side) = self.in_order.pop_first()?;
        if let Some(clean_up) = self.by_key.get_mut(&key) {
            clean_up.0[side] = None;
            if *clean_up == CleanUp::default() {
                self.by_key.remove(&key);
            }
        }
        Some((key, side))
    }

    /// Writes what changed.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.by_key.snapshot(writer);
    }
}
