//! `ORDER BY` over all rows. By ascending event time first, rows leave as the watermark advances; a row at or before the
//! time of the last that left is late, and dropped, as in Flink. Else all rows leave at the end of the input. It has to run
//! in one subtask.

use std::sync::Arc;

use super::{
    eval::state_failure,
    late::LateRecords,
    rows::{Gather, RowEncoder, StoredRow},
    spec::SortSpec,
    step::Step,
    top_n::{Place, buffer},
    window::times,
};
use crate::{
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    state::{SnapshotWriter, StateMap},
    types::{Batch, DataType, Field, RowKind, RowReader, RowWriter, TypeKind, sort_key::sort_key},
};

/// The operator of a [`SortSpec`].
pub struct Sort {
    spec: SortSpec,
    types: Vec<DataType>,
    rows: StateMap<Place, StoredRow>,
    arrival: i64,
    /// The time of the last row that left, milliseconds.
    left: i64,
    late: LateRecords,
    gather: Gather,
}

/// All rows are of one partition.
const ALL: &[u8] = &[];
const STATE: &str = "left";

impl Sort {
    /// Sends the rows for which `until` says true, from the first to the last.
    fn send(
        &mut self,
        until: impl Fn(&Self, &StoredRow) -> Result<bool, Stop>,
        out: &mut dyn Output,
    ) -> Result<(), Stop> {
        loop {
            let first = self.rows.rows(ALL).next().map(|(place, row)| (place.clone(), Arc::clone(&row.fields), row));
            let Some((place, fields, row)) = first else { break };
            if !until(self, row)? {
                break;
            }
            self.rows.remove(ALL, &place);
            self.gather.push(RowKind::Insert, &fields, 0)?;
            self.gather.send_full(out)?;
        }
        self.gather.send(out)
    }

    /// The event time of a row, milliseconds.
    fn time(&self, column: usize, row: &StoredRow) -> Result<i64, Stop> {
        let read = || {
            let mut fields = RowReader::new(&row.fields);
            for field in &self.spec.input.fields[..column] {
                fields.skip(&field.data_type.kind)?;
            }
            fields.read_i64()
        };
        let time = read().map_err(|error| state_failure("a row", &error.into()))?;
        Ok(time.unwrap_or(i64::MIN).div_euclid(1000))
    }

    fn take_away(&mut self, sort: Box<[u8]>, fields: &[u8]) {
        let (first, last) = (Place { sort: sort.clone(), arrival: i64::MIN }, Place { sort, arrival: i64::MAX });
        let equals = self.rows.range::<Place>(ALL, first..=last);
        let mut same = equals.filter(|(_, row)| *row.fields == *fields).map(|(place, _)| place.clone());
        let found = same.next();
        drop(same);
        if let Some(place) = found {
            self.rows.remove(ALL, &place);
        }
    }
}

impl Step for Sort {
    type Spec = SortSpec;

    fn open(spec: &SortSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let mut rows: StateMap<Place, StoredRow> = buffer(&spec.input, &[], None, context.task.max_parallelism);
        let (mut arrival, mut left) = (0, i64::MIN);
        if let Some(restored) = &mut context.restored {
            rows.restore(restored).map_err(|error| state_failure("a sort", &error))?;
            arrival = rows.iter().map(|(_, place, _)| place.arrival + 1).max().unwrap_or(0);
            let written = restored.list(STATE);
            let times = written.iter().filter_map(|element| RowReader::new(element).read_i64().ok().flatten());
            left = times.max().unwrap_or(i64::MIN);
        }
        Ok(Self {
            spec: spec.clone(),
            types: spec.input.types(),
            rows,
            arrival,
            left,
            late: LateRecords::new(&context),
            gather: Gather::new(spec.input.types(), false),
        })
    }

    fn process(&mut self, batch: &Batch, _: &mut dyn Output) -> Result<(), Stop> {
        let types = self.types.clone();
        let rows = RowEncoder::new(&batch.columns, &types);
        let times = self.spec.time_first.map(|column| times(batch, column)).transpose()?;
        let (mut scratch, mut late) = (RowWriter::new(), 0);
        for row in 0..batch.rows {
            if times.is_some_and(|times| times[row].div_euclid(1000) <= self.left) {
                late += 1;
                continue;
            }
            let mut sort = Vec::new();
            sort_key(&batch.columns, &types, &self.spec.order, row, &mut sort);
            let fields = rows.encode(row, &mut scratch);
            if batch.kind(row).adds() {
                let place = Place { sort: sort.into(), arrival: self.arrival };
                self.arrival += 1;
                self.rows.insert(ALL, place, StoredRow { written_ms: 0, fields });
            } else {
                self.take_away(sort.into(), &fields);
            }
        }
        self.late.add(late);
        Ok(())
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        if let Some(column) = self.spec.time_first {
            let mut left = self.left;
            let before =
                self.rows.rows(ALL).take_while(|(_, row)| matches!(self.time(column, row), Ok(t) if t <= watermark));
            if let Some((_, row)) = before.last() {
                left = self.time(column, row)?;
            }
            self.send(|sort, row| Ok(sort.time(column, row)? <= watermark), out)?;
            self.left = left;
        }
        Ok(true)
    }

    fn end_input(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        self.send(|_, _| Ok(true), out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.rows.snapshot(writer);
        let mut row = RowWriter::new();
        row.i64(self.left);
        let field = Field::new("left_time_ms", TypeKind::BigInt.not_null());
        writer.list(STATE, vec![field], vec![row.into_bytes().into()]);
        Ok(())
    }
}
