//! Builds a column value by value.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, ListArray, MapArray, NullArray, StructArray,
    builder::{
        BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float32Builder, Float64Builder, Int8Builder,
        Int16Builder, Int32Builder, Int64Builder, StringBuilder, Time32MillisecondBuilder, TimestampMicrosecondBuilder,
    },
    new_empty_array,
};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as ArrowType, Field as ArrowField, Fields};

use super::{
    TypeKind, Value,
    data_type::{map_entries, row_fields},
};

/// A column under construction. A value that does not fit the type becomes NULL: callers have checked types.
#[derive(Debug)]
pub enum ColumnBuilder {
    /// BOOLEAN
    Boolean(BooleanBuilder),
    /// TINYINT
    Int8(Int8Builder),
    /// SMALLINT
    Int16(Int16Builder),
    /// INT and intervals in months
    Int32(Int32Builder),
    /// BIGINT and intervals in milliseconds
    Int64(Int64Builder),
    /// FLOAT
    Float32(Float32Builder),
    /// DOUBLE
    Float64(Float64Builder),
    /// DECIMAL
    Decimal(Decimal128Builder),
    /// CHAR, VARCHAR
    Text(StringBuilder),
    /// BINARY, VARBINARY
    Bytes(BinaryBuilder),
    /// DATE
    Date(Date32Builder),
    /// TIME
    Time(Time32MillisecondBuilder),
    /// TIMESTAMP, TIMESTAMP_LTZ
    Timestamp(TimestampMicrosecondBuilder),
    /// ARRAY
    List(Box<ColumnBuilder>, Nested, ArrowType),
    /// MAP, MULTISET
    Map(Box<(ColumnBuilder, ColumnBuilder)>, Nested, (ArrowType, ArrowType)),
    /// ROW
    Struct(Vec<ColumnBuilder>, Nested, Fields),
    /// NULL
    Null(usize),
}

/// The ends and the validity of nested values.
#[derive(Debug)]
pub struct Nested {
    ends: Vec<i32>,
    valid: BooleanBufferBuilder,
}

impl Nested {
    fn new() -> Self {
        Self { ends: vec![0], valid: BooleanBufferBuilder::new(0) }
    }

    fn push(&mut self, end: usize, valid: bool) {
        self.ends.push(i32::try_from(end).unwrap_or(i32::MAX));
        self.valid.append(valid);
    }

    fn finish(&mut self) -> (OffsetBuffer<i32>, Option<NullBuffer>) {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        (OffsetBuffer::new(ends.into()), Some(NullBuffer::new(self.valid.finish())))
    }
}

impl ColumnBuilder {
    /// A builder of a column of type `kind`.
    pub fn new(kind: &TypeKind) -> Self {
        match kind {
            TypeKind::Boolean => Self::Boolean(BooleanBuilder::new()),
            TypeKind::TinyInt => Self::Int8(Int8Builder::new()),
            TypeKind::SmallInt => Self::Int16(Int16Builder::new()),
            TypeKind::Int | TypeKind::IntervalMonths => Self::Int32(Int32Builder::new()),
            TypeKind::BigInt | TypeKind::IntervalMillis => Self::Int64(Int64Builder::new()),
            TypeKind::Float => Self::Float32(Float32Builder::new()),
            TypeKind::Double => Self::Float64(Float64Builder::new()),
            TypeKind::Decimal(precision, scale) => {
                Self::Decimal(Decimal128Builder::new().with_data_type(ArrowType::Decimal128(*precision, *scale as i8)))
            }
            TypeKind::Char(_) | TypeKind::Varchar(_) => Self::Text(StringBuilder::new()),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => Self::Bytes(BinaryBuilder::new()),
            TypeKind::Date => Self::Date(Date32Builder::new()),
            TypeKind::Time(_) => Self::Time(Time32MillisecondBuilder::new()),
            TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => Self::Timestamp(TimestampMicrosecondBuilder::new()),
            TypeKind::Array(element) => {
                Self::List(Box::new(Self::new(&element.kind)), Nested::new(), element.kind.arrow())
            }
            TypeKind::Map(key, value) => Self::map(&key.kind, &value.kind),
            TypeKind::Multiset(element) => Self::map(&element.kind, &TypeKind::Int),
            TypeKind::Row(fields) => {
                let columns = fields.iter().map(|field| Self::new(&field.data_type.kind)).collect();
                Self::Struct(columns, Nested::new(), row_fields(fields))
            }
            TypeKind::Null => Self::Null(0),
        }
    }

