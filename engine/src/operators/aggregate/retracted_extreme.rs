//! `MIN` and `MAX` of values that may be taken back: all of them are kept, sorted.

use std::collections::{BTreeMap, btree_map::Entry};

use arrow_array::{Array, ArrayRef, Decimal128Array, cast::AsArray, types::Decimal128Type};

use super::{
    accumulator::{Accumulator, Rows, grow},
    extreme::End,
    sort_value::SortValue,
};
use crate::{
    operators::{cells::Cells, keyed::Slot},
    runtime::Stop,
    types::{ColumnBuilder, DataType, Field, RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError},
};

/// Values as they are sorted.
pub trait Sorted: Ord + Clone + Send {
    /// A column of them.
    type Column<'a>;
    /// The column, of type `kind`.
    fn column<'a>(array: &'a ArrayRef, kind: &'a TypeKind) -> Self::Column<'a>;
    /// The value at a row that is not NULL.
    fn at(column: &Self::Column<'_>, row: usize) -> Self;
    /// The value, of type `kind`.
    fn value(&self, kind: &TypeKind) -> Value;
    /// The value; not NULL.
    fn of(value: &Value) -> Self;
}

/// Integers, dates and times.
impl Sorted for i64 {
    type Column<'a> = Vec<i64>;

    fn column<'a>(array: &'a ArrayRef, kind: &'a TypeKind) -> Vec<i64> {
        match Cells::new(array, kind) {
            Cells::Int8(values, _) => values.iter().map(|value| (*value).into()).collect(),
            Cells::Int16(values, _) => values.iter().map(|value| (*value).into()).collect(),
            Cells::Int32(values, _) => values.iter().map(|value| (*value).into()).collect(),
            Cells::Int64(values, _) => values.to_vec(),
            // Of other types there is another column.
            _ => vec![0; array.len()],
        }
    }

    fn at(column: &Vec<i64>, row: usize) -> i64 {
        column[row]
    }

    fn value(&self, kind: &TypeKind) -> Value {
        SortValue::Whole((*self).into()).value(kind)
    }

    fn of(value: &Value) -> i64 {
        match SortValue::of(value) {
            SortValue::Whole(value) => value as i64,
            _ => 0,
        }
    }
}

/// Decimals.
impl Sorted for i128 {
    type Column<'a> = Option<&'a Decimal128Array>;

    fn column<'a>(array: &'a ArrayRef, _: &'a TypeKind) -> Option<&'a Decimal128Array> {
        array.as_primitive_opt::<Decimal128Type>()
    }

    fn at(column: &Option<&Decimal128Array>, row: usize) -> i128 {
        column.map_or(0, |column| column.value(row))
    }

    fn value(&self, _: &TypeKind) -> Value {
        Value::Decimal(*self)
    }

    fn of(value: &Value) -> i128 {
        match value {
            Value::Decimal(value) => *value,
            _ => 0,
        }
    }
}

/// All other types.
impl Sorted for SortValue {
    type Column<'a> = (&'a ArrayRef, &'a TypeKind);

    fn column<'a>(array: &'a ArrayRef, kind: &'a TypeKind) -> (&'a ArrayRef, &'a TypeKind) {
        (array, kind)
    }

    fn at((array, kind): &(&ArrayRef, &TypeKind), row: usize) -> Self {
        Self::at(array, row, kind)
    }

    fn value(&self, kind: &TypeKind) -> Value {
        self.value(kind)
    }

    fn of(value: &Value) -> Self {
        Self::of(value)
    }
}

/// The extreme of values of any type that has an order.
pub struct RetractedExtreme<T> {
    end: End,
    data_type: DataType,
    /// How often each value is there: less than 0 where it was taken back before it came.
    values: Vec<BTreeMap<T, i64>>,
}

impl<T: Sorted> RetractedExtreme<T> {
    /// Of values of this type.
    pub fn new(end: End, data_type: DataType) -> Self {
        Self { end, data_type, values: Vec::new() }
    }

    fn result(&self, slot: Slot) -> Option<&T> {
        let mut there = self.values[slot as usize].iter().filter(|(_, count)| **count > 0);
        let found = match self.end {
            End::Least => there.next(),
            End::Greatest => there.next_back(),
        };
        found.map(|(value, _)| value)
    }
}

fn add<T: Ord>(counts: &mut BTreeMap<T, i64>, value: T, change: i64) {
    match counts.entry(value) {
        Entry::Vacant(place) => {
            place.insert(change);
        }
        Entry::Occupied(mut place) => {
            *place.get_mut() += change;
            if *place.get() == 0 {
                place.remove();
            }
        }
    }
}

impl<T: Sorted> Accumulator for RetractedExtreme<T> {
    fn fields(&self) -> Vec<Field> {
        let value = Box::new(self.data_type.clone().with_nullable(false));
        vec![Field::new("counts", TypeKind::Map(value, Box::new(TypeKind::BigInt.not_null())).not_null())]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, BTreeMap::new());
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize].clear();
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let column = T::column(&arguments[0], &self.data_type.kind);
        let values = &mut self.values;
        rows.each_valid(arguments[0].nulls(), |row, slot, sign| add(&mut values[slot], T::at(&column, row), sign));
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let added = self.values[from as usize].clone();
        let values = &mut self.values[into as usize];
        added.into_iter().for_each(|(value, count)| add(values, value, count));
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let kind = &self.data_type.kind;
        let mut column = ColumnBuilder::new(kind);
        for slot in slots {
            match self.result(*slot) {
                Some(value) => column.push(&value.value(kind)),
                None => column.push_null(),
            }
        }
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let counts = &self.values[slot as usize];
        row.begin(Some(counts.len()));
        for (value, count) in counts {
            row.value(&value.value(&self.data_type.kind), &self.data_type.kind);
            row.i64(*count);
        }
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let length = if row.valid()? { row.length()? } else { 0 };
        let counts = &mut self.values[slot as usize];
        counts.clear();
        for _ in 0..length {
            let value = T::of(&row.value(&self.data_type.kind)?);
            counts.insert(value, row.read_i64()?.unwrap_or(0));
        }
        Ok(())
    }
}
