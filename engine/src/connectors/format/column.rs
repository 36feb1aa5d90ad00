//! Columns that formats write into. A value that is missing costs nothing: it becomes NULL when the next one is written, or
//! when the column is finished.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, ListArray, NullArray, StringArray, StructArray, Time32MillisecondArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{NullBuffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType as ArrowType, Field as ArrowField, Fields};

use crate::types::{
    TypeKind, Value,
    column::map_array,
    data_type::{map_entries, row_fields},
};

/// A column under construction.
#[derive(Debug)]
pub struct ColumnWriter {
    /// The values.
    pub store: Store,
    /// Which of them are not NULL; as long as the column is.
    pub valid: NullBufferBuilder,
}

/// The values of a column, by type.
#[derive(Debug)]
pub enum Store {
    /// BOOLEAN
    Bool(Vec<bool>),
    /// TINYINT
    I8(Vec<i8>),
    /// SMALLINT
    I16(Vec<i16>),
    /// INT, intervals of months
    I32(Vec<i32>),
    /// BIGINT, intervals of milliseconds
    I64(Vec<i64>),
    /// FLOAT
    F32(Vec<f32>),
    /// DOUBLE
    F64(Vec<f64>),
    /// DECIMAL: the digits, the precision, the scale.
    Decimal(Vec<i128>, u8, u8),
    /// CHAR, VARCHAR
    Text(Slices),
    /// BINARY, VARBINARY
    Bytes(Slices),
    /// DATE
    Date(Vec<i32>),
    /// TIME
    Time(Vec<i32>),
    /// TIMESTAMP, TIMESTAMP_LTZ: microseconds; how many make a unit of the type's precision; whether it is of the zone's.
    Timestamp(Vec<i64>, i64, bool),
    /// ARRAY: the ends, the elements, their type.
    List(Vec<i32>, Box<ColumnWriter>, ArrowType),
    /// MAP, MULTISET: the ends, keys and values, their types.
    Map(Vec<i32>, Box<(ColumnWriter, ColumnWriter)>, Fields),
    /// ROW
    Row(Vec<ColumnWriter>, Fields),
    /// NULL
    Null,
}

/// Slices of bytes, one after the other.
#[derive(Debug)]
pub struct Slices {
    /// Where each ends, after a first 0.
    pub ends: Vec<i32>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A column that cannot be: more than 2 GiB of text in one batch.
pub const TOO_LONG: &str = "a column has more than 2 GiB of text in one batch";

impl Slices {
    fn new() -> Self {
        Self { ends: vec![0], bytes: Vec::new() }
    }

    /// Ends a slice at the end of the bytes.
    #[inline]
    pub fn end(&mut self) {
        // More than 2 GiB makes a negative end, which is found when the column is finished.
        self.ends.push(self.bytes.len() as i32);
    }

    fn truncate(&mut self, length: usize) {
        if let Some(end) = self.ends.get(length) {
            self.bytes.truncate(*end as usize);
            self.ends.truncate(length + 1);
        }
    }

    fn finish(&mut self) -> Result<(OffsetBuffer<i32>, Vec<u8>), ArrowError> {
        // The next batch is mostly as large.
        let (count, length) = (self.ends.len(), self.bytes.len());
        let ends = std::mem::replace(&mut self.ends, first_end(count));
        let bytes = std::mem::replace(&mut self.bytes, Vec::with_capacity(length));
        if i32::try_from(bytes.len()).is_err() {
            return Err(ArrowError::InvalidArgumentError(TOO_LONG.to_owned()));
        }
        Ok((OffsetBuffer::new(ends.into()), bytes))
    }
}

impl ColumnWriter {
    /// A writer of a column of type `kind`.
    pub fn new(kind: &TypeKind) -> Self {
        let store = match kind {
            TypeKind::Boolean => Store::Bool(Vec::new()),
            TypeKind::TinyInt => Store::I8(Vec::new()),
            TypeKind::SmallInt => Store::I16(Vec::new()),
            TypeKind::Int | TypeKind::IntervalMonths => Store::I32(Vec::new()),
            TypeKind::BigInt | TypeKind::IntervalMillis => Store::I64(Vec::new()),
            TypeKind::Float => Store::F32(Vec::new()),
            TypeKind::Double => Store::F64(Vec::new()),
            TypeKind::Decimal(precision, scale) => Store::Decimal(Vec::new(), *precision, *scale),
            TypeKind::Char(_) | TypeKind::Varchar(_) => Store::Text(Slices::new()),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => Store::Bytes(Slices::new()),
            TypeKind::Date => Store::Date(Vec::new()),
            TypeKind::Time(_) => Store::Time(Vec::new()),
            TypeKind::Timestamp(precision) => Store::Timestamp(Vec::new(), unit(*precision), false),
            TypeKind::TimestampLtz(precision) => Store::Timestamp(Vec::new(), unit(*precision), true),
            TypeKind::Array(element) => Store::List(vec![0], Box::new(Self::new(&element.kind)), element.kind.arrow()),
            TypeKind::Map(key, value) => Self::map(&key.kind, &value.kind),
            TypeKind::Multiset(element) => Self::map(&element.kind, &TypeKind::Int),
            TypeKind::Row(fields) => {
                Store::Row(fields.iter().map(|field| Self::new(&field.data_type.kind)).collect(), row_fields(fields))
            }
            TypeKind::Null => Store::Null,
        };
        Self { store, valid: NullBufferBuilder::new(0) }
    }

