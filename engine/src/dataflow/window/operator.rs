//! Adds values up by key and window, and emits when a window is over.

use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};

use super::{Windowed, Windows, aggregate::Fold};
use crate::{
    clock::now_ms,
    dataflow::{
        Tag,
        each::Sides,
        error::no_timestamp,
        inputs::Inputs,
        json::{Json, check_written, key_of, schema},
        progress,
        record::{Data, Record, Stored, chunk_of},
    },
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    runtime::{Stop, metrics::TaskMetrics},
    state::{SnapshotWriter, StateMap},
    types::TypeKind,
};

/// When a window is over, its key and its start.
type Due = (i64, Box<[u8]>, i64);

/// The operator.
pub struct WindowOperator<K, T, I, F: Fold<K, T>> {
    windows: Windows,
    inputs: I,
    late: Option<Tag<T>>,
    fold: Arc<F>,
    open: Option<Open<F::Accumulator>>,
    key: PhantomData<fn() -> K>,
}

struct Open<V> {
    /// By key, and within a key by end and start.
    table: StateMap<(i64, i64), Json<V>>,
    due: BTreeSet<Due>,
    watermark: i64,
    metrics: Arc<TaskMetrics>,
    index: usize,
}

impl<V: Stored> Open<V> {
    fn remove(&mut self, key: &[u8], (start, end): (i64, i64)) -> Option<V> {
        self.due.remove(&(end, key.into(), start));
        self.table.remove(key, &(end, start)).map(|value| value.0)
    }

    fn insert(&mut self, key: &[u8], (start, end): (i64, i64), value: V) {
        self.table.insert(key, (end, start), Json(value));
        self.due.insert((end, key.into(), start));
    }

    /// Counts a value that was too late.
    fn dropped(&self) {
        if let Some((_, flow)) = self.metrics.operators.get(self.index) {
            flow.late_dropped.add(1);
        }
    }
}

impl<K: Stored, T: Data, I: Inputs<T>, F: Fold<K, T>> WindowOperator<K, T, I, F> {
    /// An operator that is not open yet.
    pub fn new(windows: Windows, inputs: I, late: Option<Tag<T>>, fold: Arc<F>) -> Self {
        Self { windows, inputs, late, fold, open: None, key: PhantomData }
    }

    /// Adds a value to its windows; `false` where all of them are over.
    fn add(&mut self, value: &T, time: i64) -> Result<bool, Stop> {
        let Some(open) = &mut self.open else { return Ok(true) };
        let key = self.inputs.key(value)?;
        let mut in_time = false;
        for (mut start, mut end) in self.windows.of(time) {
            let mut accumulator = None;
            if self.windows.merge() {
                // Sessions that touch it, or that this value closes the gap between, grow together.
                let touches = |(_, (begin, until)): &(_, (i64, i64))| *begin <= end && start <= *until;
                let all = open.table.rows(&key).map(|((until, begin), _)| ((), (*begin, *until)));
                let grown: Vec<_> = all.filter(touches).map(|(_, window)| window).collect();
                for window in grown {
                    let before = open.remove(&key, window);
                    accumulator = match (accumulator, before) {
                        (Some(one), Some(other)) => Some(self.fold.merge(one, other)),
                        (one, other) => one.or(other),
                    };
                    (start, end) = (start.min(window.0), end.max(window.1));
                }
            }
            if !self.windows.processing_time && end - 1 <= open.watermark {
                continue;
            }
            in_time = true;
            if let Some(Json(kept)) = open.table.get_mut(&key, &(end, start)) {
                self.fold.add(kept, value.clone());
                continue;
            }
            let accumulator = match accumulator {
                Some(mut accumulator) => {
                    self.fold.add(&mut accumulator, value.clone());
                    accumulator
                }
                None => self.fold.first(value.clone()),
            };
            open.insert(&key, (start, end), accumulator);
        }
        Ok(in_time)
    }

    /// Emits the windows that end before or at `time` + 1.
    fn fire(&mut self, time: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let mut results = Vec::new();
        while open.due.first().is_some_and(|(end, ..)| end - 1 <= time) {
            let Some((end, key, start)) = open.due.pop_first() else { break };
            if let Some(accumulator) = open.remove(&key, (start, end)) {
                let window = Windowed { key: key_of(&key)?, start, end, value: accumulator };
                let records = self.fold.results(window).into_iter();
                results.extend(records.map(|value| Record { value, timestamp: Some(end - 1) }));
            }
        }
        if results.is_empty() { Ok(()) } else { out.emit(chunk_of(results)) }
    }
}

impl<K: Stored, T: Data, I: Inputs<T>, F: Fold<K, T>> Operator for WindowOperator<K, T, I, F> {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        let schema = schema(&[("end_ms", TypeKind::BigInt), ("start_ms", TypeKind::BigInt)]);
        let mut table = StateMap::new("windows", schema, 1, context.task.max_parallelism);
        let mut watermark = i64::MIN;
        if let Some(mut restored) = context.restored {
            table.restore(&mut restored)?;
            watermark = progress::restore(&mut restored);
        }
        let due = table.iter().map(|(key, (end, start), _)| (*end, key.into(), *start)).collect();
        let (metrics, index) = (Arc::clone(&context.task.metrics), context.index);
        self.open = Some(Open { table, due, watermark, metrics, index });
        Ok(())
    }

    fn process(&mut self, input: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let mut sides = Sides::default();
        for record in self.inputs.records(input, chunk)? {
            let time = if self.windows.processing_time { Some(now_ms()) } else { record.timestamp };
            if self.add(&record.value, time.ok_or_else(no_timestamp)?)? {
                continue;
            }
            match (&self.late, &self.open) {
                (Some(tag), _) => sides.push(tag, record),
                (None, Some(open)) => open.dropped(),
                (None, None) => {}
            }
        }
        sides.emit(out)
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        if self.windows.processing_time {
            return Ok(true);
        }
        if let Some(open) = &mut self.open {
            open.watermark = watermark;
        }
        self.fire(watermark, out)?;
        Ok(true)
    }

    fn next_processing_time(&self) -> Option<i64> {
        let first = self.open.as_ref()?.due.first()?;
        self.windows.processing_time.then_some(first.0)
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        if self.windows.processing_time { self.fire(now, out) } else { Ok(()) }
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.table.snapshot(writer);
        check_written()?;
        progress::snapshot(open.watermark, writer);
        Ok(())
    }
}
