//! The operator of OVER aggregates in the order of a time column, or of rows as they come.
//!
//! Rows wait for the watermark, and leave in the order of their times. As in Flink a row is late, and dropped, at or before
//! the watermark where the frame is unbounded; where it is bounded, at or before the last row of its partition that left.
//!
//! The frames of all partitions are moved on at once: each turn takes some rows into a partition's accumulators and sends
//! them with the results; the first turns of all partitions are computed together, then the second ones, and so on.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use arrow_array::{Array, ArrayRef};
use arrow_select::{concat::concat, take::take};

use super::{
    forget::Forget,
    frames::{TimedRow, Turn, turns},
};
use crate::{
    expr::EvalContext,
    operators::{
        aggregate::{AggregateSet, Arguments, At, Rows, grow},
        cells::KeyCells,
        eval::{arrow_failure, now_ms, state_failure},
        keyed::{Found, KeyLayout, Slot, Slots},
        late::LateRecords,
        rows::{Gather, RowEncoder, StoredRow},
        spec::{AggregateCall, AggregateFunction, OverFrame, OverSpec},
        step::{Step, emit},
        window::{progress, times},
    },
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    state::{RestoredState, SnapshotWriter, StateError, StateMap, StateSchema},
    types::{Batch, DataType, Field, RowKind, RowWriter, TypeKind},
};

/// The operator of an [`OverSpec`].
pub struct Over {
    spec: OverSpec,
    types: Vec<DataType>,
    context: Arc<EvalContext>,
    /// The partitions and their accumulators.
    slots: Slots,
    set: AggregateSet,
    /// Time (milliseconds) and arrival of the last row of each partition that left.
    left: Vec<(i64, i64)>,
    /// The rows that wait, and those in bounded frames, by time and arrival.
    rows: StateMap<(i64, i64), StoredRow>,
    /// The times at which rows wait, and their partitions.
    waiting: BTreeSet<(i64, Box<[u8]>)>,
    /// The number of the next row.
    arrival: i64,
    watermark: i64,
    late: LateRecords,
    /// When partitions are forgotten, in frames of time.
    forget: Option<Forget>,
    key: RowWriter,
}

/// No row of a partition has left.
const NEVER: (i64, i64) = (i64::MIN, i64::MIN);

/// A partition whose rows leave.
struct Leaving {
    slot: Slot,
    key: Box<[u8]>,
    turns: std::vec::IntoIter<Turn>,
}

/// Rows on their way out: of the batch that is computed, and in which order they leave.
#[derive(Default)]
struct Due {
    /// Time and arrival of each row of the batch.
    places: Vec<(i64, i64)>,
    leaving: Vec<Leaving>,
}

impl Over {
    fn bounded(&self) -> bool {
        matches!(self.spec.frame, OverFrame::Rows(Some(_)) | OverFrame::Range(Some(_)))
    }

    /// The slot of a partition.
    fn slot(&mut self, key: &[u8], now: i64) -> Slot {
        let found = self.slots.find(key, now);
        let slot = found.slot();
        grow(&mut self.left, slot as usize + 1, NEVER);
        self.set.ensure(self.slots.capacity());
        if let Found::New(_) = found {
            self.set.reset(slot, Some(&self.slots));
            let left = std::mem::replace(&mut self.left[slot as usize], NEVER);
            // What was in the frame of a partition that was not seen for longer than the TTL.
            let old: Vec<(i64, i64)> = self.rows.range(key, ..=left).map(|(place, _)| *place).collect();
            old.iter().for_each(|place| drop(self.rows.remove(key, place)));
        }
        slot
    }