    fn map(key: &TypeKind, value: &TypeKind) -> Store {
        let fields = map_entries(key.arrow(), value.arrow());
        Store::Map(vec![0], Box::new((Self::new(key), Self::new(value))), fields)
    }

    /// How many values there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.valid.len()
    }

    /// Appends NULL until there are `length` values.
    #[inline]
    pub fn fill(&mut self, length: usize) {
        let missing = length.saturating_sub(self.valid.len());
        if missing > 0 {
            self.push_nulls(missing);
        }
    }

    /// Appends NULL `count` times.
    pub fn push_nulls(&mut self, count: usize) {
        fn more<T: Clone + Default>(values: &mut Vec<T>, count: usize) {
            values.resize(values.len() + count, T::default());
        }
        fn ends(ends: &mut Vec<i32>, count: usize) {
            let last = ends.last().copied().unwrap_or(0);
            ends.resize(ends.len() + count, last);
        }
        match &mut self.store {
            Store::Bool(values) => more(values, count),
            Store::I8(values) => more(values, count),
            Store::I16(values) => more(values, count),
            Store::I32(values) | Store::Date(values) | Store::Time(values) => more(values, count),
            Store::I64(values) | Store::Timestamp(values, ..) => more(values, count),
            Store::F32(values) => more(values, count),
            Store::F64(values) => more(values, count),
            Store::Decimal(values, ..) => more(values, count),
            Store::Text(slices) | Store::Bytes(slices) => ends(&mut slices.ends, count),
            Store::List(list, ..) => ends(list, count),
            Store::Map(map, ..) => ends(map, count),
            // Their fields are filled when they are next written to.
            Store::Row(..) | Store::Null => {}
        }
        self.valid.append_n_nulls(count);
    }

    /// Forgets all values after the first `length`.
    #[inline]
    pub fn truncate(&mut self, length: usize) {
        if length < self.valid.len() {
            self.undo(length);
        }
    }

    /// Forgets all values after the first `length`, and what was written of a value that was broken off.
    #[cold]
    pub fn undo(&mut self, length: usize) {
        match &mut self.store {
            Store::Bool(values) => values.truncate(length),
            Store::I8(values) => values.truncate(length),
            Store::I16(values) => values.truncate(length),
            Store::I32(values) | Store::Date(values) | Store::Time(values) => values.truncate(length),
            Store::I64(values) | Store::Timestamp(values, ..) => values.truncate(length),
            Store::F32(values) => values.truncate(length),
            Store::F64(values) => values.truncate(length),
            Store::Decimal(values, ..) => values.truncate(length),
            Store::Text(slices) | Store::Bytes(slices) => slices.truncate(length),
            Store::List(ends, items, _) => {
                if let Some(end) = ends.get(length) {
                    items.undo(*end as usize);
                    ends.truncate(length + 1);
                }
            }
            Store::Map(ends, entries, _) => {
                if let Some(end) = ends.get(length) {
                    entries.0.undo(*end as usize);
                    entries.1.undo(*end as usize);
                    ends.truncate(length + 1);
                }
            }
            Store::Row(fields, _) => fields.iter_mut().for_each(|field| field.undo(length)),
            Store::Null => {}
        }
        self.valid.truncate(length);
    }

