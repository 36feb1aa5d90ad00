//! Watermarks of a source by split: event time has come as far as the split that is least far, of those that are not idle.

use std::time::{Duration, Instant};

use arrow_array::{Array, TimestampMicrosecondArray};

use crate::{expr::EvalContext, planner::connect::SourceWatermark, runtime::Failure, types::Batch};

/// The watermarks of the splits of one subtask.
#[derive(Debug)]
pub struct SplitWatermarks {
    spec: SourceWatermark,
    splits: Vec<Split>,
    /// The last that was handed on, milliseconds.
    emitted: i64,
    looked: Instant,
    idle: bool,
}

#[derive(Debug, Clone)]
struct Split {
    /// Milliseconds; the least number before there is one.
    watermark: i64,
    last_record: Instant,
    ended: bool,
}

/// What is to be told to those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// Event time has come to here: milliseconds.
    To(i64),
    /// No split has had a record for the idle time-out.
    Idle,
}

impl SplitWatermarks {
    /// The watermarks of `splits` splits.
    pub fn new(spec: SourceWatermark, splits: usize) -> Self {
        let mut watermarks = Self { spec, splits: Vec::new(), emitted: i64::MIN, looked: Instant::now(), idle: false };
        watermarks.grow(splits);
        watermarks
    }

    /// There are `splits` splits now.
    pub fn grow(&mut self, splits: usize) {
        let split = Split { watermark: i64::MIN, last_record: Instant::now(), ended: false };
        self.splits.resize(splits, split);
    }

    /// Takes in rows, and which split each is of.
    pub fn observe(&mut self, batch: &Batch, splits: &[usize], context: &EvalContext) -> Result<(), Failure> {
        let watermarks = self.spec.watermark.eval(batch, context)?;
        let Some(watermarks) = watermarks.as_any().downcast_ref::<TimestampMicrosecondArray>() else {
            return Err(Failure::new("java.lang.IllegalStateException", "A watermark is not a timestamp"));
        };
        let now = Instant::now();
        for (row, split) in splits.iter().enumerate() {
            let split = &mut self.splits[*split];
            split.last_record = now;
            if watermarks.is_valid(row) {
                split.watermark = split.watermark.max(watermarks.value(row).div_euclid(1000));
            }
        }
        Ok(())
    }

    /// A split has ended: nobody waits for it.
    pub fn end(&mut self, split: usize) {
        self.splits[split].ended = true;
    }

    /// What is to be told now; called after each batch, and when there is none.
    pub fn advance(&mut self) -> Option<Advance> {
        let interval = Duration::from_millis(self.spec.interval_ms.max(0) as u64);
        if !self.spec.on_event && self.looked.elapsed() < interval {
            return None;
        }
        self.looked = Instant::now();
        let timeout = self.spec.idle_timeout_ms.map(|millis| Duration::from_millis(millis.max(0) as u64));
        let active = self
            .splits
            .iter()
            .filter(|split| !split.ended && timeout.is_none_or(|timeout| split.last_record.elapsed() < timeout));
        let Some(watermark) = active.map(|split| split.watermark).min() else {
            return (!std::mem::replace(&mut self.idle, true)).then_some(Advance::Idle);
        };
        let awake = std::mem::take(&mut self.idle);
        if watermark > self.emitted || (awake && self.emitted > i64::MIN) {
            self.emitted = self.emitted.max(watermark);
            return Some(Advance::To(self.emitted));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        connectors::format::Columns,
        expr::Expr,
        types::{Field, TypeKind, Value},
    };

    fn batch(times: &[i64]) -> Batch {
        let mut columns = Columns::new(&[Field::new("t", TypeKind::Timestamp(3).nullable())]);
        for time in times {
            columns.writers[0].push(&Value::Timestamp(time * 1000));
            columns.end_row();
        }
        columns.finish().unwrap()
    }

    #[test]
    fn the_split_that_is_least_far_decides_unless_it_is_idle() {
        let expr = Expr::column(0, TypeKind::Timestamp(3).nullable());
        let spec = SourceWatermark { watermark: expr, interval_ms: 0, on_event: true, idle_timeout_ms: Some(50) };
        let context = EvalContext::new(jiff::tz::TimeZone::UTC);
        let mut watermarks = SplitWatermarks::new(spec, 2);
        watermarks.observe(&batch(&[10, 30, 20]), &[0, 0, 0], &context).unwrap();
        assert_eq!(watermarks.advance(), None);
        watermarks.observe(&batch(&[15, -5]), &[1, 1], &context).unwrap();
        assert_eq!(watermarks.advance(), Some(Advance::To(15)));
        assert_eq!(watermarks.advance(), None);
        std::thread::sleep(Duration::from_millis(60));
        watermarks.observe(&batch(&[40]), &[0], &context).unwrap();
        assert_eq!(watermarks.advance(), Some(Advance::To(40)));
        std::thread::sleep(Duration::from_millis(60));
        assert_eq!(watermarks.advance(), Some(Advance::Idle));
        assert_eq!(watermarks.advance(), None);
        watermarks.observe(&batch(&[20]), &[1], &context).unwrap();
        assert_eq!(watermarks.advance(), Some(Advance::To(40)));
        watermarks.end(0);
        watermarks.observe(&batch(&[50]), &[1], &context).unwrap();
        assert_eq!(watermarks.advance(), Some(Advance::To(50)));
    }
}
