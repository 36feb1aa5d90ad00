//! Columns with their types settled once a batch, for loops over rows.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal128Array, Float32Array, Float64Array, StringArray,
    cast::AsArray,
    types::{Date32Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType, TimestampMicrosecondType},
};
use arrow_buffer::NullBuffer;

use crate::types::{Batch, DataType, Field, RowWriter, TypeKind};

/// The values of one column.
pub enum Cells<'a> {
    /// BOOLEAN
    Boolean(&'a BooleanArray),
    /// TINYINT
    Int8(&'a [i8], Option<&'a NullBuffer>),
    /// SMALLINT
    Int16(&'a [i16], Option<&'a NullBuffer>),
    /// All that is 32 bits wide: INT, DATE, TIME, months.
    Int32(&'a [i32], Option<&'a NullBuffer>),
    /// All that is 64 bits wide: BIGINT, timestamps, intervals in milliseconds.
    Int64(&'a [i64], Option<&'a NullBuffer>),
    /// FLOAT
    Float32(&'a Float32Array),
    /// DOUBLE
    Float64(&'a Float64Array),
    /// DECIMAL
    Decimal(&'a Decimal128Array),
    /// CHAR, VARCHAR
    Text(&'a StringArray),
    /// BINARY, VARBINARY
    Bytes(&'a BinaryArray),
    /// Nested types, and NULL.
    Other(&'a ArrayRef, &'a TypeKind),
}

impl<'a> Cells<'a> {
    /// The cells of a column of type `kind`.
    pub fn new(column: &'a ArrayRef, kind: &'a TypeKind) -> Self {
        Self::typed(column, kind).unwrap_or(Self::Other(column, kind))
    }

    fn typed(column: &'a ArrayRef, kind: &TypeKind) -> Option<Self> {
        let nulls = column.nulls();
        Some(match kind {
            TypeKind::Boolean => Self::Boolean(column.as_boolean_opt()?),
            TypeKind::TinyInt => Self::Int8(column.as_primitive_opt::<Int8Type>()?.values(), nulls),
            TypeKind::SmallInt => Self::Int16(column.as_primitive_opt::<Int16Type>()?.values(), nulls),
            TypeKind::Int | TypeKind::IntervalMonths => {
                Self::Int32(column.as_primitive_opt::<Int32Type>()?.values(), nulls)
            }
            TypeKind::Date => Self::Int32(column.as_primitive_opt::<Date32Type>()?.values(), nulls),
            TypeKind::Time(_) => Self::Int32(column.as_primitive_opt::<Time32MillisecondType>()?.values(), nulls),
            TypeKind::BigInt | TypeKind::IntervalMillis => {
                Self::Int64(column.as_primitive_opt::<Int64Type>()?.values(), nulls)
            }
            TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
                Self::Int64(column.as_primitive_opt::<TimestampMicrosecondType>()?.values(), nulls)
            }
            TypeKind::Float => Self::Float32(column.as_primitive_opt()?),
            TypeKind::Double => Self::Float64(column.as_primitive_opt()?),
            TypeKind::Decimal(..) => Self::Decimal(column.as_primitive_opt()?),
            TypeKind::Char(_) | TypeKind::Varchar(_) => Self::Text(column.as_string_opt()?),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => Self::Bytes(column.as_binary_opt()?),
            _ => return None,
        })
    }

    /// Appends the cell at `row` as [`RowWriter::cell`] does.
    #[inline]
    pub fn encode(&self, row: usize, into: &mut RowWriter) {
        macro_rules! nullable {
            ($values:expr, $nulls:expr, $write:ident) => {
                if $nulls.is_some_and(|nulls| nulls.is_null(row)) { into.null() } else { into.$write($values[row]) }
            };
        }
        macro_rules! array {
            ($array:expr, $write:ident) => {
                if $array.is_null(row) { into.null() } else { into.$write($array.value(row)) }
            };
        }
        match self {
            Self::Boolean(array) => array!(array, bool),
            Self::Int8(values, nulls) => nullable!(values, nulls, i8),
            Self::Int16(values, nulls) => nullable!(values, nulls, i16),
            Self::Int32(values, nulls) => nullable!(values, nulls, i32),
            Self::Int64(values, nulls) => nullable!(values, nulls, i64),
            Self::Float32(array) => array!(array, f32),
            Self::Float64(array) => array!(array, f64),
            Self::Decimal(array) => array!(array, i128),
            Self::Text(array) if array.is_valid(row) => into.slice(array.value(row).as_bytes()),
            Self::Text(_) => into.null(),
            Self::Bytes(array) => array!(array, slice),
            Self::Other(array, kind) => into.cell(array, row, kind),
        }
    }

    /// Whether two cells of columns of one type hold the same; floats by their bits.
    pub fn same(&self, row: usize, other: &Self, other_row: usize) -> bool {
        let bytes = |cells: &Self, row| {
            let mut writer = RowWriter::new();
            cells.encode(row, &mut writer);
            writer.into_bytes()
        };
        match (self, other) {
            (Self::Int32(a, None), Self::Int32(b, None)) => a[row] == b[other_row],
            (Self::Int64(a, None), Self::Int64(b, None)) => a[row] == b[other_row],
            (Self::Text(a), Self::Text(b)) if a.is_valid(row) && b.is_valid(other_row) => {
                a.value(row) == b.value(other_row)
            }
            _ => bytes(self, row) == bytes(other, other_row),
        }
    }
}

/// Some columns of a batch, as parts of keys.
pub struct KeyCells<'a>(Vec<Cells<'a>>);

impl<'a> KeyCells<'a> {
    /// The columns `columns` of a batch with columns of these types.
    pub fn new(batch: &'a Batch, columns: &[usize], fields: &'a [Field]) -> Self {
        let cells = columns.iter().map(|&column| Cells::new(&batch.columns[column], &fields[column].data_type.kind));
        Self(cells.collect())
    }

    /// Appends the key at `row`.
    #[inline]
    pub fn encode(&self, row: usize, into: &mut RowWriter) {
        self.0.iter().for_each(|cells| cells.encode(row, into));
    }
}

/// Cells of all of these columns.
pub fn all<'a>(columns: &'a [ArrayRef], types: &'a [DataType]) -> Vec<Cells<'a>> {
    columns.iter().zip(types).map(|(column, data_type)| Cells::new(column, &data_type.kind)).collect()
}

/// The values of an array of timestamps, microseconds.
pub fn timestamps(column: &ArrayRef) -> Option<&[i64]> {
    Some(column.as_primitive_opt::<TimestampMicrosecondType>()?.values())
}

/// A column of timestamps without NULL.
pub fn timestamp_column(values: Vec<i64>) -> ArrayRef {
    Arc::new(arrow_array::TimestampMicrosecondArray::from(values))
}
