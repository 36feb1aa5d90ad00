//! Says when each value happened.

use std::{sync::Arc, time::Duration};

use super::{
    DataflowError,
    config::OperatorSettings,
    record::{Data, chunk_of, records_of},
};
use crate::{
    clock::now_ms,
    runtime::Stop,
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    state::SnapshotWriter,
};

/// When values happened, and how late they may come: the watermark is the latest time less the bound.
pub struct Timestamps<T> {
    time: Arc<dyn Fn(&T) -> i64 + Send + Sync>,
    out_of_orderness: Duration,
    idle_after: Option<Duration>,
}

impl<T> Clone for Timestamps<T> {
    fn clone(&self) -> Self {
        Self { time: Arc::clone(&self.time), ..*self }
    }
}

impl<T> Timestamps<T> {
    /// `time` says when a value happened, in milliseconds since 1970; no value comes more than `out_of_orderness` after a
    /// later one.
    pub fn bounded(out_of_orderness: Duration, time: impl Fn(&T) -> i64 + Send + Sync + 'static) -> Self {
        Self { time: Arc::new(time), out_of_orderness, idle_after: None }
    }

    /// After so long without a record others do not wait for this one's watermark.
    #[must_use]
    pub fn idle_after(mut self, time: Duration) -> Self {
        self.idle_after = Some(time);
        self
    }

    /// What the configuration says of `watermark.out-of-orderness` and `watermark.idle-timeout` goes before the code.
    pub(super) fn configured(&self, settings: &mut OperatorSettings<'_, '_>) -> Result<Self, DataflowError> {
        let mut configured = self.clone();
        if let Some(bound) = settings.duration("watermark.out-of-orderness")? {
            configured.out_of_orderness = bound;
        }
        configured.idle_after = settings.duration("watermark.idle-timeout")?.or(configured.idle_after);
        Ok(configured)
    }
}

/// Assigns timestamps and makes watermarks.
pub struct TimestampsOperator<T> {
    timestamps: Timestamps<T>,
    watermark: i64,
    /// The clock at which it is idle unless a record comes; `None` while it is.
    idle_at: Option<i64>,
    idle: bool,
}

impl<T: Data> TimestampsOperator<T> {
    /// An operator that is not open yet.
    pub fn new(timestamps: Timestamps<T>) -> Self {
        Self { timestamps, watermark: i64::MIN, idle_at: None, idle: false }
    }

    fn expect_record(&mut self) {
        self.idle_at = self.timestamps.idle_after.map(|after| now_ms() + after.as_millis() as i64);
    }
}

impl<T: Data> Operator for TimestampsOperator<T> {
    fn open(&mut self, _: OperatorContext<'_>) -> Result<(), Stop> {
        self.expect_record();
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let mut records = records_of::<T>(chunk)?;
        let mut latest = i64::MIN;
        for record in &mut records {
            let time = (self.timestamps.time)(&record.value);
            record.timestamp = Some(time);
            latest = latest.max(time);
        }
        if std::mem::take(&mut self.idle) {
            out.emit_idle(false)?;
        }
        self.expect_record();
        out.emit(chunk_of(records))?;
        let bound = self.timestamps.out_of_orderness.as_millis() as i64;
        let watermark = latest.saturating_sub(bound).saturating_sub(1);
        if watermark > self.watermark {
            self.watermark = watermark;
            out.emit_watermark(watermark)?;
        }
        Ok(())
    }

    /// Those of the source are not of these timestamps; the end is the end.
    fn watermark(&mut self, watermark: i64, _: &mut dyn Output) -> Result<bool, Stop> {
        Ok(watermark == i64::MAX)
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.idle_at
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        if self.idle_at.is_some_and(|at| at <= now) {
            self.idle_at = None;
            self.idle = true;
            out.emit_idle(true)?;
        }
        Ok(())
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}
