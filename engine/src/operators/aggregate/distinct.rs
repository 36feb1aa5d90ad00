//! `DISTINCT`: which values each slot has seen.
//!
//! The values of a slot are rows of a state of their own, under the slot's key and the value, so that a checkpoint holds
//! only those that are new. Calls over the same columns share one set, as in Flink: where nothing is taken back, a value's
//! word is the set of calls that have seen it; else it is how often the one call has it.

use arrow_array::ArrayRef;
use rustc_hash::FxHashMap;

use super::accumulator::{Rows, grow};
use crate::{
    expr::ExprKind,
    operators::{
        cells::{self, Cells},
        keyed::{Removed, SKIP, Slot, Slots},
        spec::AggregateCall,
    },
    state::{RestoredState, SnapshotWriter, StateError, StateSchema, TableMode, TableRows},
    types::{ColumnBuilder, DataType, Field, RowReader, RowWriter, TypeKind},
};

/// The bit of a word that says that it changed since the last checkpoint.
const CHANGED: u64 = 1 << 63;
/// How many calls can share a set: the bits of a word but two.
const MOST_CALLS: u32 = 62;

/// What the slots have seen of some columns.
pub struct Distinct {
    /// The call that came first.
    call: AggregateCall,
    types: Vec<DataType>,
    calls: u32,
    retracts: bool,
    seen: Vec<Seen>,
    removed: Removed,
    key: RowWriter,
}

/// The words of the values that one slot has seen.
#[derive(Default, Clone)]
struct Seen {
    /// Of one column of 64-bit integers.
    whole: FxHashMap<i64, u64>,
    /// Of all others, by their bytes; NULLs too.
    rows: FxHashMap<Box<[u8]>, u64>,
}

impl Distinct {
    /// The set of a call, whose arguments are of these types.
    pub fn new(call: &AggregateCall, types: Vec<DataType>, retracts: bool) -> Self {
        Self {
            call: call.clone(),
            types,
            calls: 1,
            retracts,
            seen: Vec::new(),
            removed: Removed::default(),
            key: RowWriter::new(),
        }
    }

    /// The number of a call that is over the same columns; `None` where it needs a set of its own.
    pub fn share(&mut self, call: &AggregateCall) -> Option<u32> {
        let same = self.call.arguments.len() == call.arguments.len()
            && self.call.arguments.iter().zip(&call.arguments).all(|(a, b)| match (&a.kind, &b.kind) {
                (ExprKind::Column(a), ExprKind::Column(b)) => a == b,
                _ => false,
            });
        if !same || self.retracts || self.calls == MOST_CALLS {
            return None;
        }
        self.calls += 1;
        Some(self.calls - 1)
    }

    /// Makes room for so many slots.
    pub fn ensure(&mut self, slots: usize) {
        grow(&mut self.seen, slots, Seen::default());
    }

    /// Forgets what a slot has seen.
    pub fn reset(&mut self, slot: Slot, slots: Option<&Slots>) {
        let seen = std::mem::take(&mut self.seen[slot as usize]);
        if let Some(slots) = slots.filter(|_| self.removed.needed()) {
            let (group, prefix) = (slots.group(slot), slots.key(slot));
            let whole = seen.whole.keys().map(|value| whole_row(*value));
            let rows = seen.rows.into_keys().map(Vec::from);
            for value in whole.chain(rows) {
                self.removed.push(group, [prefix, &value].concat().into(), usize::MAX);
            }
        }
    }

    /// Leaves out the rows of a call whose value its slot has seen, or still has after one is taken back.
    pub fn filter(&mut self, number: u32, slots: &mut [Slot], rows: &Rows<'_>, columns: &[ArrayRef]) {
        let cells = cells::all(columns, &self.types);
        let single = match cells.as_slice() {
            [Cells::Int64(values, nulls)] => Some((values, nulls)),
            _ => None,
        };
        for (index, slot) in slots.iter_mut().enumerate().filter(|(_, slot)| **slot != SKIP) {
            let row = rows.row(index);
            let add = rows.retract.is_none_or(|retract| !retract[index]);
            let seen = &mut self.seen[*slot as usize];
            let step = |word: &mut u64| if self.retracts { count(word, add) } else { mark(word, number) };
            let number = single.filter(|(_, nulls)| nulls.is_none_or(|nulls| nulls.is_valid(row)));
            let counts = match number.map(|(values, _)| values[row]) {
                Some(number) => step(seen.whole.entry(number).or_default()),
                None => {
                    self.key.clear();
                    cells.iter().for_each(|cells| cells.encode(row, &mut self.key));
                    match seen.rows.get_mut(self.key.bytes()) {
                        Some(word) => step(word),
                        None => step(seen.rows.entry(self.key.bytes().into()).or_default()),
                    }
                }
            };
            // With checkpoints, a word of 0 stays until the next, where it is written as removed.
            if self.retracts && !add && !self.removed.needed() {
                let gone = |word: Option<&u64>| word.is_some_and(|word| signed(*word) == 0);
                match number.map(|(values, _)| values[row]) {
                    Some(number) if gone(seen.whole.get(&number)) => drop(seen.whole.remove(&number)),
                    None if gone(seen.rows.get(self.key.bytes())) => drop(seen.rows.remove(self.key.bytes())),
                    _ => {}
                }
            }
            if !counts {
                *slot = SKIP;
            }
        }
    }

