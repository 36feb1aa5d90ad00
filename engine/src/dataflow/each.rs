//! Operators that take each record by itself.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

use super::{
    Tag,
    record::{Data, Record, chunk_of, records_of},
};
use crate::{
    runtime::Stop,
    runtime::operator::{Chunk, Operator, OperatorContext, OperatorFactory, Output},
    state::SnapshotWriter,
};

/// Where the results of one record go.
pub struct Collector<'a, U> {
    out: &'a mut Vec<Record<U>>,
    sides: &'a mut Sides,
    timestamp: Option<i64>,
}

/// Records for side outputs, in their order by tag.
#[derive(Default)]
pub struct Sides(BTreeMap<usize, Vec<Chunk>>);

impl Sides {
    /// Appends a record.
    pub fn push<S: Data>(&mut self, tag: &Tag<S>, record: Record<S>) {
        self.0.entry(tag.number()).or_default().push(chunk_of(vec![record]));
    }

    /// Sends all.
    pub fn emit(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        for (tag, chunks) in std::mem::take(&mut self.0) {
            chunks.into_iter().try_for_each(|chunk| out.emit_side(tag, chunk))?;
        }
        Ok(())
    }
}

impl<U> Collector<'_, U> {
    /// A result of the record's time.
    pub fn push(&mut self, value: U) {
        self.out.push(Record { value, timestamp: self.timestamp });
    }

    /// A result for a side output.
    pub fn push_side<S: Data>(&mut self, tag: &Tag<S>, value: S) {
        self.sides.push(tag, Record { value, timestamp: self.timestamp });
    }
}

/// What is done to each value.
pub trait Each<T, U>: Send + 'static {
    /// Pushes the results of a value.
    fn each(&mut self, value: T, out: &mut Collector<'_, U>) -> Result<(), Stop>;
}

impl<T, U, F: FnMut(T, &mut Collector<'_, U>) -> Result<(), Stop> + Send + 'static> Each<T, U> for F {
    fn each(&mut self, value: T, out: &mut Collector<'_, U>) -> Result<(), Stop> {
        self(value, out)
    }
}

/// Makes the operator.
pub fn factory<T: Data, U: Data>(each: impl Each<T, U> + Clone + Sync) -> Arc<dyn OperatorFactory> {
    Arc::new(move || EachOperator { each: each.clone(), sides: Sides::default(), items: PhantomData })
}

struct EachOperator<T, U, E> {
    each: E,
    sides: Sides,
    items: PhantomData<fn(T) -> U>,
}

impl<T: Data, U: Data, E: Each<T, U>> Operator for EachOperator<T, U, E> {
    fn open(&mut self, _: OperatorContext<'_>) -> Result<(), Stop> {
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let records = records_of::<T>(chunk)?;
        let mut results = Vec::with_capacity(records.len());
        for record in records {
            let mut collector = Collector { out: &mut results, sides: &mut self.sides, timestamp: record.timestamp };
            self.each.each(record.value, &mut collector)?;
        }
        self.sides.emit(out)?;
        if results.is_empty() { Ok(()) } else { out.emit(chunk_of(results)) }
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}
