//! Makes watermarks of a rowtime column, as Flink's `WatermarkAssignerOperator` does.
//!
//! A watermark is the greatest value of the watermark's expression so far, at least 0. It is sent once it has advanced by
//! more than the interval since the last one, and whenever the interval has passed on the clock. Flink looks after each
//! row; here a batch is cut only before a row that is late against the watermark that is due, for only such a row can tell.

use std::sync::Arc;

use arrow_array::Array;

use super::{
    cells::timestamps,
    eval::{evaluate, now_ms},
    spec::WatermarkSpec,
    step::{Step, emit},
};
use crate::{
    expr::EvalContext,
    runtime::operator::{OperatorContext, Output},
    runtime::{Failure, Stop},
    types::Batch,
};

/// The operator of a [`WatermarkSpec`].
pub struct WatermarkAssigner {
    spec: WatermarkSpec,
    context: Arc<EvalContext>,
    /// The greatest value so far, milliseconds.
    current: i64,
    /// The last that was sent.
    last: i64,
    /// When the clock was last looked at.
    checked: i64,
    /// When the last row came.
    active: i64,
    idle: bool,
}

impl WatermarkAssigner {
    /// How often the clock is looked at, milliseconds; `None`: never.
    fn tick(&self) -> Option<i64> {
        let interval = Some(self.spec.interval_ms).filter(|interval| *interval > 0);
        match (interval, self.spec.idle_timeout_ms) {
            (Some(interval), Some(idle)) => Some(interval.min(idle).max(1)),
            (interval, idle) => interval.or(idle),
        }
    }

    fn interval(&self) -> i64 {
        if self.spec.on_event { 0 } else { self.spec.interval_ms }
    }

    fn apply(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let times = &batch.columns[self.spec.rowtime];
        if times.null_count() > 0 {
            let message = "RowTime field should not be null, please convert it to a non-null long value.";
            return Err(Failure::new("java.lang.RuntimeException", message).into());
        }
        let watermarks = evaluate(&self.spec.watermark, batch, &self.context)?;
        let (Some(times), Some(values)) = (timestamps(times), timestamps(&watermarks)) else {
            let message = format!("A watermark is a timestamp, not {}.", self.spec.watermark.data_type);
            return Err(Failure::new("java.lang.ClassCastException", message).into());
        };
        let interval = self.interval();
        let (mut start, mut due) = (0, None);
        for row in 0..batch.rows {
            let tells = |watermark: &i64| self.spec.each_row || times[row].div_euclid(1000) <= *watermark;
            if let Some(watermark) = due.filter(tells) {
                emit(batch.slice(start, row - start), out)?;
                out.emit_watermark(watermark)?;
                (start, due) = (row, None);
            }
            if watermarks.is_valid(row) {
                self.current = self.current.max(values[row].div_euclid(1000));
            }
            if self.current - self.last > interval {
                self.last = self.current;
                due = Some(self.current);
            }
        }
        emit(if start == 0 { batch.clone() } else { batch.slice(start, batch.rows - start) }, out)?;
        due.map_or(Ok(()), |watermark| out.emit_watermark(watermark))
    }
}

impl Step for WatermarkAssigner {
    type Spec = WatermarkSpec;

    fn open(spec: &WatermarkSpec, context: OperatorContext<'_>) -> Result<Self, Stop> {
        let context = Arc::clone(&context.task.eval);
        let now = now_ms(&context);
        Ok(Self { spec: spec.clone(), context, current: 0, last: 0, checked: now, active: now, idle: false })
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        if self.spec.idle_timeout_ms.is_some() {
            self.active = now_ms(&self.context);
            if std::mem::take(&mut self.idle) {
                out.emit_idle(false)?;
            }
        }
        self.apply(batch, out)
    }

    /// Only the end of the input is handed on: all other watermarks are made here.
    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        if watermark == i64::MAX && std::mem::take(&mut self.idle) {
            out.emit_idle(false)?;
        }
        Ok(watermark == i64::MAX)
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.tick().map(|tick| self.checked + tick)
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        self.checked = now;
        if self.spec.interval_ms > 0 && self.current > self.last {
            self.last = self.current;
            out.emit_watermark(self.current)?;
        }
        if let Some(timeout) = self.spec.idle_timeout_ms
            && !self.idle
            && self.active + timeout <= now
        {
            self.idle = true;
            out.emit_idle(true)?;
        }
        Ok(())
    }
}
