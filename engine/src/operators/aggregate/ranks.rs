//! `RANK` and `DENSE_RANK`, and `LAG`: of rows as they follow each other in an OVER window.

use std::{collections::VecDeque, sync::Arc};

use arrow_array::{Array, ArrayRef, Int64Array, cast::AsArray, types::Int32Type};

use super::accumulator::{Accumulator, Rows, grow};
use crate::{
    operators::keyed::Slot,
    runtime::Stop,
    types::{ColumnBuilder, DataType, Field, RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError},
};

/// The rank of the last row, by the argument: what rows are ordered by.
pub struct Rank {
    dense: bool,
    order: DataType,
    ranks: Vec<LastRank>,
}

/// The last row's value, its rank, and how many rows there were.
type LastRank = (Option<Box<[u8]>>, i64, i64);

impl Rank {
    /// Of rows in the order of values of this type; `dense`: without gaps.
    pub fn new(dense: bool, order: DataType) -> Self {
        Self { dense, order, ranks: Vec::new() }
    }
}

impl Accumulator for Rank {
    fn fields(&self) -> Vec<Field> {
        let bigint = |name| Field::new(name, TypeKind::BigInt.not_null());
        vec![Field::new("last", TypeKind::BYTES.nullable()), bigint("rank"), bigint("rows")]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.ranks, slots, (None, 0, 0));
    }

    fn reset(&mut self, slot: Slot) {
        self.ranks[slot as usize] = (None, 0, 0);
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let (ranks, kind, dense) = (&mut self.ranks, &self.order.kind, self.dense);
        let mut writer = RowWriter::new();
        rows.each(|row, slot, _| {
            writer.clear();
            writer.cell(&arguments[0], row, kind);
            let (last, rank, count) = &mut ranks[slot];
            *count += 1;
            if last.as_deref() != Some(writer.bytes()) {
                *rank = if dense { *rank + 1 } else { *count };
                *last = Some(writer.bytes().into());
            }
        });
        Ok(())
    }

    fn merge(&mut self, _: Slot, _: Slot) {}

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        Arc::new(slots.iter().map(|slot| self.ranks[*slot as usize].1).collect::<Int64Array>())
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let (last, rank, count) = &self.ranks[slot as usize];
        match last {
            Some(last) => row.slice(last),
            None => row.null(),
        }
        row.i64(*rank);
        row.i64(*count);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let last = row.read_slice()?.map(Into::into);
        self.ranks[slot as usize] = (last, row.read_i64()?.unwrap_or(0), row.read_i64()?.unwrap_or(0));
        Ok(())
    }
}

/// The value of the row so many rows before; where there is none, the default that the row has.
pub struct Lag {
    data_type: DataType,
    /// The values from the oldest that is asked for to the last row's, and the last row's offset and default.
    slots: Vec<Last>,
}

#[derive(Clone)]
struct Last {
    values: VecDeque<Value>,
    offset: usize,
    default: Value,
}

impl Lag {
    /// Of values of this type.
    pub fn new(data_type: DataType) -> Self {
        Self { data_type, slots: Vec::new() }
    }
}

const NOTHING: Last = Last { values: VecDeque::new(), offset: 1, default: Value::Null };

impl Accumulator for Lag {
    fn fields(&self) -> Vec<Field> {
        let value = self.data_type.clone().with_nullable(true);
        vec![
            Field::new("values", TypeKind::Array(Box::new(value.clone())).not_null()),
            Field::new("offset", TypeKind::BigInt.not_null()),
            Field::new("default", value),
        ]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.slots, slots, NOTHING);
    }

    fn reset(&mut self, slot: Slot) {
        self.slots[slot as usize] = NOTHING;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let kind = &self.data_type.kind;
        let offsets = arguments.get(1).and_then(|offsets| offsets.as_primitive_opt::<Int32Type>());
        let slots = &mut self.slots;
        rows.each(|row, slot, _| {
            let last = &mut slots[slot];
            last.offset = offsets.filter(|offsets| offsets.is_valid(row)).map_or(1, |o| o.value(row).max(0) as usize);
            last.default = arguments.get(2).map_or(Value::Null, |column| Value::at(column, row, kind));
            last.values.push_back(Value::at(&arguments[0], row, kind));
            while last.values.len() > last.offset + 1 {
                last.values.pop_front();
            }
        });
        Ok(())
    }

    fn merge(&mut self, _: Slot, _: Slot) {}

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let mut column = ColumnBuilder::new(&self.data_type.kind);
        for slot in slots {
            let last = &self.slots[*slot as usize];
            match last.values.front().filter(|_| last.values.len() > last.offset) {
                Some(value) => column.push(value),
                None => column.push(&last.default),
            }
        }
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let last = &self.slots[slot as usize];
        row.begin(Some(last.values.len()));
        last.values.iter().for_each(|value| row.value(value, &self.data_type.kind));
        row.i64(last.offset as i64);
        row.value(&last.default, &self.data_type.kind);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let length = if row.valid()? { row.length()? } else { 0 };
        let values = (0..length).map(|_| row.value(&self.data_type.kind)).collect::<Result<_, _>>()?;
        let offset = row.read_i64()?.unwrap_or(1) as usize;
        self.slots[slot as usize] = Last { values, offset, default: row.value(&self.data_type.kind)? };
        Ok(())
    }
}
