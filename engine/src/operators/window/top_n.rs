//! Top-N and deduplication within windows: the rows between two ranks of each window and partition, sent when the window is
//! over. Nothing is taken back; windows in the order of their ends, partitions in the order of their first rows.

use std::collections::BTreeMap;

use super::{assigner::times, progress, time::WindowTime};
use crate::{
    operators::{
        cells::KeyCells,
        eval::state_failure,
        late::LateRecords,
        rows::{Gather, RowEncoder, StoredRow},
        spec::WindowTopNSpec,
        step::Step,
        top_n::{Place, WindowPlace, buffer},
    },
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    state::{SnapshotWriter, StateMap},
    types::{Batch, DataType, RowKind, RowWriter, sort_key::sort_key},
};

/// The operator of a [`WindowTopNSpec`].
pub struct WindowTopN {
    spec: WindowTopNSpec,
    types: Vec<DataType>,
    time: WindowTime,
    rows: StateMap<WindowPlace, StoredRow>,
    /// The partitions that have rows in each window, by its end.
    windows: BTreeMap<i64, Vec<Box<[u8]>>>,
    /// The number of the next row.
    arrival: i64,
    progress: i64,
    late: LateRecords,
    gather: Gather,
}

/// The first and the last place that a window's rows can have.
fn bounds(end: i64) -> std::ops::Range<WindowPlace> {
    let first = |end| WindowPlace { end, place: Place { sort: Box::default(), arrival: i64::MIN } };
    first(end)..first(end.saturating_add(1))
}

impl WindowTopN {
    /// Keeps a row, where it is not behind the last rank of its window.
    fn keep(&mut self, partition: &[u8], end: i64, sort: Vec<u8>, row: StoredRow) {
        let most = self.spec.to as usize;
        if self.rows.range(partition, bounds(end)).next().is_none() {
            self.windows.entry(end).or_default().push(partition.into());
        }
        let arrival = if self.spec.last_of_equals { -self.arrival } else { self.arrival };
        self.arrival += 1;
        let place = WindowPlace { end, place: Place { sort: sort.into(), arrival } };
        let last = self.rows.range(partition, bounds(end)).nth(most.saturating_sub(1)).map(|(place, _)| place.clone());
        if let Some(last) = last {
            if place > last {
                return;
            }
            self.rows.remove(partition, &last);
        }
        self.rows.insert(partition, place, row);
    }

    fn fire(&mut self, end: i64, out: &mut dyn Output) -> Result<(), Stop> {
        for partition in self.windows.remove(&end).unwrap_or_default() {
            let rows: Vec<_> = self.rows.range(&partition, bounds(end)).map(|(place, _)| place.clone()).collect();
            for (rank, place) in (1..).zip(rows) {
                let Some(row) = self.rows.remove(&partition, &place) else { continue };
                if rank >= self.spec.from {
                    self.gather.push(RowKind::Insert, &row.fields, rank as i64)?;
                }
            }
            self.gather.send_full(out)?;
        }
        self.gather.send(out)
    }

    /// Finds the windows and the number of the next row after a restore.
    fn index(&mut self) {
        let mut partitions: BTreeMap<i64, BTreeMap<i64, Box<[u8]>>> = BTreeMap::new();
        let mut seen: BTreeMap<(i64, &[u8]), i64> = BTreeMap::new();
        for (partition, place, _) in self.rows.iter() {
            let arrival = place.place.arrival.abs();
            self.arrival = self.arrival.max(arrival + 1);
            let first = seen.entry((place.end, partition)).or_insert(arrival);
            *first = arrival.min(*first);
        }
        for ((end, partition), arrival) in seen {
            partitions.entry(end).or_default().insert(arrival, partition.into());
        }
        self.windows = partitions.into_iter().map(|(end, keys)| (end, keys.into_values().collect())).collect();
    }
}

impl Step for WindowTopN {
    type Spec = WindowTopNSpec;

    fn open(spec: &WindowTopNSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let rows = buffer(&spec.input, &spec.partition, Some("window_end_ms"), context.task.max_parallelism);
        let mut top = Self {
            spec: spec.clone(),
            types: spec.input.types(),
            time: WindowTime::new(spec.zone.clone()),
            rows,
            windows: BTreeMap::new(),
            arrival: 0,
            progress: i64::MIN,
            late: LateRecords::new(&context),
            gather: Gather::new(spec.input.types(), spec.rank_number),
        };
        if let Some(restored) = &mut context.restored {
            top.rows.restore(restored).map_err(|error| state_failure("a window Top-N", &error))?;
            top.progress = progress::restore(restored);
            top.index();
        }
        Ok(top)
    }

    fn process(&mut self, batch: &Batch, _: &mut dyn Output) -> Result<(), Stop> {
        let types = self.types.clone();
        let fields = self.spec.input.fields.clone();
        let keys = KeyCells::new(batch, &self.spec.partition, &fields);
        let rows = RowEncoder::new(&batch.columns, &types);
        let ends = times(batch, self.spec.window_end)?;
        let (mut key, mut scratch, mut late) = (RowWriter::new(), RowWriter::new(), 0);
        for (row, end) in ends.iter().enumerate() {
            let end = end.div_euclid(1000);
            if self.time.trigger(end - 1) <= self.progress {
                late += 1;
                continue;
            }
            key.clear();
            keys.encode(row, &mut key);
            let mut sort = Vec::new();
            sort_key(&batch.columns, &types, &self.spec.order, row, &mut sort);
            let stored = StoredRow { written_ms: 0, fields: rows.encode(row, &mut scratch) };
            self.keep(key.bytes(), end, sort, stored);
        }
        self.late.add(late);
        Ok(())
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        while let Some((&end, _)) = self.windows.first_key_value()
            && self.time.trigger(end - 1) <= watermark
        {
            self.fire(end, out)?;
        }
        self.progress = self.progress.max(watermark);
        Ok(true)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.rows.snapshot(writer);
        progress::snapshot(self.progress, writer)
    }
}
