//! A windowed `GROUP BY` of sessions: windows that last as long as rows of a key come within a gap.
//!
//! A row opens the window from its time to the gap behind it; windows of a key that touch become one. A row is late, and
//! dropped, where its window touches no open one and is over already. Windows fire in the order of their ends, and of the
//! same end in the order in which they were opened.

use std::{collections::BTreeSet, sync::Arc};

use arrow_array::ArrayRef;
use rustc_hash::FxHashMap;

use super::{assigner::times, progress, properties::properties, time::WindowTime};
use crate::{
    expr::EvalContext,
    operators::{
        aggregate::{AggregateSet, Arguments, At, Rows, grow},
        cells::KeyCells,
        eval::{now_ms, state_failure},
        keyed::{KeyLayout, SKIP, Slot, Slots},
        late::LateRecords,
        spec::{WindowAggregateSpec, WindowKind, WindowSource},
        step::{Step, emit},
    },
    runtime::operator::{OperatorContext, Output},
    runtime::{Failure, Stop},
    state::{RestoredState, SnapshotWriter, StateError},
    types::{Batch, Field, RowReader, RowWriter, TypeKind, row_codec::RowCodec},
};

/// The bytes of a session's number in a key.
const NUMBER_BYTES: usize = 9;

/// The operator of a [`WindowAggregateSpec`] of sessions.
pub struct SessionAggregate {
    spec: WindowAggregateSpec,
    context: Arc<EvalContext>,
    codec: RowCodec,
    gap: i64,
    rowtime: Option<usize>,
    time: WindowTime,
    late: LateRecords,
    /// The watermark; of processing time, the clock.
    progress: i64,
    sessions: Sessions,
}

/// The open sessions.
struct Sessions {
    slots: Slots,
    set: AggregateSet,
    values: Vec<Session>,
    /// The slots of the sessions of each key.
    by_key: FxHashMap<Box<[u8]>, Vec<Slot>>,
    /// Ends, numbers and slots: the order in which sessions fire. A session that has grown is still under an earlier end,
    /// and one that has gone is still there; both are seen to when that end comes.
    ends: BTreeSet<(i64, i64, Slot)>,
    /// The number of the next session.
    next: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Session {
    start: i64,
    end: i64,
    number: i64,
    records: i64,
}

/// The number of a session that is no longer there.
const GONE: i64 = -1;

impl Sessions {
    /// The slot of the session that a row's window belongs to, which grows by it; `None` where it is late. `before_merge`
    /// is called before the accumulators of two sessions become one.
    fn place(
        &mut self,
        key: &mut RowWriter,
        (start, end): (i64, i64),
        is_late: impl Fn(i64) -> bool,
        before_merge: &mut dyn FnMut(&mut AggregateSet) -> Result<(), Stop>,
    ) -> Result<Option<Slot>, Stop> {
        let touches = |slot: &&Slot| {
            let session = self.values[**slot as usize];
            session.start <= end && session.end >= start
        };
        let mut touched = self.by_key.get(key.bytes()).into_iter().flatten().filter(touches).copied();
        let Some(mut into) = touched.next() else {
            return Ok(if is_late(end) { None } else { Some(self.open(key, start, end)) });
        };
        if let Some(second) = touched.next() {
            let mut all: Vec<Slot> = [into, second].into_iter().chain(touched).collect();
            all.sort_unstable_by_key(|slot| self.values[*slot as usize].start);
            before_merge(&mut self.set)?;
            into = self.merge(&all, key.bytes())?;
        }
        let session = &mut self.values[into as usize];
        (session.start, session.end) = (session.start.min(start), session.end.max(end));
        self.slots.change(into);
        Ok(Some(into))
    }

    /// Makes one session of several of a key; answers its slot, the first.
    fn merge(&mut self, all: &[Slot], key: &[u8]) -> Result<Slot, Stop> {
        let into = all[0];
        for other in &all[1..] {
            self.set.merge(into, *other)?;
            let merged = self.values[*other as usize];
            let session = &mut self.values[into as usize];
            session.end = session.end.max(merged.end);
            session.records += merged.records;
            self.forget(*other, key);
        }
        Ok(into)
    }

    fn open(&mut self, key: &mut RowWriter, start: i64, end: i64) -> Slot {
        let number = self.next;
        self.next += 1;
        let prefix = key.bytes().len();
        let by_key: Box<[u8]> = key.bytes().into();
        key.i64(number);
        let slot = self.slots.find_prefixed(key.bytes(), prefix, 0).slot();
        grow(&mut self.values, slot as usize + 1, Session::default());
        self.set.ensure(self.slots.capacity());
        self.values[slot as usize] = Session { start, end, number, records: 0 };
        self.ends.insert((end, number, slot));
        self.by_key.entry(by_key).or_default().push(slot);
        slot
    }

