//! `COLLECT`, of values and how often each is there, and `JSON_OBJECTAGG`, of keys and values.

use std::collections::BTreeMap;

use arrow_array::{Array, ArrayRef};

use super::accumulator::{Accumulator, Rows, grow};
use crate::{
    operators::keyed::Slot,
    runtime::{Failure, Stop},
    types::{
        ColumnBuilder, DataType, Field, RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError, value::text_at,
    },
};

/// `COLLECT`: a multiset of the values that are not NULL.
pub struct Collect {
    element: DataType,
    result: DataType,
    /// How often each value, as a row's field, is there.
    values: Vec<BTreeMap<Box<[u8]>, i64>>,
}

impl Collect {
    /// Of values of type `element`.
    pub fn new(element: DataType, result: DataType) -> Self {
        Self { element, result, values: Vec::new() }
    }
}

fn add(counts: &mut BTreeMap<Box<[u8]>, i64>, value: &[u8], change: i64) {
    let Some(count) = counts.get_mut(value) else {
        counts.insert(value.into(), change);
        return;
    };
    *count += change;
    if *count == 0 {
        counts.remove(value);
    }
}

impl Accumulator for Collect {
    fn fields(&self) -> Vec<Field> {
        let element = Box::new(self.element.clone().with_nullable(false));
        vec![Field::new("counts", TypeKind::Map(element, Box::new(TypeKind::BigInt.not_null())).not_null())]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, BTreeMap::new());
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize].clear();
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let (values, column, kind) = (&mut self.values, &arguments[0], &self.element.kind);
        let mut writer = RowWriter::new();
        rows.each_valid(column.nulls(), |row, slot, sign| {
            writer.clear();
            writer.cell(column, row, kind);
            add(&mut values[slot], writer.bytes(), sign);
        });
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let added = self.values[from as usize].clone();
        added.iter().for_each(|(value, count)| add(&mut self.values[into as usize], value, *count));
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let mut column = ColumnBuilder::new(&self.result.kind);
        for slot in slots {
            let value = |value: &[u8]| RowReader::new(value).value(&self.element.kind).unwrap_or(Value::Null);
            let there = self.values[*slot as usize].iter().filter(|(_, count)| **count > 0);
            let entries = there.map(|(element, count)| (value(element), Value::Integer(*count)));
            column.push(&Value::Map(entries.collect()));
        }
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let counts = &self.values[slot as usize];
        row.begin(Some(counts.len()));
        for (value, count) in counts {
            row.raw(value);
            row.i64(*count);
        }
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let length = if row.valid()? { row.length()? } else { 0 };
        let counts = &mut self.values[slot as usize];
        counts.clear();
        for _ in 0..length {
            let before = row.rest();
            row.skip(&self.element.kind)?;
            let value = &before[..before.len() - row.rest().len()];
            counts.insert(value.into(), row.read_i64()?.unwrap_or(0));
        }
        Ok(())
    }
}

/// `JSON_OBJECTAGG` of keys and of values that are JSON: an object, sorted by the keys. What comes later for a key takes
/// its place.
pub struct JsonObject {
    absent_on_null: bool,
    values: Vec<BTreeMap<Box<str>, Option<Box<str>>>>,
}

impl JsonObject {
    /// Whether NULL values are left out.
    pub fn new(absent_on_null: bool) -> Self {
        Self { absent_on_null, values: Vec::new() }
    }
}

impl Accumulator for JsonObject {
    fn fields(&self) -> Vec<Field> {
        let text = |nullable| Box::new(TypeKind::STRING.not_null().with_nullable(nullable));
        vec![Field::new("values", TypeKind::Map(text(false), text(true)).not_null())]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, BTreeMap::new());
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize].clear();
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let (values, absent, mut null_key) = (&mut self.values, self.absent_on_null, false);
        rows.each(|row, slot, sign| {
            let Some(key) = text_at(&arguments[0], row) else {
                null_key = true;
                return;
            };
            match text_at(&arguments[1], row) {
                _ if sign < 0 => drop(values[slot].remove(key)),
                None if absent => {}
                value => drop(values[slot].insert(key.into(), value.map(Into::into))),
            }
        });
        if null_key {
            let message = "Key for JSON_OBJECTAGG must not be NULL.";
            return Err(Failure::new("org.apache.flink.table.api.TableException", message).into());
        }
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let added = self.values[from as usize].clone();
        self.values[into as usize].extend(added);
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let mut column = ColumnBuilder::new(&TypeKind::STRING);
        for slot in slots {
            let entries = self.values[*slot as usize].iter().map(|(key, value)| {
                let key = serde_json::Value::from(key.as_ref());
                format!("{key}:{}", value.as_deref().unwrap_or("null"))
            });
            let entries: Vec<String> = entries.collect();
            column.push(&Value::Text(format!("{{{}}}", entries.join(",")).into()));
        }
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let values = &self.values[slot as usize];
        row.begin(Some(values.len()));
        for (key, value) in values {
            row.slice(key.as_bytes());
            match value {
                Some(value) => row.slice(value.as_bytes()),
                None => row.null(),
            }
        }
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let length = if row.valid()? { row.length()? } else { 0 };
        let values = &mut self.values[slot as usize];
        values.clear();
        for _ in 0..length {
            let key = row.read_text()?.unwrap_or_default().into();
            values.insert(key, row.read_text()?.map(Into::into));
        }
        Ok(())
    }
}
