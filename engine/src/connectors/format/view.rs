//! Columns with their types known, so that values are read without asking at every row.

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, ListArray, MapArray, StringArray, StructArray, Time32MillisecondArray,
    TimestampMicrosecondArray,
};

use crate::types::TypeKind;

/// A column of a known type.
#[derive(Debug)]
pub enum View<'a> {
    /// BOOLEAN
    Bool(&'a BooleanArray),
    /// TINYINT
    I8(&'a Int8Array),
    /// SMALLINT
    I16(&'a Int16Array),
    /// INT, intervals of months
    I32(&'a Int32Array),
    /// BIGINT, intervals of milliseconds
    I64(&'a Int64Array),
    /// FLOAT
    F32(&'a Float32Array),
    /// DOUBLE
    F64(&'a Float64Array),
    /// DECIMAL, and its scale
    Decimal(&'a Decimal128Array, u8),
    /// CHAR, VARCHAR
    Text(&'a StringArray),
    /// BINARY, VARBINARY
    Bytes(&'a BinaryArray),
    /// DATE
    Date(&'a Date32Array),
    /// TIME
    Time(&'a Time32MillisecondArray),
    /// TIMESTAMP
    Timestamp(&'a TimestampMicrosecondArray),
    /// TIMESTAMP_LTZ
    TimestampLtz(&'a TimestampMicrosecondArray),
    /// ARRAY, and its elements
    List(&'a ListArray, Box<View<'a>>),
    /// MAP, MULTISET, and keys and values
    Map(&'a MapArray, Box<(View<'a>, View<'a>)>),
    /// ROW: its fields with their names
    Row(&'a StructArray, Vec<(&'a str, View<'a>)>),
    /// NULL, or a column that is not of its type, which is not met
    Null,
}

impl<'a> View<'a> {
    /// The view of a column of type `kind`.
    pub fn new(column: &'a ArrayRef, kind: &'a TypeKind) -> Self {
        let any = column.as_any();
        macro_rules! of {
            ($array:ty, $make:expr) => {
                any.downcast_ref::<$array>().map_or(Self::Null, $make)
            };
        }
        match kind {
            TypeKind::Boolean => of!(BooleanArray, Self::Bool),
            TypeKind::TinyInt => of!(Int8Array, Self::I8),
            TypeKind::SmallInt => of!(Int16Array, Self::I16),
            TypeKind::Int | TypeKind::IntervalMonths => of!(Int32Array, Self::I32),
            TypeKind::BigInt | TypeKind::IntervalMillis => of!(Int64Array, Self::I64),
            TypeKind::Float => of!(Float32Array, Self::F32),
            TypeKind::Double => of!(Float64Array, Self::F64),
            TypeKind::Decimal(_, scale) => of!(Decimal128Array, |array| Self::Decimal(array, *scale)),
            TypeKind::Char(_) | TypeKind::Varchar(_) => of!(StringArray, Self::Text),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => of!(BinaryArray, Self::Bytes),
            TypeKind::Date => of!(Date32Array, Self::Date),
            TypeKind::Time(_) => of!(Time32MillisecondArray, Self::Time),
            TypeKind::Timestamp(_) => of!(TimestampMicrosecondArray, Self::Timestamp),
            TypeKind::TimestampLtz(_) => of!(TimestampMicrosecondArray, Self::TimestampLtz),
            TypeKind::Array(element) => {
                of!(ListArray, |array| Self::List(array, Box::new(Self::new(array.values(), &element.kind))))
            }
            TypeKind::Map(key, value) => of!(MapArray, |array| Self::map(array, &key.kind, &value.kind)),
            TypeKind::Multiset(element) => of!(MapArray, |array| Self::map(array, &element.kind, &TypeKind::Int)),
            TypeKind::Row(fields) => of!(StructArray, |array| {
                let columns = array.columns().iter().zip(fields);
                let views =
                    columns.map(|(column, field)| (field.name.as_str(), Self::new(column, &field.data_type.kind)));
                Self::Row(array, views.collect())
            }),
            TypeKind::Null => Self::Null,
        }
    }

    fn map(array: &'a MapArray, key: &'a TypeKind, value: &'a TypeKind) -> Self {
        Self::Map(array, Box::new((Self::new(array.keys(), key), Self::new(array.values(), value))))
    }

    /// Whether the value at `row` is NULL.
    #[inline]
    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Bool(array) => array.is_null(row),
            Self::I8(array) => array.is_null(row),
            Self::I16(array) => array.is_null(row),
            Self::I32(array) => array.is_null(row),
            Self::I64(array) => array.is_null(row),
            Self::F32(array) => array.is_null(row),
            Self::F64(array) => array.is_null(row),
            Self::Decimal(array, _) => array.is_null(row),
            Self::Text(array) => array.is_null(row),
            Self::Bytes(array) => array.is_null(row),
            Self::Date(array) => array.is_null(row),
            Self::Time(array) => array.is_null(row),
            Self::Timestamp(array) | Self::TimestampLtz(array) => array.is_null(row),
            Self::List(array, _) => array.is_null(row),
            Self::Map(array, _) => array.is_null(row),
            Self::Row(array, _) => array.is_null(row),
            Self::Null => true,
        }
    }

    /// The places of the elements or entries of the value at `row`.
    pub fn range(ends: &[i32], row: usize) -> std::ops::Range<usize> {
        ends[row] as usize..ends[row + 1] as usize
    }
}
