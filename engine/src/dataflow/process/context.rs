//! What a process can do for a value or a timer.

use super::timers::TimerQueue;
use crate::{
    clock::now_ms,
    dataflow::{
        Tag,
        each::Sides,
        record::{Data, Record},
    },
    runtime::Stop,
    runtime::operator::Output,
};

/// What a process has emitted and not sent.
pub struct Emitted<O> {
    pub(super) records: Vec<Record<O>>,
    pub(super) sides: Sides,
}

impl<O> Default for Emitted<O> {
    fn default() -> Self {
        Self { records: Vec::new(), sides: Sides::default() }
    }
}

impl<O: Data> Emitted<O> {
    /// Sends all.
    pub fn send(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        self.sides.emit(out)?;
        let records = std::mem::take(&mut self.records);
        if records.is_empty() { Ok(()) } else { out.emit(crate::dataflow::record::chunk_of(records)) }
    }
}

/// The key, the time, the timers, and where results go.
pub struct Context<'a, K, O> {
    pub(super) key: K,
    pub(super) key_bytes: &'a [u8],
    pub(super) timestamp: Option<i64>,
    pub(super) watermark: i64,
    pub(super) event: &'a mut TimerQueue,
    pub(super) processing: &'a mut TimerQueue,
    pub(super) emitted: &'a mut Emitted<O>,
}

impl<K, O> Context<'_, K, O> {
    /// The key.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// When the value happened, or the time of a timer of event time; milliseconds since 1970.
    pub fn timestamp(&self) -> Option<i64> {
        self.timestamp
    }

    /// How far event time has come; `i64::MIN` before it has begun.
    pub fn watermark(&self) -> i64 {
        self.watermark
    }

    /// The clock: milliseconds since 1970.
    pub fn now(&self) -> i64 {
        now_ms()
    }

    /// Emits a value of this time.
    pub fn emit(&mut self, value: O) {
        self.emitted.records.push(Record { value, timestamp: self.timestamp });
    }

    /// Emits a value to a side output.
    pub fn emit_side<S: Data>(&mut self, tag: &Tag<S>, value: S) {
        self.emitted.sides.push(tag, Record { value, timestamp: self.timestamp });
    }

    /// Sets a timer of event time for the key; a second one of the same time is the same.
    pub fn event_timer(&mut self, time: i64) {
        self.event.set(self.key_bytes, time);
    }

    /// Sets a timer of the clock for the key.
    pub fn processing_timer(&mut self, time: i64) {
        self.processing.set(self.key_bytes, time);
    }

    /// Deletes a timer of event time of the key.
    pub fn delete_event_timer(&mut self, time: i64) {
        self.event.delete(self.key_bytes, time);
    }

    /// Deletes a timer of the clock of the key.
    pub fn delete_processing_timer(&mut self, time: i64) {
        self.processing.delete(self.key_bytes, time);
    }
}
