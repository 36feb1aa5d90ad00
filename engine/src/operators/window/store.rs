//! What a window operator keeps: accumulators by key and slice.

use std::collections::BTreeMap;

use hashbrown::{HashTable, hash_table::Entry};

use super::assigner::{Assigned, Assigner};
use crate::{
    operators::{
        aggregate::{AggregateSet, At, Rows, grow},
        cells::KeyCells,
        keyed::{Found, KeyLayout, SKIP, Slot, Slots},
        spec::WindowAggregateSpec,
    },
    runtime::Stop,
    state::{RestoredState, SnapshotWriter, StateError},
    types::{Batch, Field, RowReader, RowWriter, TypeKind, key},
};

/// The bytes of a BIGINT in a key.
const TIME_BYTES: usize = 9;

/// Accumulators by key and slice.
pub struct Store {
    slots: Slots,
    set: AggregateSet,
    /// How many records each slot has; less than 0 where more were taken back.
    records: Vec<i64>,
    /// The slots of each slice, by its end, in the order in which they came to be.
    slices: BTreeMap<i64, Vec<Slot>>,
    /// How many bytes of a slot's key are behind the grouping columns.
    suffix: usize,
    rows: Vec<Slot>,
    key: RowWriter,
}

/// The results of a window: slots, and which of them are only for it.
pub struct Merged {
    /// A slot for each key.
    pub slots: Vec<Slot>,
    scratch: Vec<Slot>,
}

impl Store {
    /// An empty store. `attached`: rows bring their windows along.
    pub fn new(spec: &WindowAggregateSpec, set: AggregateSet, attached: bool, max_parallelism: u32) -> Self {
        let mut fields: Vec<Field> = spec.keys.iter().map(|key| spec.input.fields[*key].clone()).collect();
        let partition = fields.len();
        let times = if attached { ["window_end_ms", "window_start_ms"].as_slice() } else { &["slice_end_ms"] };
        fields.extend(times.iter().map(|name| Field::new(*name, TypeKind::BigInt.not_null())));
        let layout = KeyLayout { name: "windows".to_owned(), fields, partition, max_parallelism, ttl_ms: None };
        Self {
            slots: Slots::new(layout),
            set,
            records: Vec::new(),
            slices: BTreeMap::new(),
            suffix: times.len() * TIME_BYTES,
            rows: Vec::new(),
            key: RowWriter::new(),
        }
    }

    /// The end of the first slice.
    pub fn first_slice(&self) -> Option<i64> {
        self.slices.keys().next().copied()
    }

    /// Adds the rows of a batch but those for whose slices `drop` says true; answers how many those are.
    pub fn add(
        &mut self,
        batch: &Batch,
        spec: &WindowAggregateSpec,
        assigned: &Assigned,
        drop: impl Fn(i64) -> bool,
    ) -> Result<u64, Stop> {
        let arguments = self.set.arguments(batch)?;
        let cells = KeyCells::new(batch, &spec.keys, &spec.input.fields);
        let (mut last, mut dropped) = ((i64::MIN, false), 0);
        self.rows.clear();
        for (row, &end) in assigned.ends.iter().enumerate() {
            if last.0 != end {
                last = (end, drop(end));
            }
            if last.1 {
                dropped += 1;
                self.rows.push(SKIP);
                continue;
            }
            self.key.clear();
            cells.encode(row, &mut self.key);
            let prefix = self.key.bytes().len();
            self.key.i64(end);
            if let Some(starts) = &assigned.starts {
                self.key.i64(starts[row]);
            }
            let found = self.slots.find_prefixed(self.key.bytes(), prefix, 0);
            let slot = found.slot();
            if let Found::New(_) = found {
                grow(&mut self.records, slot as usize + 1, 0);
                self.records[slot as usize] = 0;
                self.slices.entry(end).or_default().push(slot);
            }
            self.records[slot as usize] += if batch.kind(row).adds() { 1 } else { -1 };
            self.rows.push(slot);
        }
        self.set.ensure(self.slots.capacity());
        let kinds = batch.kinds.as_ref().filter(|_| spec.input_changes);
        let retract: Option<Vec<bool>> = kinds.map(|kinds| kinds.iter().map(|kind| !kind.adds()).collect());
        let rows = Rows { slots: &self.rows, at: At::From(0), retract: retract.as_deref() };
        self.set.update(&rows, &arguments)?;
        Ok(dropped)
    }

