//! The join of rows whose times are near: Flink's `TimeIntervalJoin`, for event time and processing time.
//!
//! Rows wait as long as a partner may come. As in Flink a row that is late is joined with what still waits, does not wait
//! itself, and rows of a key are cleared away at once, half an interval after the first of them can go.

mod cache;
mod step;
#[cfg(test)]
mod tests;
mod timers;

use std::sync::Arc;

use self::{
    cache::Cache,
    step::{Step, emit_alone},
    timers::Timers,
};
use super::{
    condition::Condition,
    failure,
    keys::{JoinKey, rows_of},
    pairs::{in_order, nulls},
    times,
};
use crate::{
    expr::EvalContext,
    operators::{
        eval::now_ms,
        spec::{IntervalJoinSpec, JoinKind},
    },
    runtime::{
        Stop,
        operator::{Chunk, Operator, OperatorContext, Output},
    },
    state::{RestoredState, SnapshotWriter},
    types::Batch,
};

const NAME: &str = "IntervalJoin";

/// About so many candidates are looked at together.
const CANDIDATES: usize = 4096;

/// An interval join.
pub struct IntervalJoin {
    spec: IntervalJoinSpec,
    /// By side, how much later than a row a partner may be, milliseconds: Flink's relative sizes. May be negative.
    reach: [i64; 2],
    open: Option<OpenJoin>,
}

struct OpenJoin {
    condition: Condition,
    eval: Arc<EvalContext>,
    keys: [JoinKey; 2],
    caches: [Cache; 2],
    timers: Timers,
    /// By side, up to which time rows may have gone. Like Flink's it is of the operator, not of a key.
    expired: [i64; 2],
    /// The watermark, but not less than 0, or the clock: milliseconds.
    now: i64,
}

impl IntervalJoin {
    /// A join that is not open yet.
    pub fn new(spec: IntervalJoinSpec) -> Self {
        let reach = [spec.lower_ms.saturating_neg(), spec.upper_ms];
        Self { spec, reach, open: None }
    }

    fn restore(
        &mut self,
        max_parallelism: u32,
        eval: &Arc<EvalContext>,
        mut restored: Option<RestoredState>,
    ) -> Result<(), Stop> {
        let sides = &self.spec.sides;
        if matches!(sides.kind, JoinKind::Semi | JoinKind::Anti) {
            return Err(failure::internal(NAME, "SEMI and ANTI joins over an interval are regular joins"));
        }
        let left = JoinKey::new(&sides.left_keys, &sides.null_safe, &sides.left);
        let right = JoinKey::new(&sides.right_keys, &sides.null_safe, &sides.right);
        let key_fields = left.fields(&sides.left);
        let timers = Timers::open(key_fields.clone(), max_parallelism, restored.as_mut())?;
        let mut cache = |name, schema| Cache::open(name, &key_fields, schema, max_parallelism, restored.as_mut());
        let caches = [cache("IntervalJoinLeftCache", &sides.left)?, cache("IntervalJoinRightCache", &sides.right)?];
        let condition = Condition::new(sides.condition.clone(), Arc::clone(eval));
        self.open = Some(OpenJoin {
            condition,
            eval: Arc::clone(eval),
            keys: [left, right],
            caches,
            timers,
            expired: [0; 2],
            now: 0,
        });
        Ok(())
    }

    /// Whether rows of a side without a partner are emitted.
    fn keeps(&self, side: usize) -> bool {
        match self.spec.sides.kind {
            JoinKind::Left => side == 0,
            JoinKind::Right => side == 1,
            JoinKind::Full => true,
            JoinKind::Inner | JoinKind::Semi | JoinKind::Anti => false,
        }
    }

    /// How much the watermark is held back, milliseconds: so much older than it may a row be that leaves.
    fn delay(&self) -> i64 {
        self.reach[0].max(self.reach[1])
    }

    /// Whether there are times that are near.
    fn possible(&self) -> bool {
        self.spec.lower_ms <= self.spec.upper_ms
    }

    /// Half of the interval.
    fn clean_up_interval(&self) -> i64 {
        (self.reach[0].saturating_add(self.reach[1]) / 2).max(0)
    }

    /// Up to which time rows of a side can have no more partners.
    fn expiration(&self, side: usize, now: i64) -> i64 {
        if now == i64::MAX { now } else { now.saturating_sub(self.reach[side]).saturating_sub(1) }
    }

