//! Values in their order, for accumulators that keep them sorted.

use arrow_array::{ArrayRef, cast::AsArray};

use crate::types::{RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError};

/// A value that has an order: Java's `compareTo` of the type (of strings, the order of their code points).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SortValue {
    /// Booleans, integers, decimals of one scale, dates, times.
    Whole(i128),
    /// Floats, as bits in their order: -0.0 before 0.0, NaN last.
    Float(u64),
    /// Strings and bytes.
    Bytes(Box<[u8]>),
}

impl SortValue {
    /// The value at `row`, which is not NULL.
    pub fn at(column: &ArrayRef, row: usize, kind: &TypeKind) -> Self {
        match kind {
            TypeKind::Char(_) | TypeKind::Varchar(_) => {
                Self::Bytes(column.as_string_opt::<i32>().map_or("", |array| array.value(row)).as_bytes().into())
            }
            _ => Self::of(&Value::at(column, row, kind)),
        }
    }

    /// The value; NULL and values of types without an order, which are refused when a call is bound, are 0.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Boolean(v) => Self::Whole((*v).into()),
            Value::Integer(v) | Value::Timestamp(v) => Self::Whole((*v).into()),
            Value::Date(v) | Value::Time(v) => Self::Whole((*v).into()),
            Value::Decimal(v) => Self::Whole(*v),
            Value::Float(v) => Self::Float(ordered(f64::from(*v))),
            Value::Double(v) => Self::Float(ordered(*v)),
            Value::Text(v) => Self::Bytes(v.as_bytes().into()),
            Value::Bytes(v) => Self::Bytes(v.as_ref().into()),
            Value::Null | Value::Array(_) | Value::Map(_) | Value::Row(_) => Self::Whole(0),
        }
    }

    /// The value, of type `kind`.
    pub fn value(&self, kind: &TypeKind) -> Value {
        match (self, kind) {
            (Self::Whole(v), TypeKind::Boolean) => Value::Boolean(*v != 0),
            (Self::Whole(v), TypeKind::Decimal(..)) => Value::Decimal(*v),
            (Self::Whole(v), TypeKind::Date) => Value::Date(*v as i32),
            (Self::Whole(v), TypeKind::Time(_)) => Value::Time(*v as i32),
            (Self::Whole(v), TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_)) => Value::Timestamp(*v as i64),
            (Self::Whole(v), _) => Value::Integer(*v as i64),
            (Self::Float(bits), TypeKind::Float) => Value::Float(unordered(*bits) as f32),
            (Self::Float(bits), _) => Value::Double(unordered(*bits)),
            (Self::Bytes(v), kind) if kind.is_text() => Value::Text(String::from_utf8_lossy(v).into()),
            (Self::Bytes(v), _) => Value::Bytes(v.as_ref().into()),
        }
    }

    /// Writes it as a field of type `kind`.
    pub fn write(&self, kind: &TypeKind, row: &mut RowWriter) {
        row.value(&self.value(kind), kind);
    }

    /// Reads it back.
    pub fn read(kind: &TypeKind, row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::of(&row.value(kind)?))
    }
}

/// Bits whose order is that of `Double.compare`.
fn ordered(value: f64) -> u64 {
    let bits = if value.is_nan() { f64::NAN.to_bits() & !(1 << 63) } else { value.to_bits() };
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

fn unordered(bits: u64) -> f64 {
    f64::from_bits(if bits >> 63 == 1 { bits & !(1 << 63) } else { !bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_in_the_order_of_double_compare() {
        let sorted = [f64::NEG_INFINITY, -1.5, -0.0, 0.0, 1e-300, 2.5, f64::INFINITY, f64::NAN];
        for pair in sorted.windows(2) {
            assert!(ordered(pair[0]) < ordered(pair[1]), "{pair:?}");
        }
        assert_eq!(unordered(ordered(-1.5)), -1.5);
        assert!(unordered(ordered(f64::NAN)).is_nan());
    }
}