    /// The values that a call has in `from` but not in `into`, as columns.
    pub fn new_in(&self, number: u32, into: Slot, from: Slot) -> Vec<ArrayRef> {
        let (into, from) = (&self.seen[into as usize], &self.seen[from as usize]);
        let has = |word: Option<&u64>| word.is_some_and(|word| self.has(*word, number));
        let mut builders: Vec<_> = self.types.iter().map(|data_type| ColumnBuilder::new(&data_type.kind)).collect();
        let whole = from.whole.iter().filter(|(value, word)| has(Some(word)) && !has(into.whole.get(value)));
        let rows = from.rows.iter().filter(|(value, word)| has(Some(word)) && !has(into.rows.get(*value)));
        let mut values: Vec<Vec<u8>> = whole.map(|(value, _)| whole_row(*value)).collect();
        values.extend(rows.map(|(value, _)| value.to_vec()));
        // The order of a hash map is none: results that depend on the order are to be the same in each run.
        values.sort_unstable();
        for value in values {
            let mut reader = RowReader::new(&value);
            for (builder, data_type) in builders.iter_mut().zip(&self.types) {
                // What was written here is read here.
                let _ = reader.read_into(builder, &data_type.kind);
            }
        }
        builders.iter_mut().map(ColumnBuilder::finish).collect()
    }

    fn has(&self, word: u64, number: u32) -> bool {
        if self.retracts { signed(word) > 0 } else { word & (1 << number) != 0 }
    }

    /// Adds what `from` has seen to what `into` has.
    pub fn merge(&mut self, into: Slot, from: Slot) {
        let added = self.seen[from as usize].clone();
        let (retracts, seen) = (self.retracts, &mut self.seen[into as usize]);
        let join = |word: &mut u64, added: u64| {
            *word = CHANGED | if retracts { unsigned(signed(*word) + signed(added)) } else { *word | added };
        };
        added.whole.into_iter().for_each(|(value, word)| join(seen.whole.entry(value).or_default(), word));
        added.rows.into_iter().for_each(|(value, word)| join(seen.rows.entry(value).or_default(), word));
    }

    /// Writes all values, or what changed since the last checkpoint, as the state `distinct-<index>`.
    pub fn snapshot(&mut self, index: usize, slots: &Slots, writer: &mut SnapshotWriter) {
        if writer.forgets() {
            return;
        }
        let name = state_name(index);
        let mut rows = TableRows::default();
        let mode = self.removed.begin(writer.mode(&name), &mut rows, |_| false);
        let mut row = RowWriter::new();
        for slot in slots.iter() {
            let Some(seen) = self.seen.get_mut(slot as usize) else { continue };
            let (group, prefix) = (slots.group(slot), slots.key(slot));
            let mut write = |value: &[u8], word: &mut u64| {
                let there = signed(*word) != 0;
                if mode == TableMode::Increment && *word & CHANGED == 0 {
                    return there;
                }
                row.clear();
                row.i64(signed(*word));
                if there || mode == TableMode::Increment {
                    rows.push(group, [prefix, value], there.then_some(row.bytes()));
                }
                if mode == TableMode::Standalone {
                    return true;
                }
                *word &= !CHANGED;
                there
            };
            seen.whole.retain(|value, word| write(&whole_row(*value), word));
            seen.rows.retain(|value, word| write(value, word));
        }
        let mut key = slots.layout().fields.clone();
        let argument = |(index, data_type): (usize, &DataType)| Field::new(format!("value{index}"), data_type.clone());
        key.extend(self.types.iter().enumerate().map(argument));
        let value = if self.retracts { "count" } else { "calls" };
        let schema = StateSchema { key, value: vec![Field::new(value, TypeKind::BigInt.not_null())] };
        writer.table(&name, &schema, slots.layout().partition, mode == TableMode::Increment, rows);
    }

    /// Reads it back.
    pub fn restore(&mut self, index: usize, slots: &Slots, restored: &mut RestoredState) -> Result<(), StateError> {
        let whole = matches!(self.types.as_slice(), [only] if is_whole(&only.kind));
        restored.table(&state_name(index), &mut |row| {
            let mut fields = RowReader::new(row.key);
            slots.layout().fields.iter().try_for_each(|field| fields.skip(&field.data_type.kind))?;
            let (prefix, value) = row.key.split_at(row.key.len() - fields.rest().len());
            let word = match row.value {
                Some(word) => RowReader::new(word).read_i64()?.map(unsigned),
                None => None,
            };
            // A value whose slot has gone is left behind.
            let Some(slot) = slots.get(prefix) else { return Ok(()) };
            let seen = &mut self.seen[slot as usize];
            let number = if whole { fields.read_i64()? } else { None };
            match (number, word) {
                (Some(number), Some(word)) => seen.whole.insert(number, word | CHANGED),
                (Some(number), None) => seen.whole.remove(&number),
                (None, Some(word)) => seen.rows.insert(value.into(), word | CHANGED),
                (None, None) => seen.rows.remove(value),
            };
            Ok(())
        })
    }
}

/// Whether the call sees the value for the first time.
fn mark(word: &mut u64, number: u32) -> bool {
    let bit = 1 << number;
    let new = *word & bit == 0;
    if new {
        *word |= bit | CHANGED;
    }
    new
}

/// Whether the value comes to be, or ceases to be.
fn count(word: &mut u64, add: bool) -> bool {
    let before = signed(*word);
    let after = if add { before + 1 } else { before - 1 };
    *word = unsigned(after) | CHANGED;
    if add { after == 1 } else { after == 0 }
}

/// The count that a word holds in its 63 low bits.
fn signed(word: u64) -> i64 {
    ((word << 1) as i64) >> 1
}

fn unsigned(count: i64) -> u64 {
    count as u64 & !CHANGED
}

fn whole_row(value: i64) -> Vec<u8> {
    let mut row = RowWriter::new();
    row.i64(value);
    row.into_bytes()
}

/// Whether [`Cells`] has it as 64-bit integers.
fn is_whole(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::BigInt | TypeKind::IntervalMillis) || kind.is_timestamp()
}

fn state_name(index: usize) -> String {
    format!("distinct-{index}")
}