    /// Keeps rows until the watermark comes to them; answers the partitions of rows that need not wait.
    fn keep(&mut self, batch: &Batch) -> Result<BTreeSet<Box<[u8]>>, Stop> {
        let (types, fields) = (self.types.clone(), self.spec.input.fields.clone());
        let keys = KeyCells::new(batch, &self.spec.partition, &fields);
        let rows = RowEncoder::new(&batch.columns, &types);
        let times = self.spec.rowtime.map(|column| times(batch, column)).transpose()?;
        let now = if self.spec.ttl_ms.is_some() { now_ms(&self.context) } else { 0 };
        let clock = if self.spec.rowtime.is_none() { now_ms(&self.context) } else { 0 };
        let (mut scratch, mut late, mut touched) = (RowWriter::new(), 0, BTreeSet::new());
        let mut key = std::mem::take(&mut self.key);
        for row in 0..batch.rows {
            key.clear();
            keys.encode(row, &mut key);
            let time = times.map_or(clock, |times| times[row].div_euclid(1000));
            if times.is_some() && self.is_late(key.bytes(), time) {
                late += 1;
                continue;
            }
            let stored = StoredRow { written_ms: now, fields: rows.encode(row, &mut scratch) };
            self.rows.insert(key.bytes(), (time, self.arrival), stored);
            self.arrival += 1;
            if times.is_some() {
                self.waiting.insert((time, key.bytes().into()));
                self.forget.iter_mut().for_each(|forget| forget.seen(key.bytes(), time));
            } else {
                touched.insert(key.bytes().into());
            }
        }
        self.key = key;
        self.late.add(late);
        Ok(touched)
    }

    fn is_late(&self, key: &[u8], time: i64) -> bool {
        if !self.bounded() {
            return time <= self.watermark;
        }
        self.slots.get(key).is_some_and(|slot| self.left.get(slot as usize).is_some_and(|left| time <= left.0))
    }

    /// Lets the rows of these partitions up to `until` leave.
    fn leave(&mut self, keys: BTreeSet<Box<[u8]>>, until: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let now = if self.spec.ttl_ms.is_some() { now_ms(&self.context) } else { 0 };
        let (mut due, mut gather) = (Due::default(), Gather::new(self.types.clone(), false));
        for key in keys {
            let slot = self.slot(&key, now);
            let left = self.left[slot as usize];
            let places: Vec<(i64, i64)> =
                self.rows.range(&key, ..=(until, i64::MAX)).map(|(place, _)| *place).collect();
            let (old, new) = places.split_at(places.partition_point(|place| *place <= left));
            let Some(last) = new.last() else { continue };
            self.left[slot as usize] = *last;
            let timed = |(index, place): (usize, &(i64, i64))| (place.0, index as u32);
            let new: Vec<TimedRow> = places.iter().enumerate().skip(old.len()).map(timed).collect();
            let mut frame: VecDeque<TimedRow> = old.iter().enumerate().map(timed).collect();
            let mut turns = turns(self.spec.frame, &mut frame, &new);
            // Only the rows that leave or come are needed.
            for row in turns.iter_mut().flat_map(|turn| turn.leave.iter_mut().chain(&mut turn.come)) {
                let place = places[*row as usize];
                let Some(stored) = self.rows.get(&key, &place) else { continue };
                *row = due.places.len() as u32;
                due.places.push(place);
                gather.push(RowKind::Insert, &stored.fields, 0)?;
            }
            due.leaving.push(Leaving { slot, key, turns: turns.into_iter() });
        }
        self.compute(&gather.finish(), due, out)
    }

