//! `PERCENTILE(value, percentage[, frequency])`: between the values next to it, in proportion.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;

use super::{
    accumulator::{Accumulator, Rows, grow},
    sort_value::SortValue,
};
use crate::{
    operators::keyed::Slot,
    runtime::{Failure, Stop},
    types::{ColumnBuilder, DataType, Field, RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError},
};

/// The exact percentiles of numbers, as DOUBLE or as an array of it.
pub struct Percentile {
    arguments: Vec<DataType>,
    result: DataType,
    slots: Vec<Numbers>,
}

#[derive(Default, Clone)]
struct Numbers {
    /// How often each number is there.
    counts: BTreeMap<SortValue, i64>,
    /// What is asked for: those of the first row. None before it.
    percentages: Vec<f64>,
}

impl Percentile {
    /// Of arguments of these types.
    pub fn new(arguments: Vec<DataType>, result: DataType) -> Self {
        Self { arguments, result, slots: Vec::new() }
    }

    /// The number that a value is.
    fn number(&self, value: &Value) -> Option<f64> {
        Some(match (value, &self.arguments[0].kind) {
            (Value::Integer(v), _) => *v as f64,
            (Value::Float(v), _) => f64::from(*v),
            (Value::Double(v), _) => *v,
            (Value::Decimal(v), TypeKind::Decimal(_, scale)) => *v as f64 / 10_f64.powi((*scale).into()),
            _ => return None,
        })
    }

    /// What a row asks for.
    fn percentages(&self, arguments: &[ArrayRef], row: usize) -> Vec<f64> {
        let double = |value: &Value| match value {
            Value::Double(v) => Some(*v),
            _ => None,
        };
        match Value::at(&arguments[1], row, &self.arguments[1].kind) {
            Value::Array(values) => values.iter().filter_map(double).collect(),
            value => double(&value).into_iter().collect(),
        }
    }

    /// How often a row has its value; 0 where it does not count.
    fn frequency(&self, arguments: &[ArrayRef], row: usize) -> i64 {
        let Some(column) = arguments.get(2) else { return 1 };
        match Value::at(column, row, &self.arguments[2].kind) {
            Value::Integer(frequency) => frequency.max(0),
            _ => 0,
        }
    }

    fn result(&self, numbers: &Numbers) -> Value {
        let total: i64 = numbers.counts.values().sum();
        if total <= 0 || numbers.percentages.is_empty() {
            return Value::Null;
        }
        let values =
            numbers.percentages.iter().map(|percentage| Value::Double(at(&numbers.counts, *percentage, total)));
        match self.result.kind {
            TypeKind::Array(_) => Value::Array(values.collect()),
            _ => values.into_iter().next().unwrap_or(Value::Null),
        }
    }
}

/// The number at a percentage of `total` numbers.
fn at(counts: &BTreeMap<SortValue, i64>, percentage: f64, total: i64) -> f64 {
    let position = percentage * (total - 1) as f64 + 1.0;
    let (lower, higher) = (position.floor(), position.ceil());
    let double = |value: &SortValue| match value.value(&TypeKind::Double) {
        Value::Double(v) => v,
        _ => f64::NAN,
    };
    let mut numbers = counts.iter();
    let (mut before, mut number) = (0, f64::NAN);
    while (before as f64) < lower {
        let Some((next, count)) = numbers.next() else { break };
        (before, number) = (before + count, double(next));
    }
    match numbers.next() {
        Some((next, _)) if (before as f64) < higher => (higher - position) * number + (position - lower) * double(next),
        _ => number,
    }
}

fn add(counts: &mut BTreeMap<SortValue, i64>, number: SortValue, change: i64) {
    let count = counts.entry(number.clone()).or_default();
    *count += change;
    if *count == 0 {
        counts.remove(&number);
    }
}

impl Accumulator for Percentile {
    fn fields(&self) -> Vec<Field> {
        let double = Box::new(TypeKind::Double.not_null());
        let counts = TypeKind::Map(double.clone(), Box::new(TypeKind::BigInt.not_null()));
        vec![Field::new("counts", counts.not_null()), Field::new("percentages", TypeKind::Array(double).not_null())]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.slots, slots, Numbers::default());
    }

    fn reset(&mut self, slot: Slot) {
        self.slots[slot as usize] = Numbers::default();
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let mut slots = std::mem::take(&mut self.slots);
        let mut outside = None;
        rows.each(|row, slot, sign| {
            let numbers = &mut slots[slot];
            if numbers.percentages.is_empty() {
                numbers.percentages = self.percentages(arguments, row);
                outside = outside.or(numbers.percentages.iter().copied().find(|p| !(0.0..=1.0).contains(p)));
            }
            let frequency = self.frequency(arguments, row);
            let value = Value::at(&arguments[0], row, &self.arguments[0].kind);
            if let Some(number) = self.number(&value).filter(|_| frequency > 0) {
                add(&mut numbers.counts, SortValue::of(&Value::Double(number)), sign * frequency);
            }
        });
        self.slots = slots;
        match outside {
            None => Ok(()),
            Some(outside) => {
                let message = format!("Percentage of PERCENTILE should be between [0.0, 1.0], but was '{outside}'.");
                Err(Failure::new("java.lang.IllegalArgumentException", message).into())
            }
        }
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let added = self.slots[from as usize].clone();
        let numbers = &mut self.slots[into as usize];
        if numbers.percentages.is_empty() {
            numbers.percentages = added.percentages;
        }
        added.counts.into_iter().for_each(|(number, count)| add(&mut numbers.counts, number, count));
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let mut column = ColumnBuilder::new(&self.result.kind);
        slots.iter().for_each(|slot| column.push(&self.result(&self.slots[*slot as usize])));
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let numbers = &self.slots[slot as usize];
        row.begin(Some(numbers.counts.len()));
        for (number, count) in &numbers.counts {
            number.write(&TypeKind::Double, row);
            row.i64(*count);
        }
        row.begin(Some(numbers.percentages.len()));
        numbers.percentages.iter().for_each(|percentage| row.f64(*percentage));
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let numbers = &mut self.slots[slot as usize];
        *numbers = Numbers::default();
        let length = if row.valid()? { row.length()? } else { 0 };
        for _ in 0..length {
            let number = SortValue::read(&TypeKind::Double, row)?;
            numbers.counts.insert(number, row.read_i64()?.unwrap_or(0));
        }
        let length = if row.valid()? { row.length()? } else { 0 };
        for _ in 0..length {
            numbers.percentages.extend(row.read_f64()?);
        }
        Ok(())
    }
}