    /// Frees a slot.
    fn forget(&mut self, slot: Slot, key: &[u8]) {
        self.values[slot as usize].number = GONE;
        if let Some(slots) = self.by_key.get_mut(key) {
            slots.retain(|other| *other != slot);
            if slots.is_empty() {
                self.by_key.remove(key);
            }
        }
        self.set.reset(slot, Some(&self.slots));
        self.slots.remove(slot);
    }

    /// The sessions that end at `end`, the first end that there is, out of the order of ends.
    fn over(&mut self, end: i64) -> Vec<Slot> {
        let mut over = Vec::new();
        while let Some(&(first, number, slot)) = self.ends.first()
            && first == end
        {
            self.ends.pop_first();
            let session = self.values[slot as usize];
            if session.number != number {
                continue;
            }
            if session.end > end {
                self.ends.insert((session.end, number, slot));
            } else {
                over.push(slot);
            }
        }
        over
    }

    /// The bytes of the grouping columns of a slot.
    fn key(&self, slot: Slot) -> &[u8] {
        let key = self.slots.key(slot);
        &key[..key.len() - NUMBER_BYTES]
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) {
        let Self { slots, set, values, .. } = self;
        set.snapshot_distinct(slots, writer);
        let names = ["start_ms", "end_ms", "records"];
        let mut fields: Vec<Field> = names.map(|name| Field::new(name, TypeKind::BigInt.not_null())).into();
        fields.extend(set.fields());
        slots.snapshot(writer, fields, |slot, row| {
            let session = values[slot as usize];
            [session.start, session.end, session.records].into_iter().for_each(|value| row.i64(value));
            set.write(slot, row);
        });
    }

    fn restore(&mut self, restored: &mut RestoredState) -> Result<(), StateError> {
        let Self { slots, set, values, .. } = self;
        slots.restore(restored, |slot, row| {
            let Some(row) = row else {
                set.reset(slot, None);
                return Ok(());
            };
            grow(values, slot as usize + 1, Session::default());
            let mut number = || Ok(row.read_i64()?.unwrap_or(0));
            values[slot as usize] = Session { start: number()?, end: number()?, number: 0, records: number()? };
            set.read(slot, row)
        })?;
        set.restore_distinct(slots, restored)?;
        for slot in slots.iter() {
            let key = slots.key(slot);
            let (key, number) = key.split_at(key.len() - NUMBER_BYTES);
            let session = &mut values[slot as usize];
            session.number = RowReader::new(number).read_i64()?.unwrap_or(0);
            self.next = self.next.max(session.number + 1);
            self.by_key.entry(key.into()).or_default().push(slot);
            self.ends.insert((session.end, session.number, slot));
        }
        Ok(())
    }
}

impl SessionAggregate {
    /// The windows that the rows open.
    fn windows(&mut self, batch: &Batch) -> Result<Vec<(i64, i64)>, Stop> {
        let gap = self.gap;
        let mut window = |ms: i64| {
            let start = self.time.local(ms);
            (start, start + gap)
        };
        Ok(match self.rowtime {
            None => vec![window(now_ms(&self.context)); batch.rows],
            Some(column) => times(batch, column)?.iter().map(|time| window(time.div_euclid(1000))).collect(),
        })
    }

    /// Fires the sessions that are over when time has come to `progress`.
    fn advance(&mut self, progress: i64, out: &mut dyn Output) -> Result<(), Stop> {
        while let Some(&(end, ..)) = self.sessions.ends.first()
            && self.time.trigger(end - 1) <= progress
        {
            let over = self.sessions.over(end);
            let has_records = |slot: &Slot| self.sessions.values[*slot as usize].records > 0;
            let fired: Vec<Slot> = over.iter().copied().filter(has_records).collect();
            if !fired.is_empty() {
                let columns = self.results(&fired)?;
                emit(Batch::inserts(columns, fired.len()), out)?;
            }
            for slot in over {
                let key: Box<[u8]> = self.sessions.key(slot).into();
                self.sessions.forget(slot, &key);
            }
        }
        self.progress = self.progress.max(progress);
        Ok(())
    }

