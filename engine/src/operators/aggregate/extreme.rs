//! `MIN` and `MAX` where nothing is taken back.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray, StringArray, cast::AsArray};
use arrow_schema::DataType as ArrowType;

use super::accumulator::{Accumulator, Rows, grow};
use crate::{
    operators::keyed::Slot,
    runtime::Stop,
    types::{DataType, Field, RowReader, RowWriter, Value, row_codec::DecodeError},
};

/// Which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// `MIN`
    Least,
    /// `MAX`
    Greatest,
}

fn field(data_type: &DataType) -> Vec<Field> {
    vec![Field::new("value", data_type.clone().with_nullable(true))]
}

/// The extreme of numbers, dates and times. Floats compare as Java's `<` and `>` do: NaN replaces nothing.
pub struct NumberExtreme<T: ArrowPrimitiveType> {
    end: End,
    data_type: DataType,
    arrow: ArrowType,
    values: Vec<Option<T::Native>>,
}

impl<T: ArrowPrimitiveType> NumberExtreme<T> {
    /// Of values of this type.
    pub fn new(end: End, data_type: DataType) -> Self {
        Self { end, arrow: data_type.kind.arrow(), data_type, values: Vec::new() }
    }

    #[inline]
    fn take(end: End, kept: &mut Option<T::Native>, value: T::Native) {
        let better = match (&kept, end) {
            (None, _) => true,
            (Some(kept), End::Least) => value < *kept,
            (Some(kept), End::Greatest) => value > *kept,
        };
        if better {
            *kept = Some(value);
        }
    }

    fn column(&self, slots: &[Slot]) -> PrimitiveArray<T> {
        let values: PrimitiveArray<T> = slots.iter().map(|slot| self.values[*slot as usize]).collect();
        values.with_data_type(self.arrow.clone())
    }
}

impl<T: ArrowPrimitiveType> Accumulator for NumberExtreme<T> {
    fn fields(&self) -> Vec<Field> {
        field(&self.data_type)
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, None);
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize] = None;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let Some(array) = arguments[0].as_primitive_opt::<T>() else { return Ok(()) };
        let (values, kept, end) = (array.values(), &mut self.values, self.end);
        rows.each_valid(array.nulls(), |row, slot, _| Self::take(end, &mut kept[slot], values[row]));
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        if let Some(value) = self.values[from as usize] {
            Self::take(self.end, &mut self.values[into as usize], value);
        }
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        Arc::new(self.column(slots))
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        row.cell(&self.column(&[slot]), 0, &self.data_type.kind);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let mut column = crate::types::ColumnBuilder::new(&self.data_type.kind);
        row.read_into(&mut column, &self.data_type.kind)?;
        let column = column.finish();
        let value = column.as_primitive_opt::<T>().filter(|array| array.is_valid(0)).map(|array| array.value(0));
        self.values[slot as usize] = value;
        Ok(())
    }
}

/// The extreme of strings: by their bytes, which for UTF-8 is by code point.
pub struct TextExtreme {
    end: End,
    data_type: DataType,
    values: Vec<Option<Box<str>>>,
}

impl TextExtreme {
    /// Of strings of this type.
    pub fn new(end: End, data_type: DataType) -> Self {
        Self { end, data_type, values: Vec::new() }
    }

    fn take(end: End, kept: &mut Option<Box<str>>, value: &str) {
        let better = match (&kept, end) {
            (None, _) => true,
            (Some(kept), End::Least) => value < &**kept,
            (Some(kept), End::Greatest) => value > &**kept,
        };
        if better {
            *kept = Some(value.into());
        }
    }
}

impl Accumulator for TextExtreme {
    fn fields(&self) -> Vec<Field> {
        field(&self.data_type)
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, None);
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize] = None;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let Some(array) = arguments[0].as_string_opt::<i32>() else { return Ok(()) };
        let (kept, end) = (&mut self.values, self.end);
        rows.each_valid(array.nulls(), |row, slot, _| Self::take(end, &mut kept[slot], array.value(row)));
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        if let Some(value) = self.values[from as usize].clone() {
            Self::take(self.end, &mut self.values[into as usize], &value);
        }
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        Arc::new(slots.iter().map(|slot| self.values[*slot as usize].as_deref()).collect::<StringArray>())
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        match &self.values[slot as usize] {
            Some(value) => row.slice(value.as_bytes()),
            None => row.null(),
        }
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.values[slot as usize] = row.read_text()?.map(Into::into);
        Ok(())
    }
}

/// The extreme of truth values: FALSE is less.
pub struct BooleanExtreme {
    end: End,
    data_type: DataType,
    values: Vec<Option<bool>>,
}

impl BooleanExtreme {
    /// Of values of this type.
    pub fn new(end: End, data_type: DataType) -> Self {
        Self { end, data_type, values: Vec::new() }
    }

    fn take(end: End, kept: &mut Option<bool>, value: bool) {
        *kept = Some(match end {
            End::Least => kept.unwrap_or(true) && value,
            End::Greatest => kept.unwrap_or(false) || value,
        });
    }
}

impl Accumulator for BooleanExtreme {
    fn fields(&self) -> Vec<Field> {
        field(&self.data_type)
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, None);
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize] = None;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let Some(array) = arguments[0].as_boolean_opt() else { return Ok(()) };
        let (kept, end) = (&mut self.values, self.end);
        rows.each_valid(array.nulls(), |row, slot, _| Self::take(end, &mut kept[slot], array.value(row)));
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        if let Some(value) = self.values[from as usize] {
            Self::take(self.end, &mut self.values[into as usize], value);
        }
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        Arc::new(slots.iter().map(|slot| self.values[*slot as usize]).collect::<BooleanArray>())
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        row.value(&self.values[slot as usize].map_or(Value::Null, Value::Boolean), &self.data_type.kind);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.values[slot as usize] = row.read_bool()?;
        Ok(())
    }
}