    fn clean_up_time(&self, side: usize, time: i64) -> i64 {
        time.saturating_add(self.reach[side]).saturating_add(self.clean_up_interval()).saturating_add(1)
    }

    /// No row is near another: those that are kept without a partner leave at once.
    fn pass(&self, input: usize, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        if !self.keeps(input) || batch.rows == 0 {
            return Ok(());
        }
        let other = if input == 0 { &self.spec.sides.right } else { &self.spec.sides.left };
        let columns = in_order(input, batch.columns.clone(), nulls(&other.types(), batch.rows));
        out.emit(Chunk::Batch(Batch::inserts(columns, batch.rows)))
    }

    fn join(&mut self, input: usize, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let Some(mut open) = self.open.take() else { return Err(failure::internal(NAME, "it is not open")) };
        let result = self.join_open(&mut open, input, batch, out);
        self.open = Some(open);
        result
    }

    fn join_open(&self, open: &mut OpenJoin, input: usize, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let rowtimes = match self.spec.rowtimes {
            Some(columns) => Some(times::milliseconds(batch, columns[input])?),
            None => {
                open.now = now_ms(&open.eval);
                None
            }
        };
        let keeps = [self.keeps(0), self.keeps(1)];
        let mut step = Step::new(input, batch, keeps);
        let keys = open.keys[input].encode(batch);
        let rows = rows_of(&batch.columns, open.caches[input].codec().types(), batch.rows);
        for row in 0..batch.rows {
            let (key, equals) = (keys.bytes.get(row), keys.equal[row]);
            if !equals && !keeps[input] {
                continue;
            }
            let time = rowtimes.as_ref().map_or(open.now, |times| times[row]);
            let latest = time.saturating_add(self.reach[input]);
            let waits = (open.now < latest).then(|| {
                open.timers.set_first(key, input, || self.clean_up_time(input, time));
                open.caches[input].add(key, time, rows.get(row))
            });
            step.push(row as u32, key, waits);
            if open.expired[1 - input] < latest {
                let earliest = time.saturating_sub(self.reach[1 - input]);
                open.expired[1 - input] = self.expiration(1 - input, open.now);
                step.probe(open, equals.then_some((earliest, latest)), out)?;
            }
            if step.is_full() {
                step.flush(open, out)?;
            }
        }
        step.flush(open, out)
    }

    /// Clears away the rows whose time is over.
    fn fire(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        // Rows of one side after the other leave in one batch.
        let (mut alone, mut alone_of) = (Vec::new(), 0);
        while let Some((key, side)) = open.timers.pop(now) {
            open.expired[side] = self.expiration(side, open.now);
            let gone = open.caches[side].remove_until(&key, open.expired[side]);
            if side != alone_of || alone.len() >= CANDIDATES {
                emit_alone(&open, alone_of, &alone, out)?;
                alone.clear();
                alone_of = side;
            }
            if self.keeps(side) {
                alone.extend(gone.into_iter().filter(|row| !row.matched));
            }
            if let Some(time) = open.caches[side].first_time(&key) {
                open.timers.set_first(&key, side, || self.clean_up_time(side, time));
            }
        }
        emit_alone(&open, alone_of, &alone, out)?;
        self.open = Some(open);
        Ok(())
    }
}

impl Operator for IntervalJoin {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        self.restore(context.task.max_parallelism, &context.task.eval, context.restored)
    }

    fn process(&mut self, input: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let batch = failure::batch_of(NAME, chunk)?;
        if self.possible() { self.join(input, &batch, out) } else { self.pass(input, &batch, out) }
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        if self.spec.rowtimes.is_none() || !self.possible() {
            return Ok(true);
        }
        if let Some(open) = &mut self.open {
            open.now = watermark.max(0);
        }
        self.fire(watermark, out)?;
        let held_back = if watermark == i64::MAX { watermark } else { watermark.saturating_sub(self.delay()) };
        out.emit_watermark(held_back)?;
        Ok(false)
    }

    fn next_processing_time(&self) -> Option<i64> {
        if self.spec.rowtimes.is_some() { None } else { self.open.as_ref()?.timers.first() }
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        if self.spec.rowtimes.is_some() {
            return Ok(());
        }
        if let Some(open) = &mut self.open {
            open.now = now;
        }
        self.fire(now, out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        if let Some(open) = &mut self.open {
            open.caches.iter_mut().for_each(|cache| cache.snapshot(writer));
            open.timers.snapshot(writer);
        }
        Ok(())
    }
}
