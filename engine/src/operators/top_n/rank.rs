//! The rows between two ranks of each partition, kept up to date.
//!
//! The rows that a batch moves in and out of the ranks are sent as one change of each partition, the partitions in the order
//! in which they were touched; for every change by itself, as Flink sends them, the batches are cut into rows. Of an input
//! of inserts only the rows up to the last rank are kept; else all, for those behind may come to the front.

use std::{collections::hash_map::Entry, sync::Arc};

use rustc_hash::{FxHashMap, FxHashSet};

use super::buffer::{Place, buffer};
use crate::{
    expr::EvalContext,
    operators::{
        cells::KeyCells,
        eval::{now_ms, state_failure},
        rows::{Gather, RowEncoder, StoredRow},
        spec::TopNSpec,
        step::Step,
    },
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    state::{SnapshotWriter, StateMap},
    types::{Batch, DataType, RowKind, RowWriter, sort_key::sort_key},
};

/// The operator of a [`TopNSpec`].
pub struct TopN {
    spec: TopNSpec,
    types: Vec<DataType>,
    context: Arc<EvalContext>,
    rows: StateMap<Place, StoredRow>,
    /// The place of the row of each unique key, by partition and key.
    places: FxHashMap<Box<[u8]>, Place>,
    /// The number of the next row.
    arrival: i64,
    gather: Gather,
}

/// A partition that a batch touches, and its rows up to the last rank before it.
struct Touched {
    partition: Box<[u8]>,
    before: Vec<(Place, Arc<[u8]>)>,
}

/// What the rows of a batch are, beside their values.
struct Incoming<'a> {
    partitions: KeyCells<'a>,
    unique: Option<KeyCells<'a>>,
    rows: RowEncoder<'a>,
    key: RowWriter,
    scratch: RowWriter,
    now: i64,
}

impl TopN {
    fn apply(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let (spec, types) = (self.spec.clone(), self.types.clone());
        let fields = &spec.input.fields;
        let mut incoming = Incoming {
            partitions: KeyCells::new(batch, &spec.partition, fields),
            unique: spec.unique_key.as_ref().map(|key| KeyCells::new(batch, key, fields)),
            rows: RowEncoder::new(&batch.columns, &types),
            key: RowWriter::new(),
            scratch: RowWriter::new(),
            now: if spec.ttl_ms.is_some() { now_ms(&self.context) } else { 0 },
        };
        let mut touched: Vec<Touched> = Vec::new();
        let mut known: FxHashSet<Box<[u8]>> = FxHashSet::default();
        let mut sort = Vec::new();
        for row in 0..batch.rows {
            incoming.key.clear();
            incoming.partitions.encode(row, &mut incoming.key);
            sort.clear();
            sort_key(&batch.columns, &types, &spec.order, row, &mut sort);
            if !spec.input_changes && self.is_behind(incoming.key.bytes(), &sort, incoming.now) {
                continue;
            }
            if !known.contains(incoming.key.bytes()) {
                let partition: Box<[u8]> = incoming.key.bytes().into();
                known.insert(partition.clone());
                self.expire(&partition, incoming.now);
                let before = self.first_rows(&partition);
                touched.push(Touched { partition, before });
            }
            self.change(batch.kind(row), row, sort.as_slice().into(), &mut incoming);
        }
        for touched in touched {
            self.send(&touched)?;
            if !spec.input_changes {
                self.forget_behind(&touched.partition);
            }
            self.gather.send_full(out)?;
        }
        self.gather.send(out)
    }

    /// Whether a new row would stand behind the last rank.
    fn is_behind(&self, partition: &[u8], sort: &[u8], now: i64) -> bool {
        // Behind it may be rows of this batch, which are forgotten at its end.
        let last = self.rows.at(partition, (self.spec.to as usize).saturating_sub(1));
        last.is_some_and(|(place, row)| *place.sort <= *sort && !row.expired(self.spec.ttl_ms, now))
    }

    fn expire(&mut self, partition: &[u8], now: i64) {
        let ttl = self.spec.ttl_ms;
        if ttl.is_some() {
            let old = self.rows.rows(partition).filter(|(_, row)| row.expired(ttl, now));
            let old: Vec<Place> = old.map(|(place, _)| place.clone()).collect();
            old.iter().for_each(|place| drop(self.rows.remove(partition, place)));
        }
    }

    /// The rows up to the last rank.
    fn first_rows(&self, partition: &[u8]) -> Vec<(Place, Arc<[u8]>)> {
        let rows = self.rows.rows(partition).take(self.spec.to as usize);
        rows.map(|(place, row)| (place.clone(), Arc::clone(&row.fields))).collect()
    }