    fn map(key: &TypeKind, value: &TypeKind) -> Self {
        let builders = Box::new((Self::new(key), Self::new(value)));
        Self::Map(builders, Nested::new(), (key.arrow(), value.arrow()))
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        use arrow_array::builder::ArrayBuilder;
        match self {
            Self::Boolean(b) => b.len(),
            Self::Int8(b) => b.len(),
            Self::Int16(b) => b.len(),
            Self::Int32(b) => b.len(),
            Self::Int64(b) => b.len(),
            Self::Float32(b) => b.len(),
            Self::Float64(b) => b.len(),
            Self::Decimal(b) => b.len(),
            Self::Text(b) => b.len(),
            Self::Bytes(b) => b.len(),
            Self::Date(b) => b.len(),
            Self::Time(b) => b.len(),
            Self::Timestamp(b) => b.len(),
            Self::List(_, nested, _) | Self::Map(_, nested, _) | Self::Struct(_, nested, _) => nested.ends.len() - 1,
            Self::Null(count) => *count,
        }
    }

    /// Appends NULL.
    pub fn push_null(&mut self) {
        self.push(&Value::Null);
    }

    /// Appends a value.
    pub fn push(&mut self, value: &Value) {
        match (self, value) {
            (Self::Boolean(b), Value::Boolean(v)) => b.append_value(*v),
            (Self::Boolean(b), _) => b.append_null(),
            (Self::Int8(b), Value::Integer(v)) => b.append_value(*v as i8),
            (Self::Int8(b), _) => b.append_null(),
            (Self::Int16(b), Value::Integer(v)) => b.append_value(*v as i16),
            (Self::Int16(b), _) => b.append_null(),
            (Self::Int32(b), Value::Integer(v)) => b.append_value(*v as i32),
            (Self::Int32(b), _) => b.append_null(),
            (Self::Int64(b), Value::Integer(v)) => b.append_value(*v),
            (Self::Int64(b), _) => b.append_null(),
            (Self::Float32(b), Value::Float(v)) => b.append_value(*v),
            (Self::Float32(b), _) => b.append_null(),
            (Self::Float64(b), Value::Double(v)) => b.append_value(*v),
            (Self::Float64(b), _) => b.append_null(),
            (Self::Decimal(b), Value::Decimal(v)) => b.append_value(*v),
            (Self::Decimal(b), _) => b.append_null(),
            (Self::Text(b), Value::Text(v)) => b.append_value(v),
            (Self::Text(b), _) => b.append_null(),
            (Self::Bytes(b), Value::Bytes(v)) => b.append_value(v),
            (Self::Bytes(b), _) => b.append_null(),
            (Self::Date(b), Value::Date(v)) => b.append_value(*v),
            (Self::Date(b), _) => b.append_null(),
            (Self::Time(b), Value::Time(v)) => b.append_value(*v),
            (Self::Time(b), _) => b.append_null(),
            (Self::Timestamp(b), Value::Timestamp(v)) => b.append_value(*v),
            (Self::Timestamp(b), _) => b.append_null(),
            (Self::List(items, nested, _), Value::Array(values)) => {
                values.iter().for_each(|value| items.push(value));
                nested.push(items.len(), true);
            }
            (Self::List(items, nested, _), _) => nested.push(items.len(), false),
            (Self::Map(entries, nested, _), Value::Map(values)) => {
                // Arrow's maps have no entry whose key is NULL, so ours have none either.
                for (key, value) in values.iter().filter(|(key, _)| !key.is_null()) {
                    entries.0.push(key);
                    entries.1.push(value);
                }
                nested.push(entries.0.len(), true);
            }
            (Self::Map(entries, nested, _), _) => nested.push(entries.0.len(), false),
            (Self::Struct(columns, nested, _), Value::Row(values)) => {
                columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
                nested.push(0, true);
            }
            (Self::Struct(columns, nested, _), _) => {
                columns.iter_mut().for_each(Self::push_null);
                nested.push(0, false);
            }
            (Self::Null(count), _) => *count += 1,
        }
    }