    /// Appends a value; one that does not fit the type becomes NULL.
    pub fn push(&mut self, value: &Value) {
        match (&mut self.store, value) {
            (Store::Bool(values), Value::Boolean(v)) => values.push(*v),
            (Store::I8(values), Value::Integer(v)) => values.push(*v as i8),
            (Store::I16(values), Value::Integer(v)) => values.push(*v as i16),
            (Store::I32(values), Value::Integer(v)) => values.push(*v as i32),
            (Store::I64(values), Value::Integer(v)) => values.push(*v),
            (Store::F32(values), Value::Float(v)) => values.push(*v),
            (Store::F64(values), Value::Double(v)) => values.push(*v),
            (Store::Decimal(values, ..), Value::Decimal(v)) => values.push(*v),
            (Store::Text(slices), Value::Text(v)) => {
                slices.bytes.extend_from_slice(v.as_bytes());
                slices.end();
            }
            (Store::Bytes(slices), Value::Bytes(v)) => {
                slices.bytes.extend_from_slice(v);
                slices.end();
            }
            (Store::Date(values), Value::Date(v)) | (Store::Time(values), Value::Time(v)) => values.push(*v),
            (Store::Timestamp(values, unit, _), Value::Timestamp(v)) => values.push(v - v.rem_euclid(*unit)),
            (Store::List(ends, items, _), Value::Array(values)) => {
                values.iter().for_each(|value| items.push(value));
                ends.push(items.len() as i32);
            }
            (Store::Map(ends, entries, _), Value::Map(values)) => {
                // Arrow's maps have no NULL key.
                for (key, value) in values.iter().filter(|(key, _)| !key.is_null()) {
                    entries.0.push(key);
                    entries.1.push(value);
                }
                ends.push(entries.0.len() as i32);
            }
            (Store::Row(fields, _), Value::Row(values)) => {
                let row = self.valid.len();
                for (field, value) in fields.iter_mut().zip(values) {
                    field.fill(row);
                    field.push(value);
                }
            }
            _ => return self.push_nulls(1),
        }
        self.valid.append_non_null();
    }

    /// The column of `rows` values, of which those that are missing are NULL; the writer is empty after.
    pub fn finish(&mut self, rows: usize) -> Result<ArrayRef, ArrowError> {
        self.fill(rows);
        let valid = self.valid.finish();
        Ok(match &mut self.store {
            Store::Bool(values) => Arc::new(BooleanArray::new(std::mem::take(values).into(), valid)),
            Store::I8(values) => Arc::new(Int8Array::new(scalars(values), valid)),
            Store::I16(values) => Arc::new(Int16Array::new(scalars(values), valid)),
            Store::I32(values) => Arc::new(Int32Array::new(scalars(values), valid)),
            Store::I64(values) => Arc::new(Int64Array::new(scalars(values), valid)),
            Store::F32(values) => Arc::new(Float32Array::new(scalars(values), valid)),
            Store::F64(values) => Arc::new(Float64Array::new(scalars(values), valid)),
            Store::Decimal(values, precision, scale) => {
                let array = Decimal128Array::new(scalars(values), valid);
                Arc::new(array.with_precision_and_scale(*precision, *scale as i8)?)
            }
            Store::Text(slices) => {
                let (ends, bytes) = slices.finish()?;
                Arc::new(StringArray::try_new(ends, bytes.into(), valid)?)
            }
            Store::Bytes(slices) => {
                let (ends, bytes) = slices.finish()?;
                Arc::new(BinaryArray::try_new(ends, bytes.into(), valid)?)
            }
            Store::Date(values) => Arc::new(Date32Array::new(scalars(values), valid)),
            Store::Time(values) => Arc::new(Time32MillisecondArray::new(scalars(values), valid)),
            Store::Timestamp(values, ..) => Arc::new(TimestampMicrosecondArray::new(scalars(values), valid)),
            Store::List(ends, items, kind) => {
                let items = items.finish(items.len())?;
                let field = Arc::new(ArrowField::new("item", kind.clone(), true));
                Arc::new(ListArray::try_new(field, offsets(ends), items, valid)?)
            }
            Store::Map(ends, entries, fields) => {
                let length = entries.0.len();
                let columns = vec![entries.0.finish(length)?, entries.1.finish(length)?];
                map_array(fields.clone(), columns, offsets(ends), valid)
            }
            Store::Row(columns, fields) => row(columns, fields, rows, valid)?,
            Store::Null => Arc::new(NullArray::new(rows)),
        })
    }
}

fn row(
    columns: &mut [ColumnWriter],
    fields: &Fields,
    rows: usize,
    valid: Option<NullBuffer>,
) -> Result<ArrayRef, ArrowError> {
    let columns = columns.iter_mut().map(|column| column.finish(rows)).collect::<Result<_, _>>()?;
    Ok(Arc::new(StructArray::try_new_with_length(fields.clone(), columns, valid, rows)?))
}

fn scalars<T: arrow_buffer::ArrowNativeType>(values: &mut Vec<T>) -> ScalarBuffer<T> {
    let count = values.len();
    std::mem::replace(values, Vec::with_capacity(count)).into()
}

/// The ends of slices or lists before the first, with room for `capacity`.
fn first_end(capacity: usize) -> Vec<i32> {
    let mut ends = Vec::with_capacity(capacity);
    ends.push(0);
    ends
}

fn offsets(ends: &mut Vec<i32>) -> OffsetBuffer<i32> {
    OffsetBuffer::new(std::mem::replace(ends, vec![0]).into())
}

/// How many microseconds make a unit of a timestamp's precision.
fn unit(precision: u8) -> i64 {
    10_i64.pow(u32::from(6 - precision.min(6)))
}