    /// Puts a row in its place, or takes it away.
    fn change(&mut self, kind: RowKind, row: usize, sort: Box<[u8]>, incoming: &mut Incoming<'_>) {
        let prefix = incoming.key.bytes().len();
        let unique: Option<Box<[u8]>> = incoming.unique.as_ref().map(|unique| {
            unique.encode(row, &mut incoming.key);
            incoming.key.bytes().into()
        });
        let key = std::mem::take(&mut incoming.key);
        let partition = &key.bytes()[..prefix];
        let fields = incoming.rows.encode(row, &mut incoming.scratch);
        let replaced = unique.as_ref().and_then(|unique| self.places.remove(unique));
        if let Some(place) = &replaced {
            self.rows.remove(partition, place);
        }
        if kind.adds() {
            // Among equals a row that replaces another stands where that one stood.
            let kept = replaced.filter(|place| place.sort == sort).map(|place| place.arrival);
            let place = Place { sort, arrival: kept.unwrap_or(self.arrival) };
            self.arrival += 1;
            if let Some(unique) = unique {
                self.places.insert(unique, place.clone());
            }
            self.rows.insert(partition, place, StoredRow { written_ms: incoming.now, fields });
        } else if unique.is_none() {
            self.take_away(partition, sort, &fields);
        }
        incoming.key = key;
    }

    /// Removes the first row that is the same; one that never came is passed over.
    fn take_away(&mut self, partition: &[u8], sort: Box<[u8]>, fields: &[u8]) {
        let (first, last) = (Place { sort: sort.clone(), arrival: i64::MIN }, Place { sort, arrival: i64::MAX });
        let equals = self.rows.range::<Place>(partition, first..=last);
        let mut same = equals.filter(|(_, row)| *row.fields == *fields).map(|(place, _)| place.clone());
        let found = same.next();
        drop(same);
        if let Some(place) = found {
            self.rows.remove(partition, &place);
        }
    }

    /// Sends what has changed between the ranks.
    fn send(&mut self, touched: &Touched) -> Result<(), Stop> {
        let (before, after) = (&touched.before, self.first_rows(&touched.partition));
        let from = self.spec.from.saturating_sub(1) as usize;
        if self.spec.rank_number || from > 0 {
            return self.send_by_rank(before, &after, from);
        }
        let is_in = |row: &(Place, Arc<[u8]>), rows: &[(Place, Arc<[u8]>)]| {
            rows.binary_search_by(|other| other.0.cmp(&row.0)).is_ok_and(|found| rows[found].1 == row.1)
        };
        for row in before.iter().filter(|row| !is_in(row, &after)) {
            self.gather.push(RowKind::Delete, &row.1, 0)?;
        }
        for row in after.iter().filter(|row| !is_in(row, before)) {
            self.gather.push(RowKind::Insert, &row.1, 0)?;
        }
        Ok(())
    }

    fn send_by_rank(
        &mut self,
        before: &[(Place, Arc<[u8]>)],
        after: &[(Place, Arc<[u8]>)],
        from: usize,
    ) -> Result<(), Stop> {
        for rank in from..before.len().max(after.len()) {
            let number = rank as i64 + 1;
            match (before.get(rank), after.get(rank)) {
                (Some(old), Some(new)) if old.1 == new.1 => {}
                (Some(old), Some(new)) => {
                    if self.spec.update_before {
                        self.gather.push(RowKind::UpdateBefore, &old.1, number)?;
                    }
                    self.gather.push(RowKind::UpdateAfter, &new.1, number)?;
                }
                (None, Some(new)) => self.gather.push(RowKind::Insert, &new.1, number)?,
                (Some(old), None) => self.gather.push(RowKind::Delete, &old.1, number)?,
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// Forgets the rows behind the last rank.
    fn forget_behind(&mut self, partition: &[u8]) {
        let behind = self.rows.rows(partition).skip(self.spec.to as usize);
        let behind: Vec<Place> = behind.map(|(place, _)| place.clone()).collect();
        behind.iter().for_each(|place| drop(self.rows.remove(partition, place)));
    }

    /// Finds the places of unique keys, and the number of the next row, after a restore.
    fn index(&mut self) -> Result<(), Stop> {
        for (partition, place, row) in self.rows.iter() {
            self.arrival = self.arrival.max(place.arrival + 1);
            let Some(unique) = &self.spec.unique_key else { continue };
            let mut gather = Gather::new(self.types.clone(), false);
            gather.push(RowKind::Insert, &row.fields, 0)?;
            let batch = gather.finish();
            let mut key = RowWriter::new();
            key.raw(partition);
            KeyCells::new(&batch, unique, &self.spec.input.fields).encode(0, &mut key);
            if let Entry::Vacant(entry) = self.places.entry(key.bytes().into()) {
                entry.insert(place.clone());
            }
        }
        Ok(())
    }
}

impl Step for TopN {
    type Spec = TopNSpec;

    fn open(spec: &TopNSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let rows = buffer(&spec.input, &spec.partition, None, context.task.max_parallelism);
        let mut top = Self {
            spec: spec.clone(),
            types: spec.input.types(),
            context: Arc::clone(&context.task.eval),
            rows,
            places: FxHashMap::default(),
            arrival: 0,
            gather: Gather::new(spec.input.types(), spec.rank_number),
        };
        if let Some(restored) = &mut context.restored {
            top.rows.restore(restored).map_err(|error| state_failure("a Top-N", &error))?;
            top.index()?;
        }
        Ok(top)
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        if self.spec.every_change {
            return (0..batch.rows).try_for_each(|row| self.apply(&batch.slice(row, 1), out));
        }
        self.apply(batch, out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.rows.snapshot(writer);
        Ok(())
    }
}
