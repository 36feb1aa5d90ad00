//! Bytes whose order is the order of rows under `ORDER BY`.

use arrow_array::{Array, ArrayRef};

use super::{DataType, TypeKind, Value};

/// One item of an `ORDER BY`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SortColumn {
    /// The column.
    pub column: usize,
    /// Whether the largest come first.
    pub descending: bool,
    /// Whether NULLs come first. In Flink NULL is the smallest value: first when ascending, last when descending.
    pub nulls_first: bool,
}

/// Appends the sort key of the row at `row`.
pub fn sort_key(columns: &[ArrayRef], types: &[DataType], order: &[SortColumn], row: usize, into: &mut Vec<u8>) {
    for item in order {
        let column = &columns[item.column];
        if column.is_null(row) {
            into.push(if item.nulls_first { 0 } else { 2 });
            continue;
        }
        into.push(1);
        let start = into.len();
        push(&Value::at(column, row, &types[item.column].kind), &types[item.column].kind, into);
        if item.descending {
            into[start..].iter_mut().for_each(|byte| *byte = !*byte);
        }
    }
}

fn push(value: &Value, kind: &TypeKind, into: &mut Vec<u8>) {
    match value {
        Value::Null => into.push(0),
        Value::Boolean(v) => into.push(u8::from(*v)),
        Value::Integer(v) | Value::Timestamp(v) => into.extend((*v ^ i64::MIN).to_be_bytes()),
        Value::Float(v) => push_f64(f64::from(*v), into),
        Value::Double(v) => push_f64(*v, into),
        Value::Decimal(v) => into.extend((*v ^ i128::MIN).to_be_bytes()),
        Value::Date(v) | Value::Time(v) => into.extend((*v ^ i32::MIN).to_be_bytes()),
        Value::Text(v) => push_bytes(v.as_bytes(), into),
        Value::Bytes(v) => push_bytes(v, into),
        Value::Array(items) => {
            let TypeKind::Array(element) = kind else { return };
            for item in items {
                into.push(1);
                push_nullable(item, &element.kind, into);
            }
            into.push(0);
        }
        Value::Row(values) => {
            let TypeKind::Row(fields) = kind else { return };
            values.iter().zip(fields).for_each(|(value, field)| push_nullable(value, &field.data_type.kind, into));
        }
        // Maps have no order; the planner refuses to sort by one.
        Value::Map(_) => {}
    }
}

fn push_nullable(value: &Value, kind: &TypeKind, into: &mut Vec<u8>) {
    if value.is_null() {
        return into.push(0);
    }
    into.push(1);
    push(value, kind, into);
}

/// The order of `Double.compare`: -0.0 before 0.0, NaN last.
fn push_f64(value: f64, into: &mut Vec<u8>) {
    let bits = if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    let ordered = if bits >> 63 == 1 { !bits } else { bits | (1 << 63) };
    into.extend(ordered.to_be_bytes());
}

/// A zero byte is written as 0 1, the end as 0 0, so that a prefix comes first.
fn push_bytes(bytes: &[u8], into: &mut Vec<u8>) {
    for byte in bytes {
        into.push(*byte);
        if *byte == 0 {
            into.push(1);
        }
    }
    into.extend([0, 0]);
}
