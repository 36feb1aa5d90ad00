//! All aggregate calls of one operator.

use arrow_array::{ArrayRef, BooleanArray};

use super::{
    accumulator::{Accumulator, Rows},
    distinct::Distinct,
    make::accumulator,
};
use crate::{
    expr::EvalContext,
    operators::{
        eval::{condition, evaluate, is_true},
        keyed::{SKIP, Slot, Slots},
        spec::AggregateCall,
    },
    runtime::Stop,
    state::{RestoredState, SnapshotWriter, StateError},
    types::{Batch, DataType, Field, RowReader, RowWriter, row_codec::DecodeError},
};

/// The accumulators of the calls of one operator, by slot.
pub struct AggregateSet {
    calls: Vec<Call>,
    distincts: Vec<Distinct>,
    context: EvalContext,
    masked: Vec<Slot>,
}

struct Call {
    call: AggregateCall,
    accumulator: Box<dyn Accumulator>,
    /// Which of the distinct sets lets its rows through, and its number in it.
    distinct: Option<(usize, u32)>,
}

/// The arguments and filters of all calls, of one batch.
pub struct Arguments {
    calls: Vec<(Vec<ArrayRef>, Option<BooleanArray>)>,
}

impl AggregateSet {
    /// Accumulators for `calls`. `retracts`: whether rows are taken back.
    pub fn new(calls: &[AggregateCall], retracts: bool, context: &EvalContext) -> Result<Self, Stop> {
        let mut set = Self { calls: Vec::new(), distincts: Vec::new(), context: context.clone(), masked: Vec::new() };
        for call in calls {
            let accumulator = accumulator(call, retracts)?;
            let distinct = call.distinct.then(|| set.distinct(call, retracts));
            set.calls.push(Call { call: call.clone(), accumulator, distinct });
        }
        Ok(set)
    }

    /// The set that lets the rows of a distinct call through. Calls with the same columns share one.
    fn distinct(&mut self, call: &AggregateCall, retracts: bool) -> (usize, u32) {
        let shared = self.distincts.iter_mut().enumerate().find_map(|(index, set)| Some((index, set.share(call)?)));
        shared.unwrap_or_else(|| {
            let types = call.arguments.iter().map(|argument| argument.data_type.clone()).collect();
            self.distincts.push(Distinct::new(call, types, retracts));
            (self.distincts.len() - 1, 0)
        })
    }

    /// The types of the results.
    pub fn types(&self) -> Vec<DataType> {
        self.calls.iter().map(|call| call.call.data_type.clone()).collect()
    }

    /// Makes room for so many slots.
    pub fn ensure(&mut self, slots: usize) {
        self.calls.iter_mut().for_each(|call| call.accumulator.ensure(slots));
        self.distincts.iter_mut().for_each(|set| set.ensure(slots));
    }

    /// Sets a slot to what it is at first; where it is one that is written, before its key is removed, with the keys.
    pub fn reset(&mut self, slot: Slot, slots: Option<&Slots>) {
        self.calls.iter_mut().for_each(|call| call.accumulator.reset(slot));
        self.distincts.iter_mut().for_each(|set| set.reset(slot, slots));
    }

    /// Computes what the calls are over.
    pub fn arguments(&self, batch: &Batch) -> Result<Arguments, Stop> {
        let of = |call: &Call| {
            let arguments = call.call.arguments.iter().map(|argument| evaluate(argument, batch, &self.context));
            let filter = call.call.filter.as_ref().map(|filter| condition(filter, batch, &self.context)).transpose()?;
            Ok((arguments.collect::<Result<_, Stop>>()?, filter))
        };
        Ok(Arguments { calls: self.calls.iter().map(of).collect::<Result<_, Stop>>()? })
    }

    /// Adds rows, or takes them back.
    pub fn update(&mut self, rows: &Rows<'_>, arguments: &Arguments) -> Result<(), Stop> {
        let mut masked = std::mem::take(&mut self.masked);
        for (index, call) in self.calls.iter_mut().enumerate() {
            let (columns, filter) = &arguments.calls[index];
            if filter.is_none() && call.distinct.is_none() {
                call.accumulator.update(rows, columns)?;
                continue;
            }
            masked.clear();
            masked.extend_from_slice(rows.slots);
            if let Some(filter) = filter {
                let filtered = masked.iter_mut().enumerate().filter(|(row, _)| !is_true(filter, rows.row(*row)));
                filtered.for_each(|(_, slot)| *slot = SKIP);
            }
            if let Some((set, number)) = call.distinct {
                self.distincts[set].filter(number, &mut masked, rows, columns);
            }
            call.accumulator.update(&Rows { slots: &masked, ..*rows }, columns)?;
        }
        self.masked = masked;
        Ok(())
    }

    /// Adds what was added to `from` to `into`.
    pub fn merge(&mut self, into: Slot, from: Slot) -> Result<(), Stop> {
        for call in &mut self.calls {
            match call.distinct {
                None => call.accumulator.merge(into, from),
                Some((set, number)) => {
                    let columns = self.distincts[set].new_in(number, into, from);
                    let slots = vec![into; columns.first().map_or(0, |column| column.len())];
                    call.accumulator.update(&Rows::added(&slots), &columns)?;
                }
            }
        }
        self.distincts.iter_mut().for_each(|set| set.merge(into, from));
        Ok(())
    }

    /// The results of slots: a column for each call.
    pub fn results(&self, slots: &[Slot]) -> Vec<ArrayRef> {
        self.calls.iter().map(|call| call.accumulator.results(slots)).collect()
    }

    /// The columns of a slot's state.
    pub fn fields(&self) -> Vec<Field> {
        let of = |call: &Call| {
            let name = call.call.name.clone();
            let named = move |field: Field| Field { name: format!("{name}.{}", field.name), ..field };
            call.accumulator.fields().into_iter().map(named).collect::<Vec<_>>()
        };
        self.calls.iter().flat_map(of).collect()
    }

    /// Writes a slot's state, without what was seen for `DISTINCT`.
    pub fn write(&self, slot: Slot, row: &mut RowWriter) {
        self.calls.iter().for_each(|call| call.accumulator.write(slot, row));
    }

    /// Reads it back.
    pub fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.ensure(slot as usize + 1);
        self.calls.iter_mut().try_for_each(|call| call.accumulator.read(slot, row))
    }

    /// Writes what was seen for `DISTINCT`: a state for each set of columns.
    pub fn snapshot_distinct(&mut self, slots: &Slots, writer: &mut SnapshotWriter) {
        self.distincts.iter_mut().enumerate().for_each(|(index, set)| set.snapshot(index, slots, writer));
    }

    /// Reads it back, after the slots.
    pub fn restore_distinct(&mut self, slots: &Slots, restored: &mut RestoredState) -> Result<(), StateError> {
        self.ensure(slots.capacity());
        self.distincts.iter_mut().enumerate().try_for_each(|(index, set)| set.restore(index, slots, restored))
    }
}
