//! When the partitions of a frame of time are forgotten: at one and a half times the frame behind a row, unless later rows
//! put it off, as Flink's `RowTimeRangeBoundedPrecedingFunction` has it. It tells which late rows are still counted.

use std::collections::BTreeSet;

use crate::{
    state::{RestoredState, SnapshotWriter, StateError, StateMap, StateSchema},
    types::{Field, TypeKind},
};

/// The timers of all partitions. The last one of a partition forgets it; those before it were put off, and only move on
/// from when on rows are late.
pub struct Forget {
    frame_ms: i64,
    timers: StateMap<i64, ()>,
    in_order: BTreeSet<(i64, Box<[u8]>)>,
}

/// A timer that has come.
pub struct Come {
    /// Its partition.
    pub key: Box<[u8]>,
    /// When it was for, milliseconds.
    pub time: i64,
    /// Whether the partition is forgotten.
    pub forgotten: bool,
}

impl Forget {
    /// No timers; frames go back `frame_ms`, and `key` are the partition's columns.
    pub fn new(frame_ms: i64, mut key: Vec<Field>, max_parallelism: u32) -> Self {
        let partition = key.len();
        key.push(Field::new("time_ms", TypeKind::BigInt.not_null()));
        let schema = StateSchema { key, value: Vec::new() };
        let timers = StateMap::new("clean-up", schema, partition, max_parallelism);
        Self { frame_ms, timers, in_order: BTreeSet::new() }
    }

    /// A row has come.
    pub fn seen(&mut self, key: &[u8], time: i64) {
        let last = self.timers.rows(key).next_back().map(|(last, ())| *last);
        if last.is_some_and(|last| last > time.saturating_add(self.frame_ms)) {
            return;
        }
        let at = time.saturating_add(self.frame_ms.saturating_add(self.frame_ms / 2)).saturating_add(1);
        self.timers.insert(key, at, ());
        self.in_order.insert((at, key.into()));
    }

    /// The timers up to the watermark, in their order.
    pub fn come(&mut self, watermark: i64) -> Vec<Come> {
        let mut come = Vec::new();
        while self.in_order.first().is_some_and(|(time, _)| *time <= watermark) {
            let Some((time, key)) = self.in_order.pop_first() else { break };
            self.timers.remove(&key, &time);
            let forgotten = self.timers.rows(&key).next().is_none();
            come.push(Come { key, time, forgotten });
        }
        come
    }

    /// Takes the timers of a checkpoint back.
    pub fn restore(&mut self, restored: &mut RestoredState) -> Result<(), StateError> {
        self.timers.restore(restored)?;
        self.in_order = self.timers.iter().map(|(key, time, ())| (*time, key.into())).collect();
        Ok(())
    }

    /// Writes them.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        self.timers.snapshot(writer);
    }
}
