//! The first or the last row of each key, by event time or as they come.
//!
//! The first row by event time is sent once the watermark has come to it, so that no earlier one can follow: a row before
//! the watermark is late. The last row is sent as it comes, and changed when a later one comes, or one of the same time. All
//! as in Flink; but unless every change is asked for, the changes that one batch makes to a key are sent as one.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    cells::KeyCells,
    eval::{now_ms, state_failure},
    late::LateRecords,
    rows::{Gather, RowEncoder, StoredRow},
    spec::DeduplicateSpec,
    step::Step,
};
use crate::{
    expr::EvalContext,
    operators::window::{progress, times},
    runtime::operator::{OperatorContext, Output},
    runtime::{Failure, Stop},
    state::{SnapshotWriter, StateSchema, StateTable, StateValue},
    types::{Batch, DataType, Field, RowKind, RowReader, RowWriter, TypeKind, row_codec::DecodeError},
};

/// The operator of a [`DeduplicateSpec`].
pub struct Deduplicate {
    spec: DeduplicateSpec,
    types: Vec<DataType>,
    context: Arc<EvalContext>,
    kept: StateTable<Kept>,
    /// The first rows that wait for the watermark: time, arrival, key.
    waiting: BTreeSet<(i64, i64, Box<[u8]>)>,
    arrival: i64,
    watermark: i64,
    late: LateRecords,
    gather: Gather,
    key: RowWriter,
    /// The last rows that changed, before and after.
    changes: Vec<Change>,
    /// The number of the first row that the batch brings, and which change each of its rows is part of: those of a key are
    /// sent as one.
    first: i64,
    parts: Vec<usize>,
}

/// The row of a key before, where there was one, and after.
type Change = (Option<Arc<[u8]>>, Arc<[u8]>);

/// What is kept of a key.
struct Kept {
    /// The time of the row, milliseconds.
    time: i64,
    arrival: i64,
    /// Whether the row was sent; a first row that was is no longer kept.
    sent: bool,
    row: StoredRow,
}

impl StateValue for Kept {
    fn write(&self, row: &mut RowWriter) {
        row.i64(self.time);
        row.i64(self.arrival);
        row.bool(self.sent);
        self.row.write(row);
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            time: row.read_i64()?.unwrap_or(0),
            arrival: row.read_i64()?.unwrap_or(0),
            sent: row.read_bool()?.unwrap_or(false),
            row: StoredRow::read(row)?,
        })
    }
}

impl Deduplicate {
    /// Whether rows wait for the watermark.
    fn waits(&self) -> bool {
        self.spec.rowtime.is_some() && !self.spec.keep_last
    }

    fn apply(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let types = self.types.clone();
        let fields = self.spec.input.fields.clone();
        let (keys, rows) = (KeyCells::new(batch, &self.spec.keys, &fields), RowEncoder::new(&batch.columns, &types));
        let times = self.spec.rowtime.map(|column| times(batch, column)).transpose()?;
        let now = if self.spec.ttl_ms.is_some() { now_ms(&self.context) } else { 0 };
        let (mut scratch, mut late) = (RowWriter::new(), 0);
        self.first = self.arrival;
        self.parts.clear();
        for row in 0..batch.rows {
            let time = times.map_or(0, |times| times[row].div_euclid(1000));
            if self.waits() && time < self.watermark {
                late += 1;
                continue;
            }
            self.key.clear();
            keys.encode(row, &mut self.key);
            let before = self.kept.get(self.key.bytes()).filter(|kept| !kept.row.expired(self.spec.ttl_ms, now));
            let taken = match (before, self.spec.keep_last) {
                (None, _) => true,
                (Some(before), true) => before.time <= time,
                (Some(before), false) => self.spec.rowtime.is_some() && !before.sent && time < before.time,
            };
            if !taken {
                continue;
            }
            let before = before.map(|before| (before.time, before.arrival, Arc::clone(&before.row.fields)));
            let row = StoredRow { written_ms: now, fields: rows.encode(row, &mut scratch) };
            self.take(before, time, row)?;
            self.gather.send_full(out)?;
        }
        self.late.add(late);
        self.send_changes()?;
        self.gather.send(out)
    }

