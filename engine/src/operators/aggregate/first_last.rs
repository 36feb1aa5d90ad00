//! `FIRST_VALUE`, `LAST_VALUE` and `SINGLE_VALUE` where nothing is taken back.

use arrow_array::{Array, ArrayRef};

use super::accumulator::{Accumulator, Rows, grow};
use crate::{
    operators::keyed::Slot,
    runtime::{Failure, Stop},
    types::{ColumnBuilder, DataType, Field, RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError},
};

/// The first or the last value that is not NULL.
pub struct FirstLast {
    last: bool,
    data_type: DataType,
    values: Vec<Value>,
    /// For each slot, the row of the batch whose value is to be kept.
    rows: Vec<u32>,
}

/// No row of a batch.
const NONE: u32 = u32::MAX;

impl FirstLast {
    /// Of values of this type; the last, else the first.
    pub fn new(last: bool, data_type: DataType) -> Self {
        Self { last, data_type, values: Vec::new(), rows: Vec::new() }
    }
}

impl Accumulator for FirstLast {
    fn fields(&self) -> Vec<Field> {
        vec![Field::new("value", self.data_type.clone().with_nullable(true))]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, Value::Null);
        grow(&mut self.rows, slots, NONE);
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize] = Value::Null;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let column = &arguments[0];
        let (kept, values, last) = (&mut self.rows, &mut self.values, self.last);
        let mut touched = Vec::new();
        rows.each_valid(column.nulls(), |row, slot, _| {
            if kept[slot] == NONE && (last || values[slot].is_null()) {
                touched.push(slot);
                kept[slot] = row as u32;
            } else if last {
                kept[slot] = row as u32;
            }
        });
        for slot in touched {
            let row = std::mem::replace(&mut kept[slot], NONE);
            values[slot] = Value::at(column, row as usize, &self.data_type.kind);
        }
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let added = self.values[from as usize].clone();
        let value = &mut self.values[into as usize];
        if !added.is_null() && (self.last || value.is_null()) {
            *value = added;
        }
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let mut column = ColumnBuilder::new(&self.data_type.kind);
        slots.iter().for_each(|slot| column.push(&self.values[*slot as usize]));
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        row.value(&self.values[slot as usize], &self.data_type.kind);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.values[slot as usize] = row.value(&self.data_type.kind)?;
        Ok(())
    }
}

/// The one value; a second one fails the job, as in Flink.
pub struct SingleValue {
    data_type: DataType,
    values: Vec<(Value, i64)>,
}

impl SingleValue {
    /// Of values of this type.
    pub fn new(data_type: DataType) -> Self {
        Self { data_type, values: Vec::new() }
    }
}

impl Accumulator for SingleValue {
    fn fields(&self) -> Vec<Field> {
        let count = Field::new("count", TypeKind::BigInt.not_null());
        vec![Field::new("value", self.data_type.clone().with_nullable(true)), count]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, (Value::Null, 0));
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize] = (Value::Null, 0);
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let (values, mut second) = (&mut self.values, false);
        rows.each(|row, slot, sign| {
            let (value, count) = &mut values[slot];
            second |= sign > 0 && *count > 0;
            *count += sign;
            *value = match sign {
                1 => Value::at(&arguments[0], row, &self.data_type.kind),
                _ => Value::Null,
            };
        });
        if second {
            let message = "SingleValueAggFunction received more than one element.";
            return Err(Failure::new("java.lang.RuntimeException", message).into());
        }
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let (value, count) = self.values[from as usize].clone();
        if count > 0 {
            self.values[into as usize] = (value, self.values[into as usize].1 + count);
        }
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let mut column = ColumnBuilder::new(&self.data_type.kind);
        slots.iter().for_each(|slot| column.push(&self.values[*slot as usize].0));
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let (value, count) = &self.values[slot as usize];
        row.value(value, &self.data_type.kind);
        row.i64(*count);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.values[slot as usize] = (row.value(&self.data_type.kind)?, row.read_i64()?.unwrap_or(0));
        Ok(())
    }
}