    fn results(&self, slots: &[Slot]) -> Result<Vec<ArrayRef>, Stop> {
        let rows = slots.iter().map(|slot| self.sessions.key(*slot));
        let mut columns = self.codec.decode(rows).map_err(|error| state_failure("a session", &error.into()))?;
        columns.extend(self.sessions.set.results(slots));
        let of = |part: fn(&Session) -> i64| -> Vec<i64> {
            slots.iter().map(|slot| part(&self.sessions.values[*slot as usize])).collect()
        };
        let (starts, ends) = (of(|session| session.start), of(|session| session.end));
        columns.extend(properties(&self.spec.properties, &starts, &ends, &self.time, now_ms(&self.context)));
        Ok(columns)
    }

    fn add(&mut self, batch: &Batch, arguments: &Arguments) -> Result<u64, Stop> {
        let windows = self.windows(batch)?;
        let fields = self.spec.input.fields.clone();
        let cells = KeyCells::new(batch, &self.spec.keys, &fields);
        let kinds = batch.kinds.as_ref().filter(|_| self.spec.input_changes);
        let retract: Option<Vec<bool>> = kinds.map(|kinds| kinds.iter().map(|kind| !kind.adds()).collect());
        let (event_time, progress) = (self.rowtime.is_some(), self.progress);
        let (time, sessions) = (&self.time, &mut self.sessions);
        // The rows from `done` on are not yet added up.
        let (mut done, mut slots, mut late, mut key) = (0, Vec::with_capacity(batch.rows), 0, RowWriter::new());
        for (row, window) in windows.into_iter().enumerate() {
            key.clear();
            cells.encode(row, &mut key);
            let is_late = |end: i64| event_time && time.trigger(end - 1) <= progress;
            let mut before_merge = |set: &mut AggregateSet| {
                let retract = retract.as_deref().map(|retract| &retract[done..row]);
                set.update(&Rows { slots: &slots[done..], at: At::From(done), retract }, arguments)?;
                done = row;
                Ok(())
            };
            let Some(slot) = sessions.place(&mut key, window, is_late, &mut before_merge)? else {
                late += 1;
                slots.push(SKIP);
                continue;
            };
            sessions.values[slot as usize].records += if batch.kind(row).adds() { 1 } else { -1 };
            slots.push(slot);
        }
        let retract = retract.as_deref().map(|retract| &retract[done..]);
        sessions.set.update(&Rows { slots: &slots[done..], at: At::From(done), retract }, arguments)?;
        Ok(late)
    }
}

impl Step for SessionAggregate {
    type Spec = WindowAggregateSpec;

    fn open(spec: &WindowAggregateSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let WindowSource::Assign { kind: WindowKind::Session { gap_ms }, rowtime, zone } = &spec.window else {
            let message = "An operator of sessions was given other windows.";
            return Err(Failure::new("java.lang.IllegalStateException", message).into());
        };
        let mut fields: Vec<Field> = spec.keys.iter().map(|key| spec.input.fields[*key].clone()).collect();
        let codec = RowCodec::new(fields.iter().map(|field| field.data_type.clone()).collect());
        let partition = fields.len();
        fields.push(Field::new("session", TypeKind::BigInt.not_null()));
        let max_parallelism = context.task.max_parallelism;
        let layout = KeyLayout { name: "sessions".to_owned(), fields, partition, max_parallelism, ttl_ms: None };
        let mut sessions = Sessions {
            slots: Slots::new(layout),
            set: AggregateSet::new(&spec.aggregates, spec.input_changes, &context.task.eval)?,
            values: Vec::new(),
            by_key: FxHashMap::default(),
            ends: BTreeSet::new(),
            next: 0,
        };
        let mut progress = i64::MIN;
        if let Some(restored) = &mut context.restored {
            sessions.restore(restored).map_err(|error| state_failure("a session aggregate", &error))?;
            progress = progress::restore(restored);
        }
        Ok(Self {
            spec: spec.clone(),
            codec,
            gap: *gap_ms,
            rowtime: *rowtime,
            time: WindowTime::new(zone.clone()),
            late: LateRecords::new(&context),
            context: Arc::clone(&context.task.eval),
            progress,
            sessions,
        })
    }

    fn process(&mut self, batch: &Batch, _: &mut dyn Output) -> Result<(), Stop> {
        let arguments = self.sessions.set.arguments(batch)?;
        let late = self.add(batch, &arguments)?;
        self.late.add(late);
        Ok(())
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        if self.rowtime.is_some() {
            self.advance(watermark, out)?;
        }
        Ok(true)
    }

    fn next_processing_time(&self) -> Option<i64> {
        let first = self.sessions.ends.first().filter(|_| self.rowtime.is_none());
        first.map(|(end, ..)| self.time.trigger(end - 1) + 1)
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        if self.rowtime.is_some() { Ok(()) } else { self.advance(now - 1, out) }
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.sessions.snapshot(writer);
        progress::snapshot(self.progress, writer)
    }
}
