//! `GROUP BY` without windows: one row a key, kept up to date.
//!
//! What is sent for a key: `+I` when its first record comes, `-U` and `+U` when its results change, `-D` when its last
//! record is taken back; nothing where the results stay the same (but with a TTL, so that what comes after sees that the key
//! is alive). A record that takes back what never came is passed over. All as in Flink; but unless every change is asked
//! for, the changes that one batch makes to a key are sent as one.

use std::sync::Arc;

use arrow_array::{ArrayRef, UInt32Array};
use arrow_select::{concat::concat, take::take};

use super::{
    aggregate::{AggregateSet, Arguments, At, Rows, grow},
    cells::{self, KeyCells},
    eval::{arrow_failure, now_ms, state_failure},
    keyed::{Found, KeyLayout, SKIP, Slot, Slots},
    spec::GroupAggregateSpec,
    step::{Step, emit},
};
use crate::{
    expr::EvalContext,
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    state::{RestoredState, SnapshotWriter, StateError},
    types::{Batch, DataType, Field, RowKind, RowWriter, TypeKind},
};

/// No row of a batch.
const NONE: u32 = u32::MAX;

/// The operator of a [`GroupAggregateSpec`].
pub struct GroupAggregate {
    spec: GroupAggregateSpec,
    context: Arc<EvalContext>,
    groups: Groups,
}

/// The state, and what is needed within one batch.
struct Groups {
    slots: Slots,
    set: AggregateSet,
    types: Vec<DataType>,
    /// How many records each slot's key has.
    records: Vec<i64>,
    /// Where in `touched` each slot is, if its stamp is that of the batch.
    places: Vec<(u64, u32)>,
    stamp: u64,
    touched: Vec<Touched>,
    rows: Vec<Slot>,
    key: RowWriter,
}

/// A slot that a batch touches.
#[derive(Clone, Copy)]
struct Touched {
    slot: Slot,
    /// The first row of the batch with its key.
    row: u32,
    /// Whether there were records before the batch.
    before: bool,
    /// Whether its records went, all of them, within the batch.
    emptied: bool,
    /// The last row of the batch that counts for it.
    last: u32,
}

impl GroupAggregate {
    fn apply(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let now = if self.spec.ttl_ms.is_some() { now_ms(&self.context) } else { 0 };
        let groups = &mut self.groups;
        let arguments = groups.set.arguments(batch)?;
        groups.assign(&self.spec, batch, now);
        let slots: Vec<Slot> = groups.touched.iter().map(|touched| touched.slot).collect();
        let known = groups.touched.iter().any(|touched| touched.before);
        let old = if known { groups.set.results(&slots) } else { Vec::new() };
        groups.update(batch, self.spec.input_changes, &arguments)?;
        let new = groups.set.results(&slots);
        let changes = groups.changes(&self.spec, &old, &new);
        groups.clear_empty();
        if changes.is_empty() {
            return Ok(());
        }
        let keys: Vec<u32> = changes.iter().map(|change| change.row).collect();
        let mut columns = batch.project(&self.spec.keys).take(&keys).map_err(arrow_failure)?.columns;
        // Of nested types interleaving is not to be relied on: old and new results are put behind each other.
        let behind = if known { slots.len() } else { 0 };
        let place = |change: &Change| (change.place + if change.new { behind } else { 0 }) as u32;
        let places = UInt32Array::from_iter_values(changes.iter().map(place));
        for (index, new) in new.iter().enumerate() {
            let both = if known { concat(&[&old[index], new]).map_err(arrow_failure)? } else { Arc::clone(new) };
            columns.push(take(&both, &places, None).map_err(arrow_failure)?);
        }
        let kinds = changes.iter().map(|change| change.kind).collect();
        emit(Batch::changes(columns, kinds), out)
    }
}

/// A row that is sent: the results at `place` of the touched slots, old or new.
struct Change {
    kind: RowKind,
    row: u32,
    new: bool,
    place: usize,
}

impl Groups {
    /// Finds the slots of the rows, and which they are.
    fn assign(&mut self, spec: &GroupAggregateSpec, batch: &Batch, now: i64) {
        self.stamp += 1;
        self.touched.clear();
        self.rows.clear();
        let cells = KeyCells::new(batch, &spec.keys, &spec.input.fields);
        let single = spec.keys.is_empty();
        for row in 0..batch.rows {
            if single && row > 0 {
                self.rows.push(self.rows[0]);
                continue;
            }
            self.key.clear();
            cells.encode(row, &mut self.key);
            let found = self.slots.find(self.key.bytes(), now);
            let slot = found.slot();
            let index = slot as usize;
            if let Found::New(_) = found {
                if index < self.records.len() {
                    self.set.reset(slot, Some(&self.slots));
                    self.records[index] = 0;
                } else {
                    self.records.resize(index + 1, 0);
                    self.places.resize(index + 1, (0, 0));
                }
            }
            if self.places[index].0 != self.stamp {
                self.places[index] = (self.stamp, self.touched.len() as u32);
                let before = self.records[index] > 0;
                self.touched.push(Touched { slot, row: row as u32, before, emptied: false, last: NONE });
            }
            self.rows.push(slot);
        }
        self.set.ensure(self.slots.capacity());
    }