    fn compute(&mut self, batch: &Batch, mut due: Due, out: &mut dyn Output) -> Result<(), Stop> {
        if batch.rows == 0 {
            return Ok(());
        }
        let arguments = self.set.arguments(batch)?;
        let (mut sent, mut results): (Vec<u32>, Vec<Vec<ArrayRef>>) = (Vec::new(), Vec::new());
        let mut result_of: Vec<u32> = Vec::new();
        let mut computed = 0;
        loop {
            let turns: Vec<(Slot, usize, Turn)> = due
                .leaving
                .iter_mut()
                .enumerate()
                .filter_map(|(index, leaving)| Some((leaving.slot, index, leaving.turns.next()?)))
                .collect();
            if turns.is_empty() {
                break;
            }
            self.update(&turns, &arguments)?;
            let slots: Vec<Slot> = turns.iter().map(|(slot, ..)| *slot).collect();
            results.push(self.set.results(&slots));
            for (number, (_, index, turn)) in turns.into_iter().enumerate() {
                let key = &due.leaving[index].key;
                let gone = if self.bounded() { turn.leave } else { turn.come.clone() };
                gone.iter().for_each(|row| drop(self.rows.remove(key, &due.places[*row as usize])));
                result_of.extend(turn.come.iter().map(|_| (computed + number) as u32));
                sent.extend(turn.come);
            }
            computed += slots.len();
        }
        // In the order of time, then of arrival.
        let mut order: Vec<usize> = (0..sent.len()).collect();
        order.sort_unstable_by_key(|index| due.places[sent[*index] as usize]);
        let rows: Vec<u32> = order.iter().map(|index| sent[*index]).collect();
        let result_rows = arrow_array::UInt32Array::from_iter_values(order.iter().map(|index| result_of[*index]));
        let mut columns = batch.take(&rows).map_err(arrow_failure)?.columns;
        for call in 0..self.spec.aggregates.len() {
            let parts: Vec<&dyn Array> = results.iter().map(|columns| columns[call].as_ref()).collect();
            let all = concat(&parts).map_err(arrow_failure)?;
            columns.push(take(&all, &result_rows, None).map_err(arrow_failure)?);
        }
        emit(Batch::inserts(columns, rows.len()), out)
    }

    fn update(&mut self, turns: &[(Slot, usize, Turn)], arguments: &Arguments) -> Result<(), Stop> {
        let (mut slots, mut places, mut retract) = (Vec::new(), Vec::new(), Vec::new());
        for (slot, _, turn) in turns {
            for (rows, back) in [(&turn.leave, true), (&turn.come, false)] {
                slots.extend(rows.iter().map(|_| *slot));
                retract.extend(rows.iter().map(|_| back));
                places.extend(rows);
            }
        }
        let rows = Rows { slots: &slots, at: At::Places(&places), retract: Some(&retract) };
        self.set.update(&rows, arguments)
    }
}

/// The calls as accumulators know them. By time Flink ranks all rows up to one's time, equal ones too.
fn calls(spec: &OverSpec) -> Vec<AggregateCall> {
    let mut calls = spec.aggregates.clone();
    for call in &mut calls {
        if matches!(call.function, AggregateFunction::Rank | AggregateFunction::DenseRank) {
            call.function = AggregateFunction::RowNumber;
        }
    }
    calls
}

impl Over {
    fn restore(&mut self, restored: &mut RestoredState) -> Result<(), StateError> {
        let Self { slots, set, left, .. } = self;
        slots.restore(restored, |slot, row| {
            let Some(row) = row else {
                set.reset(slot, None);
                return Ok(());
            };
            grow(left, slot as usize + 1, NEVER);
            left[slot as usize] = (row.read_i64()?.unwrap_or(i64::MIN), row.read_i64()?.unwrap_or(i64::MIN));
            set.read(slot, row)
        })?;
        set.restore_distinct(slots, restored)?;
        self.rows.restore(restored)?;
        self.forget.iter_mut().try_for_each(|forget| forget.restore(restored))?;
        self.watermark = progress::restore(restored);
        for (key, place, _) in self.rows.iter() {
            self.arrival = self.arrival.max(place.1 + 1);
            let left = self.slots.get(key).map_or(NEVER, |slot| self.left[slot as usize]);
            if *place > left {
                self.waiting.insert((place.0, key.into()));
            }
        }
        for left in &self.left {
            self.arrival = self.arrival.max(left.1 + 1);
        }
        Ok(())
    }

