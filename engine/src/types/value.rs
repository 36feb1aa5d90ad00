//! One value, for literals, states that are shown, and code that need not be fast.

use std::sync::Arc;

use arrow_array::{
    Array, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, ListArray, MapArray, StringArray, StructArray, Time32MillisecondArray,
    TimestampMicrosecondArray, cast::AsArray,
};

use super::TypeKind;

/// A value; which type it is of is known beside it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL
    Null,
    /// BOOLEAN
    Boolean(bool),
    /// An integer of any width, or an interval: months or milliseconds.
    Integer(i64),
    /// FLOAT
    Float(f32),
    /// DOUBLE
    Double(f64),
    /// DECIMAL: the digits without the point; the scale is the type's.
    Decimal(i128),
    /// CHAR, VARCHAR
    Text(Arc<str>),
    /// BINARY, VARBINARY
    Bytes(Arc<[u8]>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds of the day.
    Time(i32),
    /// Microseconds since 1970-01-01T00:00, with or without a zone.
    Timestamp(i64),
    /// ARRAY
    Array(Vec<Value>),
    /// MAP, and MULTISET with its counts.
    Map(Vec<(Value, Value)>),
    /// ROW
    Row(Vec<Value>),
}

impl Value {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value at `row` of a column of type `kind`.
    pub fn at(column: &dyn Array, row: usize, kind: &TypeKind) -> Self {
        if column.is_null(row) {
            return Self::Null;
        }
        let any = column.as_any();
        macro_rules! cell {
            ($array:ty, $make:expr) => {
                any.downcast_ref::<$array>().map_or(Self::Null, |array| $make(array.value(row)))
            };
        }
        match kind {
            TypeKind::Boolean => cell!(BooleanArray, Self::Boolean),
            TypeKind::TinyInt => cell!(Int8Array, |v: i8| Self::Integer(v.into())),
            TypeKind::SmallInt => cell!(Int16Array, |v: i16| Self::Integer(v.into())),
            TypeKind::Int | TypeKind::IntervalMonths => cell!(Int32Array, |v: i32| Self::Integer(v.into())),
            TypeKind::BigInt | TypeKind::IntervalMillis => cell!(Int64Array, Self::Integer),
            TypeKind::Float => cell!(Float32Array, Self::Float),
            TypeKind::Double => cell!(Float64Array, Self::Double),
            TypeKind::Decimal(..) => cell!(Decimal128Array, Self::Decimal),
            TypeKind::Char(_) | TypeKind::Varchar(_) => cell!(StringArray, |v: &str| Self::Text(v.into())),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => cell!(BinaryArray, |v: &[u8]| Self::Bytes(v.into())),
            TypeKind::Date => cell!(Date32Array, Self::Date),
            TypeKind::Time(_) => cell!(Time32MillisecondArray, Self::Time),
            TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => cell!(TimestampMicrosecondArray, Self::Timestamp),
            TypeKind::Array(element) => cell!(ListArray, |items: arrow_array::ArrayRef| {
                Self::Array((0..items.len()).map(|i| Self::at(&items, i, &element.kind)).collect())
            }),
            TypeKind::Map(key, value) => cell!(MapArray, |entries| entries_of(&entries, &key.kind, &value.kind)),
            TypeKind::Multiset(element) => {
                cell!(MapArray, |entries| entries_of(&entries, &element.kind, &TypeKind::Int))
            }
            TypeKind::Row(fields) => {
                let Some(array) = any.downcast_ref::<StructArray>() else { return Self::Null };
                let columns = array.columns().iter().zip(fields);
                Self::Row(columns.map(|(column, field)| Self::at(column, row, &field.data_type.kind)).collect())
            }
            TypeKind::Null => Self::Null,
        }
    }
}

fn entries_of(entries: &StructArray, key: &TypeKind, value: &TypeKind) -> Value {
    let (keys, values) = (entries.column(0), entries.column(1));
    Value::Map((0..entries.len()).map(|i| (Value::at(keys, i, key), Value::at(values, i, value))).collect())
}

/// The text at `row` of a column of strings; `None` for NULL.
pub fn text_at(column: &dyn Array, row: usize) -> Option<&str> {
    let strings = column.as_string_opt::<i32>()?;
    strings.is_valid(row).then(|| strings.value(row))
}
