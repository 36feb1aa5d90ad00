//! Aggregates that are made of all values in the order in which they came: `LISTAGG`, `ARRAY_AGG`, `JSON_ARRAYAGG`, and
//! `FIRST_VALUE` and `LAST_VALUE` of values that may be taken back.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use arrow_array::{Array, ArrayRef};
use rustc_hash::FxHashMap;

use super::accumulator::{Accumulator, Rows, grow};
use crate::{
    operators::keyed::Slot,
    runtime::Stop,
    types::{ColumnBuilder, DataType, Field, RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError},
};

/// What is made of the values.
#[derive(Debug, Clone)]
pub enum Made {
    /// The first.
    First,
    /// The last.
    Last,
    /// Texts joined; the second argument, where there is one, is put before each but the first.
    Joined,
    /// An array, NULLs too; NULL of nothing.
    Array,
    /// An array of rows of all arguments.
    Rows,
    /// A JSON array of texts that are JSON.
    Json {
        /// With the NULLs.
        nulls: bool,
    },
}

/// Values in order, as rows of the arguments.
pub struct Sequence {
    made: Made,
    arguments: Vec<DataType>,
    result: DataType,
    retracts: bool,
    values: Vec<Values>,
}

#[derive(Default, Clone)]
struct Values {
    next: u64,
    rows: BTreeMap<u64, Arc<[u8]>>,
    /// Where each row is, where rows may be taken back.
    places: FxHashMap<Arc<[u8]>, VecDeque<u64>>,
}

impl Values {
    fn push(&mut self, row: &[u8], retracts: bool) {
        let place = self.next;
        self.next += 1;
        if !retracts {
            self.rows.insert(place, row.into());
            return;
        }
        let row = match self.places.get_key_value(row) {
            Some((row, _)) => Arc::clone(row),
            None => row.into(),
        };
        self.places.entry(Arc::clone(&row)).or_default().push_back(place);
        self.rows.insert(place, row);
    }

    /// Takes back the first equal row; what never came is passed over.
    fn remove(&mut self, row: &[u8]) {
        let Some(places) = self.places.get_mut(row) else { return };
        if let Some(place) = places.pop_front() {
            self.rows.remove(&place);
        }
        if places.is_empty() {
            self.places.remove(row);
        }
    }
}

impl Sequence {
    /// Of arguments of these types.
    pub fn new(made: Made, arguments: Vec<DataType>, result: DataType, retracts: bool) -> Self {
        Self { made, arguments, result, retracts, values: Vec::new() }
    }

    fn keeps_nulls(&self) -> bool {
        matches!(self.made, Made::Array | Made::Rows | Made::Json { nulls: true, .. })
    }

    fn decode(&self, row: &[u8]) -> Vec<Value> {
        let mut reader = RowReader::new(row);
        let value = |data_type: &DataType| reader.value(&data_type.kind).unwrap_or(Value::Null);
        self.arguments.iter().map(value).collect()
    }

    fn first(&self, row: &[u8]) -> Value {
        self.decode(row).into_iter().next().unwrap_or(Value::Null)
    }

    fn result(&self, values: &Values) -> Value {
        let mut rows = values.rows.values();
        match &self.made {
            Made::First => rows.next().map_or(Value::Null, |row| self.first(row)),
            Made::Last => rows.next_back().map_or(Value::Null, |row| self.first(row)),
            Made::Array if values.rows.is_empty() => Value::Null,
            Made::Array => Value::Array(rows.map(|row| self.first(row)).collect()),
            Made::Rows => Value::Array(rows.map(|row| Value::Row(self.decode(row))).collect()),
            Made::Joined if values.rows.is_empty() => Value::Null,
            Made::Joined => Value::Text(self.joined(rows).into()),
            Made::Json { .. } => {
                let items: Vec<Value> = rows.map(|row| self.first(row)).collect();
                let items: Vec<&str> =
                    items.iter().map(|item| if let Value::Text(json) = item { json } else { "null" }).collect();
                Value::Text(format!("[{}]", items.join(",")).into())
            }
        }
    }

    fn joined<'a>(&self, rows: impl Iterator<Item = &'a Arc<[u8]>>) -> String {
        let mut joined = String::new();
        for (index, row) in rows.enumerate() {
            let values = self.decode(row);
            if index > 0 {
                match values.get(1) {
                    Some(Value::Text(separator)) => joined.push_str(separator),
                    Some(_) => {}
                    None => joined.push(','),
                }
            }
            if let Some(Value::Text(text)) = values.first() {
                joined.push_str(text);
            }
        }
        joined
    }
}

impl Accumulator for Sequence {
    fn fields(&self) -> Vec<Field> {
        let row = |(index, data_type): (usize, &DataType)| crate::types::RowField {
            name: format!("value{index}"),
            data_type: data_type.clone().with_nullable(true),
        };
        let rows = TypeKind::Row(self.arguments.iter().enumerate().map(row).collect());
        vec![Field::new("values", TypeKind::Array(Box::new(rows.not_null())).not_null())]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.values, slots, Values::default());
    }

    fn reset(&mut self, slot: Slot) {
        self.values[slot as usize] = Values::default();
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let (all, nulls) = (self.keeps_nulls(), arguments[0].logical_nulls());
        let (values, types, retracts) = (&mut self.values, &self.arguments, self.retracts);
        let mut writer = RowWriter::new();
        rows.each_valid(nulls.as_ref().filter(|_| !all), |row, slot, sign| {
            writer.clear();
            for (column, data_type) in arguments.iter().zip(types) {
                writer.cell(column, row, &data_type.kind);
            }
            match sign {
                1 => values[slot].push(writer.bytes(), retracts),
                _ => values[slot].remove(writer.bytes()),
            }
        });
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let added: Vec<Arc<[u8]>> = self.values[from as usize].rows.values().cloned().collect();
        added.iter().for_each(|row| self.values[into as usize].push(row, self.retracts));
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let mut column = ColumnBuilder::new(&self.result.kind);
        slots.iter().for_each(|slot| column.push(&self.result(&self.values[*slot as usize])));
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let values = &self.values[slot as usize];
        row.begin(Some(values.rows.len()));
        for value in values.rows.values() {
            row.begin(None);
            row.raw(value);
        }
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let length = if row.valid()? { row.length()? } else { 0 };
        self.values[slot as usize] = Values::default();
        for _ in 0..length {
            row.valid()?;
            let before = row.rest();
            self.arguments.iter().try_for_each(|data_type| row.skip(&data_type.kind))?;
            let value = &before[..before.len() - row.rest().len()];
            self.values[slot as usize].push(value, self.retracts);
        }
        Ok(())
    }
}