    /// A row takes the place of the one before.
    fn take(&mut self, before: Option<(i64, i64, Arc<[u8]>)>, time: i64, row: StoredRow) -> Result<(), Stop> {
        let arrival = self.arrival;
        self.arrival += 1;
        let fields = Arc::clone(&row.fields);
        let key = self.key.bytes();
        if self.waits() {
            if let Some((time, arrival, _)) = before {
                self.waiting.remove(&(time, arrival, key.into()));
            }
            self.waiting.insert((time, arrival, key.into()));
            self.kept.insert(key, Kept { time, arrival, sent: false, row });
            return Ok(());
        }
        if !self.spec.keep_last {
            // That there was one is all that has to be known.
            let row = StoredRow { fields: Arc::default(), ..row };
            self.kept.insert(key, Kept { time, arrival, sent: true, row });
            return self.gather.push(RowKind::Insert, &fields, 0);
        }
        self.kept.insert(key, Kept { time, arrival, sent: true, row });
        let part =
            |(_, arrival, _): &(i64, i64, _)| self.parts.get(usize::try_from(arrival - self.first).ok()?).copied();
        let same = before.as_ref().filter(|_| !self.spec.every_change).and_then(part);
        match same {
            Some(change) => self.changes[change].1 = fields,
            None => self.changes.push((before.map(|(_, _, old)| old), fields)),
        }
        self.parts.push(same.unwrap_or(self.changes.len() - 1));
        Ok(())
    }

    fn send_changes(&mut self) -> Result<(), Stop> {
        for (old, new) in self.changes.drain(..) {
            let Some(old) = old else {
                self.gather.push(RowKind::Insert, &new, 0)?;
                continue;
            };
            let by_clock = self.spec.rowtime.is_none();
            if by_clock && self.spec.ttl_ms.is_none() && old == new {
                continue;
            }
            if self.spec.update_before {
                self.gather.push(RowKind::UpdateBefore, &old, 0)?;
            }
            self.gather.push(RowKind::UpdateAfter, &new, 0)?;
        }
        Ok(())
    }
}

impl Step for Deduplicate {
    type Spec = DeduplicateSpec;

    fn open(spec: &DeduplicateSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        if spec.input_changes {
            let message = "Deduplication of rows that are taken back is a Top-N.";
            return Err(Failure::new("org.apache.flink.table.api.TableException", message).into());
        }
        let bigint = |name: &str| Field::new(name, TypeKind::BigInt.not_null());
        let mut value = vec![bigint("time_ms"), bigint("arrival"), Field::new("sent", TypeKind::Boolean.not_null())];
        value.extend(StoredRow::columns(&spec.input));
        let key = spec.keys.iter().map(|key| spec.input.fields[*key].clone()).collect();
        let schema = StateSchema { key, value };
        let mut kept = StateTable::new("kept", schema, context.task.max_parallelism);
        let (mut waiting, mut arrival, mut watermark) = (BTreeSet::new(), 0, i64::MIN);
        if let Some(restored) = &mut context.restored {
            kept.restore(restored).map_err(|error| state_failure("a deduplication", &error))?;
            watermark = progress::restore(restored);
            for (key, kept) in kept.iter() {
                let kept: &Kept = kept;
                arrival = arrival.max(kept.arrival + 1);
                if !kept.sent {
                    waiting.insert((kept.time, kept.arrival, key.into()));
                }
            }
        }
        Ok(Self {
            spec: spec.clone(),
            types: spec.input.types(),
            kept,
            waiting,
            arrival,
            watermark,
            late: LateRecords::new(&context),
            context: Arc::clone(&context.task.eval),
            gather: Gather::new(spec.input.types(), false),
            key: RowWriter::new(),
            changes: Vec::new(),
            first: 0,
            parts: Vec::new(),
        })
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        self.apply(batch, out)
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        self.watermark = self.watermark.max(watermark);
        let now = if self.spec.ttl_ms.is_some() { now_ms(&self.context) } else { 0 };
        while self.waiting.first().is_some_and(|(time, ..)| *time <= watermark) {
            let Some((_, _, key)) = self.waiting.pop_first() else { break };
            let Some(kept) = self.kept.get_mut(&key) else { continue };
            kept.sent = true;
            let row = std::mem::replace(&mut kept.row, StoredRow { written_ms: now, fields: Arc::default() });
            self.gather.push(RowKind::Insert, &row.fields, 0)?;
            self.gather.send_full(out)?;
        }
        self.gather.send(out)?;
        Ok(true)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        if self.spec.ttl_ms.is_some() {
            let (ttl, now) = (self.spec.ttl_ms, now_ms(&self.context));
            self.kept.retain(|_, kept| !kept.sent || !kept.row.expired(ttl, now));
        }
        self.kept.snapshot(writer);
        progress::snapshot(self.watermark, writer)
    }
}