    /// The column; the builder is empty after.
    pub fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(b) => Arc::new(b.finish()),
            Self::Int8(b) => Arc::new(b.finish()),
            Self::Int16(b) => Arc::new(b.finish()),
            Self::Int32(b) => Arc::new(b.finish()),
            Self::Int64(b) => Arc::new(b.finish()),
            Self::Float32(b) => Arc::new(b.finish()),
            Self::Float64(b) => Arc::new(b.finish()),
            Self::Decimal(b) => Arc::new(b.finish()),
            Self::Text(b) => Arc::new(b.finish()),
            Self::Bytes(b) => Arc::new(b.finish()),
            Self::Date(b) => Arc::new(b.finish()),
            Self::Time(b) => Arc::new(b.finish()),
            Self::Timestamp(b) => Arc::new(b.finish()),
            Self::List(items, nested, element) => {
                let (ends, valid) = nested.finish();
                let field = Arc::new(ArrowField::new("item", element.clone(), true));
                Arc::new(ListArray::new(field, ends, items.finish(), valid))
            }
            Self::Map(entries, nested, (key, value)) => {
                let (ends, valid) = nested.finish();
                let columns = vec![entries.0.finish(), entries.1.finish()];
                map_array(map_entries(key.clone(), value.clone()), columns, ends, valid)
            }
            Self::Struct(columns, nested, fields) => {
                let (_, valid) = nested.finish();
                let columns: Vec<ArrayRef> = columns.iter_mut().map(Self::finish).collect();
                let rows = valid.as_ref().map_or(0, NullBuffer::len);
                match StructArray::try_new_with_length(fields.clone(), columns, valid, rows) {
                    Ok(array) => Arc::new(array),
                    // Columns of one length and of the declared types: not met.
                    Err(_) => new_empty_array(&ArrowType::Struct(fields.clone())),
                }
            }
            Self::Null(count) => Arc::new(NullArray::new(std::mem::take(count))),
        }
    }
}

/// A map column of its entries.
pub fn map_array(
    fields: Fields,
    columns: Vec<ArrayRef>,
    ends: OffsetBuffer<i32>,
    valid: Option<NullBuffer>,
) -> ArrayRef {
    let field = Arc::new(ArrowField::new("entries", ArrowType::Struct(fields.clone()), false));
    let map = StructArray::try_new(fields, columns, None)
        .and_then(|entries| MapArray::try_new(Arc::clone(&field), ends, entries, valid, false));
    match map {
        Ok(map) => Arc::new(map),
        // Columns of one length and of the declared types: not met.
        Err(_) => new_empty_array(&ArrowType::Map(field, false)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::types::Batch;

    #[test]
    fn maps_are_kept_through_selections_but_for_null_keys() {
        let kind = TypeKind::Map(Box::new(TypeKind::STRING.nullable()), Box::new(TypeKind::Int.nullable()));
        let mut builder = ColumnBuilder::new(&kind);
        let entry = (Value::Text("k".into()), Value::Null);
        builder.push(&Value::Map(vec![(Value::Null, Value::Integer(1)), entry.clone()]));
        builder.push_null();
        let batch = Batch::inserts(vec![builder.finish()], 2);
        let (types, map) = ([kind.nullable()], Value::Map(vec![entry]));
        assert_eq!(batch.row(0, &types), std::slice::from_ref(&map));
        let taken = batch.take(&[1, 0]).unwrap();
        assert_eq!(taken.row(1, &types), std::slice::from_ref(&map));
        let kept = batch.filter(&vec![true, false].into()).unwrap();
        assert_eq!(kept.row(0, &types), std::slice::from_ref(&map));
        let both = Batch::concat(&[batch, taken]).unwrap().unwrap();
        assert_eq!((both.rows, both.row(3, &types)), (4, vec![map]));
    }
}