    fn update(&mut self, batch: &Batch, changes: bool, arguments: &Arguments) -> Result<(), Stop> {
        let Some(kinds) = batch.kinds.as_ref().filter(|_| changes) else {
            self.rows.iter().for_each(|slot| self.records[*slot as usize] += 1);
            return self.set.update(&Rows::added(&self.rows), arguments);
        };
        let retract: Vec<bool> = kinds.iter().map(|kind| !kind.adds()).collect();
        self.count(&retract);
        for touched in self.touched.iter().filter(|touched| touched.emptied) {
            self.set.reset(touched.slot, Some(&self.slots));
        }
        self.set.update(&Rows { slots: &self.rows, at: At::From(0), retract: Some(&retract) }, arguments)
    }

    /// Counts records. Rows that take back what is not there are left out; so are those up to the row with which all
    /// records of their key have gone, for with it the key begins anew.
    fn count(&mut self, retract: &[bool]) {
        let mut before_it = vec![NONE; retract.len()];
        for (row, retract) in retract.iter().enumerate() {
            let index = self.rows[row] as usize;
            let touched = &mut self.touched[self.places[index].1 as usize];
            if !retract {
                self.records[index] += 1;
                before_it[row] = std::mem::replace(&mut touched.last, row as u32);
                continue;
            }
            if self.records[index] == 0 {
                self.rows[row] = SKIP;
                continue;
            }
            self.records[index] -= 1;
            before_it[row] = std::mem::replace(&mut touched.last, row as u32);
            if self.records[index] == 0 {
                touched.emptied = true;
                while touched.last != NONE {
                    self.rows[touched.last as usize] = SKIP;
                    touched.last = before_it[touched.last as usize];
                }
            }
        }
    }

    /// What is sent, in the order in which the keys were touched.
    fn changes(&self, spec: &GroupAggregateSpec, old: &[ArrayRef], new: &[ArrayRef]) -> Vec<Change> {
        let (old_cells, new_cells) = (cells::all(old, &self.types), cells::all(new, &self.types));
        let same = |place| old_cells.iter().zip(&new_cells).all(|(old, new)| old.same(place, new, place));
        let mut changes = Vec::with_capacity(self.touched.len());
        for (place, touched) in self.touched.iter().enumerate() {
            let mut push = |kind, new| changes.push(Change { kind, row: touched.row, new, place });
            match (touched.before, self.records[touched.slot as usize] > 0) {
                (false, false) => {}
                (false, true) => push(RowKind::Insert, true),
                (true, false) => push(RowKind::Delete, false),
                (true, true) if spec.ttl_ms.is_none() && same(place) => {}
                (true, true) => {
                    if spec.update_before {
                        push(RowKind::UpdateBefore, false);
                    }
                    push(RowKind::UpdateAfter, true);
                }
            }
        }
        changes
    }

    /// Frees the slots of keys without records.
    fn clear_empty(&mut self) {
        for touched in &self.touched {
            if self.records[touched.slot as usize] == 0 {
                self.set.reset(touched.slot, Some(&self.slots));
                self.slots.remove(touched.slot);
            }
        }
    }
}

impl Step for GroupAggregate {
    type Spec = GroupAggregateSpec;

    fn open(spec: &GroupAggregateSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let set = AggregateSet::new(&spec.aggregates, spec.input_changes, &context.task.eval)?;
        let fields: Vec<Field> = spec.keys.iter().map(|key| spec.input.fields[*key].clone()).collect();
        let layout = KeyLayout {
            name: "groups".to_owned(),
            partition: fields.len(),
            fields,
            max_parallelism: context.task.max_parallelism,
            ttl_ms: spec.ttl_ms,
        };
        let mut groups = Groups {
            slots: Slots::new(layout),
            types: set.types(),
            set,
            records: Vec::new(),
            places: Vec::new(),
            stamp: 0,
            touched: Vec::new(),
            rows: Vec::new(),
            key: RowWriter::new(),
        };
        if let Some(restored) = &mut context.restored {
            groups.restore(restored).map_err(|error| state_failure("a GROUP BY", &error))?;
        }
        Ok(Self { spec: spec.clone(), context: Arc::clone(&context.task.eval), groups })
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        if self.spec.every_change {
            return (0..batch.rows).try_for_each(|row| self.apply(&batch.slice(row, 1), out));
        }
        self.apply(batch, out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.groups.snapshot(now_ms(&self.context), writer);
        Ok(())
    }
}

impl Groups {
    fn snapshot(&mut self, now: i64, writer: &mut SnapshotWriter) {
        let Self { slots, set, records, .. } = self;
        for slot in slots.expired(now) {
            set.reset(slot, Some(slots));
            slots.remove(slot);
        }
        set.snapshot_distinct(slots, writer);
        let mut fields = vec![Field::new("records", TypeKind::BigInt.not_null())];
        fields.extend(set.fields());
        slots.snapshot(writer, fields, |slot, row| {
            row.i64(records[slot as usize]);
            set.write(slot, row);
        });
    }

    fn restore(&mut self, restored: &mut RestoredState) -> Result<(), StateError> {
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
        self.places.resize(self.records.len(), (0, 0));
        Ok(())
    }
}