    /// Forgets the partitions whose frames are long over. Timers that were put off move on when rows are late, as in Flink.
    fn forget(&mut self, watermark: i64) {
        let Some(forget) = &mut self.forget else { return };
        for come in forget.come(watermark) {
            let Some(slot) = self.slots.get(&come.key) else { continue };
            self.slots.change(slot);
            if come.forgotten {
                self.rows.remove_partition(&come.key);
                self.set.reset(slot, Some(&self.slots));
            } else {
                let left = &mut self.left[slot as usize];
                *left = (*left).max((come.time, 0));
            }
        }
    }

    /// Forgets the partitions that are older than the TTL and of which no row waits.
    fn expire(&mut self) {
        for slot in self.slots.expired(now_ms(&self.context)) {
            let (key, left): (Box<[u8]>, _) = (self.slots.key(slot).into(), self.left[slot as usize]);
            if self.rows.rows(&key).next_back().is_none_or(|(last, _)| *last <= left) {
                self.rows.remove_partition(&key);
                self.set.reset(slot, Some(&self.slots));
                self.left[slot as usize] = NEVER;
                self.slots.remove(slot);
            }
        }
    }
}

impl Step for Over {
    type Spec = OverSpec;

    fn open(spec: &OverSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let spec = spec.clone();
        let max_parallelism = context.task.max_parallelism;
        let key: Vec<Field> = spec.partition.iter().map(|column| spec.input.fields[*column].clone()).collect();
        let partition = key.len();
        let layout = KeyLayout {
            name: "partitions".to_owned(),
            fields: key.clone(),
            partition,
            max_parallelism,
            ttl_ms: spec.ttl_ms,
        };
        let range = match spec.frame {
            OverFrame::Range(Some(frame_ms)) if spec.rowtime.is_some() => Some(frame_ms),
            _ => None,
        };
        let forget = range.map(|frame_ms| Forget::new(frame_ms, key.clone(), max_parallelism));
        let mut rows_key = key;
        rows_key.extend(["time_ms", "arrival"].map(|name| Field::new(name, TypeKind::BigInt.not_null())));
        let schema = StateSchema { key: rows_key, value: StoredRow::columns(&spec.input) };
        let bounded = matches!(spec.frame, OverFrame::Rows(Some(_)) | OverFrame::Range(Some(_)));
        let mut over = Self {
            types: spec.input.types(),
            slots: Slots::new(layout),
            set: AggregateSet::new(&calls(&spec), bounded, &context.task.eval)?,
            left: Vec::new(),
            rows: StateMap::new("rows", schema, partition, max_parallelism),
            waiting: BTreeSet::new(),
            arrival: 0,
            watermark: i64::MIN,
            late: LateRecords::new(&context),
            forget,
            context: Arc::clone(&context.task.eval),
            key: RowWriter::new(),
            spec,
        };
        if let Some(restored) = &mut context.restored {
            over.restore(restored).map_err(|error| state_failure("an OVER aggregate", &error))?;
        }
        Ok(over)
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let touched = self.keep(batch)?;
        if touched.is_empty() { Ok(()) } else { self.leave(touched, i64::MAX, out) }
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        self.watermark = self.watermark.max(watermark);
        let mut keys = BTreeSet::new();
        while self.waiting.first().is_some_and(|(time, _)| *time <= watermark) {
            keys.extend(self.waiting.pop_first().map(|(_, key)| key));
        }
        self.leave(keys, watermark, out)?;
        self.forget(watermark);
        Ok(true)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        if self.spec.ttl_ms.is_some() {
            self.expire();
        }
        self.rows.snapshot(writer);
        self.forget.iter_mut().for_each(|forget| forget.snapshot(writer));
        let Self { slots, set, left, .. } = self;
        set.snapshot_distinct(slots, writer);
        let names = ["left_time_ms", "left_arrival"];
        let mut fields: Vec<Field> = names.map(|name| Field::new(name, TypeKind::BigInt.not_null())).into();
        fields.extend(set.fields());
        slots.snapshot(writer, fields, |slot, row| {
            row.i64(left[slot as usize].0);
            row.i64(left[slot as usize].1);
            set.write(slot, row);
        });
        progress::snapshot(self.watermark, writer)
    }
}