    /// What a window holds: the slots of its slices; where several are of one key, their sum. Keys without records are left
    /// out.
    pub fn window(&mut self, assigner: &Assigner, end: i64) -> Result<Merged, Stop> {
        let first = if assigner.shared() { assigner.start(end) } else { end - 1 };
        let parts: Vec<Slot> = self.slices.range(first + 1..=end).flat_map(|(_, slots)| slots).copied().collect();
        let mut merged = Merged { slots: parts, scratch: Vec::new() };
        if assigner.shared() {
            self.sum(&mut merged)?;
        }
        merged.slots.retain(|slot| self.records[*slot as usize] > 0);
        Ok(merged)
    }

    fn sum(&mut self, merged: &mut Merged) -> Result<(), Stop> {
        let mut places: HashTable<(u64, usize)> = HashTable::with_capacity(merged.slots.len());
        let mut sums: Vec<(Slot, bool)> = Vec::with_capacity(merged.slots.len());
        for &slot in &merged.slots {
            let prefix = self.prefix(slot);
            let hash = key::hash(prefix);
            let same = |(other, place): &(u64, usize)| *other == hash && self.key_of(sums[*place].0, slot);
            let place = match places.entry(hash, same, |(hash, _)| *hash) {
                Entry::Vacant(vacant) => {
                    vacant.insert((hash, sums.len()));
                    sums.push((slot, false));
                    continue;
                }
                Entry::Occupied(occupied) => occupied.get().1,
            };
            if !sums[place].1 {
                let scratch = self.slots.scratch_like(sums[place].0);
                grow(&mut self.records, scratch as usize + 1, 0);
                self.records[scratch as usize] = self.records[sums[place].0 as usize];
                self.set.ensure(self.slots.capacity());
                self.set.reset(scratch, None);
                self.set.merge(scratch, sums[place].0)?;
                merged.scratch.push(scratch);
                sums[place] = (scratch, true);
            }
            self.records[sums[place].0 as usize] += self.records[slot as usize];
            self.set.merge(sums[place].0, slot)?;
        }
        merged.slots = sums.into_iter().map(|(slot, _)| slot).collect();
        Ok(())
    }

    fn key_of(&self, slot: Slot, other: Slot) -> bool {
        self.prefix(slot) == self.prefix(other)
    }

    /// The bytes of the grouping columns of a slot.
    pub fn prefix(&self, slot: Slot) -> &[u8] {
        let key = self.slots.key(slot);
        &key[..key.len() - self.suffix]
    }

    /// The start of the window of a slot whose rows brought it along.
    pub fn attached_start(&self, slot: Slot) -> Option<i64> {
        let key = self.slots.key(slot);
        RowReader::new(&key[key.len().checked_sub(TIME_BYTES)?..]).read_i64().ok().flatten()
    }

    /// The accumulators.
    pub fn set(&self) -> &AggregateSet {
        &self.set
    }

    /// Takes back what [`Store::window`] lent.
    pub fn release(&mut self, merged: Merged) {
        for slot in merged.scratch {
            self.set.reset(slot, None);
            self.slots.release(slot);
        }
    }

    /// Forgets the slices of which `gone` says true, up to the one that ends at `end`.
    pub fn forget(&mut self, end: i64, gone: impl Fn(i64) -> bool) {
        let ends: Vec<i64> = self.slices.range(..=end).map(|(end, _)| *end).filter(|end| gone(*end)).collect();
        for end in ends {
            for slot in self.slices.remove(&end).unwrap_or_default() {
                self.set.reset(slot, Some(&self.slots));
                self.records[slot as usize] = 0;
                self.slots.remove(slot);
            }
        }
    }

    /// Writes the state.
    pub fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        let Self { slots, set, records, .. } = self;
        set.snapshot_distinct(slots, writer);
        let mut fields = vec![Field::new("records", TypeKind::BigInt.not_null())];
        fields.extend(set.fields());
        slots.snapshot(writer, fields, |slot, row| {
            row.i64(records[slot as usize]);
            set.write(slot, row);
        });
    }

    /// Reads it back.
    pub fn restore(&mut self, restored: &mut RestoredState) -> Result<(), StateError> {
        let Self { slots, set, records, .. } = self;
        slots.restore(restored, |slot, row| {
            let Some(row) = row else {
                set.reset(slot, None);
                return Ok(());
            };
            grow(records, slot as usize + 1, 0);
            records[slot as usize] = row.read_i64()?.unwrap_or(0);
            set.read(slot, row)
        })?;
        set.restore_distinct(slots, restored)?;
        let partition = slots.layout().partition;
        for slot in slots.iter() {
            let mut key = RowReader::new(slots.key(slot));
            for field in &slots.layout().fields[..partition] {
                key.skip(&field.data_type.kind)?;
            }
            let end = key.read_i64()?.unwrap_or(0);
            self.slices.entry(end).or_default().push(slot);
        }
        Ok(())
    }
}
