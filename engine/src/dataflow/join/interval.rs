//! The join of values whose times are near: Flink's `IntervalJoinOperator`.

use std::{collections::BTreeSet, ops::RangeInclusive, sync::Arc};

use crate::{
    dataflow::{
        error::no_timestamp,
        json::{Json, check_written, schema},
        keyed::KeyOf,
        progress,
        record::{Data, Record, Stored, chunk_of, records_of},
    },
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    runtime::{Stop, metrics::TaskMetrics},
    state::{SnapshotWriter, StateMap},
    types::TypeKind,
};

/// Makes a value of a pair.
pub type Pair<L, R, O> = Arc<dyn Fn(&L, &R) -> O + Send + Sync>;

/// The values of one side by key, and within a key by time and arrival.
type Waiting<T> = StateMap<(i64, i64), Json<T>>;

/// When a value can have no more partners, its key, whether it is of the right side, and where it waits.
type Ends = BTreeSet<(i64, Box<[u8]>, bool, (i64, i64))>;

/// The operator.
pub struct IntervalOperator<K, L, R, O> {
    keys: (KeyOf<K, L>, KeyOf<K, R>),
    bounds: RangeInclusive<i64>,
    pair: Pair<L, R, O>,
    open: Option<Open<L, R>>,
}

struct Open<L, R> {
    left: Waiting<L>,
    right: Waiting<R>,
    ends: Ends,
    watermark: i64,
    metrics: Arc<TaskMetrics>,
    index: usize,
}

impl<K: Stored, L: Stored, R: Stored, O: Data> IntervalOperator<K, L, R, O> {
    /// An operator that is not open yet.
    pub fn new(left: KeyOf<K, L>, right: KeyOf<K, R>, bounds: RangeInclusive<i64>, pair: Pair<L, R, O>) -> Self {
        Self { keys: (left, right), bounds, pair, open: None }
    }

    /// The times of the partners of a value of the left side.
    fn partners_of_left(&self, time: i64) -> (i64, i64) {
        (time.saturating_add(*self.bounds.start()), time.saturating_add(*self.bounds.end()))
    }

    /// The times of the partners of a value of the right side.
    fn partners_of_right(&self, time: i64) -> (i64, i64) {
        (time.saturating_sub(*self.bounds.end()), time.saturating_sub(*self.bounds.start()))
    }
}

/// Joins a value with those of the other side, and has it wait for more.
struct Visit<'a> {
    key: &'a [u8],
    time: i64,
    partners: (i64, i64),
    is_right: bool,
    watermark: i64,
}

impl Visit<'_> {
    fn join<T: Stored, U: Stored, O>(
        &self,
        value: T,
        own: &mut Waiting<T>,
        other: &Waiting<U>,
        ends: &mut Ends,
        results: &mut Vec<Record<O>>,
        pair: impl Fn(&T, &U) -> O,
    ) {
        let (from, until) = self.partners;
        if from > until {
            return;
        }
        for ((time, _), partner) in other.range(self.key, (from, i64::MIN)..=(until, i64::MAX)) {
            results.push(Record { value: pair(&value, &partner.0), timestamp: Some(self.time.max(*time)) });
        }
        if until > self.watermark {
            let last = own.range(self.key, (self.time, i64::MIN)..=(self.time, i64::MAX)).next_back();
            let id = (self.time, last.map_or(0, |((_, number), _)| number + 1));
            own.insert(self.key, id, Json(value));
            ends.insert((until, self.key.into(), self.is_right, id));
        }
    }
}

impl<L: Stored, R: Stored> Open<L, R> {
    /// Whether a value is too late to be joined; it is counted.
    fn is_late(&self, time: i64) -> bool {
        let late = time <= self.watermark;
        if late && let Some((_, flow)) = self.metrics.operators.get(self.index) {
            flow.late_dropped.add(1);
        }
        late
    }
}

impl<K: Stored, L: Stored, R: Stored, O: Data> Operator for IntervalOperator<K, L, R, O> {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        let columns = || schema(&[("time_ms", TypeKind::BigInt), ("number", TypeKind::BigInt)]);
        let max_parallelism = context.task.max_parallelism;
        let mut left: Waiting<L> = StateMap::new("left", columns(), 1, max_parallelism);
        let mut right: Waiting<R> = StateMap::new("right", columns(), 1, max_parallelism);
        let mut watermark = i64::MIN;
        if let Some(mut restored) = context.restored {
            left.restore(&mut restored)?;
            right.restore(&mut restored)?;
            watermark = progress::restore(&mut restored);
        }
        let mut ends = Ends::new();
        ends.extend(left.iter().map(|(key, id, _)| (self.partners_of_left(id.0).1, key.into(), false, *id)));
        ends.extend(right.iter().map(|(key, id, _)| (self.partners_of_right(id.0).1, key.into(), true, *id)));
        let (metrics, index) = (Arc::clone(&context.task.metrics), context.index);
        self.open = Some(Open { left, right, ends, watermark, metrics, index });
        Ok(())
    }

    fn process(&mut self, input: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        let mut results = Vec::new();
        if input == 0 {
            for Record { value, timestamp } in records_of::<L>(chunk)? {
                let time = timestamp.ok_or_else(no_timestamp)?;
                if !open.is_late(time) {
                    let key = self.keys.0.bytes(&value)?;
                    let partners = self.partners_of_left(time);
                    let visit = Visit { key: &key, time, partners, is_right: false, watermark: open.watermark };
                    let pair = |l: &L, r: &R| (self.pair)(l, r);
                    visit.join(value, &mut open.left, &open.right, &mut open.ends, &mut results, pair);
                }
            }
        } else {
            for Record { value, timestamp } in records_of::<R>(chunk)? {
                let time = timestamp.ok_or_else(no_timestamp)?;
                if !open.is_late(time) {
                    let key = self.keys.1.bytes(&value)?;
                    let partners = self.partners_of_right(time);
                    let visit = Visit { key: &key, time, partners, is_right: true, watermark: open.watermark };
                    let pair = |r: &R, l: &L| (self.pair)(l, r);
                    visit.join(value, &mut open.right, &open.left, &mut open.ends, &mut results, pair);
                }
            }
        }
        self.open = Some(open);
        if results.is_empty() { Ok(()) } else { out.emit(chunk_of(results)) }
    }

    fn watermark(&mut self, watermark: i64, _: &mut dyn Output) -> Result<bool, Stop> {
        let Some(open) = &mut self.open else { return Ok(true) };
        open.watermark = watermark;
        while open.ends.first().is_some_and(|(end, ..)| *end <= watermark) {
            let Some((_, key, is_right, id)) = open.ends.pop_first() else { break };
            if is_right {
                open.right.remove(&key, &id);
            } else {
                open.left.remove(&key, &id);
            }
        }
        Ok(true)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.left.snapshot(writer);
        open.right.snapshot(writer);
        check_written()?;
        progress::snapshot(open.watermark, writer);
        Ok(())
    }
}
