//! Rows as bytes: in keyed state, in keys, in savepoints. The format is stable for ever.
//!
//! A row is its fields in order. A field is one byte, 0 for NULL and 1 for a value, then the value: integers, dates and
//! times little-endian in the width of their type, floats as their bits (NaN is one NaN), DECIMAL in 16 bytes, strings and
//! bytes as a length (LEB128) and themselves, an ARRAY as its length and its elements, a MAP as its length and key and
//! value in turn, a ROW as its fields. Equal rows of one type have equal bytes.

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, StringArray, Time32MillisecondArray, TimestampMicrosecondArray,
};

use super::{ColumnBuilder, DataType, TypeKind, Value};

/// Bytes that are not a row of the expected type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bytes of a row end or break off at {what}")]
pub struct DecodeError {
    what: &'static str,
}

impl DecodeError {
    /// Bytes that end or break off at `what`.
    pub fn new(what: &'static str) -> Self {
        Self { what }
    }
}

/// Writes the fields of one row after the other.
#[derive(Debug, Default, Clone)]
pub struct RowWriter {
    bytes: Vec<u8>,
}

macro_rules! fixed_fields {
    ($($(#[$doc:meta])* $write:ident $read:ident $type:ty;)*) => {
        impl RowWriter {
            $($(#[$doc])* pub fn $write(&mut self, value: $type) {
                self.bytes.push(1);
                self.bytes.extend_from_slice(&value.to_le_bytes());
            })*
        }
        impl RowReader<'_> {
            $($(#[$doc])* pub fn $read(&mut self) -> Result<Option<$type>, DecodeError> {
                Ok(match self.valid()? {
                    true => Some(<$type>::from_le_bytes(self.fixed(stringify!($type))?)),
                    false => None,
                })
            })*
        }
    };
}

fixed_fields! {
    /// A TINYINT.
    i8 read_i8 i8;
    /// A SMALLINT.
    i16 read_i16 i16;
    /// An INT, a DATE, a TIME, an interval of months.
    i32 read_i32 i32;
    /// A BIGINT, a TIMESTAMP, an interval of milliseconds.
    i64 read_i64 i64;
    /// A DECIMAL.
    i128 read_i128 i128;
}

impl RowWriter {
    /// An empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Begins another row in the same memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Fields that are bytes of a row already.
    pub fn raw(&mut self, fields: &[u8]) {
        self.bytes.extend_from_slice(fields);
    }

    /// NULL
    pub fn null(&mut self) {
        self.bytes.push(0);
    }

    /// A BOOLEAN.
    pub fn bool(&mut self, value: bool) {
        self.bytes.extend_from_slice(&[1, u8::from(value)]);
    }

    /// A FLOAT.
    pub fn f32(&mut self, value: f32) {
        self.bytes.push(1);
        let value = if value.is_nan() { f32::NAN } else { value };
        self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// A DOUBLE.
    pub fn f64(&mut self, value: f64) {
        self.bytes.push(1);
        let value = if value.is_nan() { f64::NAN } else { value };
        self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// A string or bytes.
    pub fn slice(&mut self, value: &[u8]) {
        self.bytes.push(1);
        self.length(value.len());
        self.bytes.extend_from_slice(value);
    }

    /// Begins an ARRAY, a MAP or a MULTISET of so many elements or entries, which follow. A ROW is begun with its number of
    /// fields, which is not written.
    pub fn begin(&mut self, length: Option<usize>) {
        self.bytes.push(1);
        if let Some(length) = length {
            self.length(length);
        }
    }

    fn length(&mut self, mut length: usize) {
        while length >= 0x80 {
            self.bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        self.bytes.push(length as u8);
    }

    /// A value of type `kind`.
    pub fn value(&mut self, value: &Value, kind: &TypeKind) {
        match (value, kind) {
            (Value::Boolean(v), _) => self.bool(*v),
            (Value::Integer(v), TypeKind::TinyInt) => self.i8(*v as i8),
            (Value::Integer(v), TypeKind::SmallInt) => self.i16(*v as i16),
            (Value::Integer(v), TypeKind::Int | TypeKind::IntervalMonths) => self.i32(*v as i32),
            (Value::Integer(v) | Value::Timestamp(v), _) => self.i64(*v),
            (Value::Float(v), _) => self.f32(*v),
            (Value::Double(v), _) => self.f64(*v),
            (Value::Decimal(v), _) => self.i128(*v),
            (Value::Text(v), _) => self.slice(v.as_bytes()),
            (Value::Bytes(v), _) => self.slice(v),
            (Value::Date(v) | Value::Time(v), _) => self.i32(*v),
            (Value::Array(items), TypeKind::Array(element)) => {
                self.begin(Some(items.len()));
                items.iter().for_each(|item| self.value(item, &element.kind));
            }
            (Value::Map(entries), TypeKind::Map(key, value)) => self.entries(entries, &key.kind, &value.kind),
            (Value::Map(entries), TypeKind::Multiset(element)) => self.entries(entries, &element.kind, &TypeKind::Int),
            (Value::Row(values), TypeKind::Row(fields)) => {
                self.begin(None);
                values.iter().zip(fields).for_each(|(value, field)| self.value(value, &field.data_type.kind));
            }
            _ => self.null(),
        }
    }

    fn entries(&mut self, entries: &[(Value, Value)], key: &TypeKind, value: &TypeKind) {
        self.begin(Some(entries.len()));
        for entry in entries {
            self.value(&entry.0, key);
            self.value(&entry.1, value);
        }
    }

    /// The value at `row` of a column of type `kind`.
    pub fn cell(&mut self, column: &dyn Array, row: usize, kind: &TypeKind) {
        if column.is_null(row) {
            return self.null();
        }
        let any = column.as_any();
        macro_rules! cell {
            ($array:ty, $write:ident) => {
                match any.downcast_ref::<$array>() {
                    Some(array) => self.$write(array.value(row)),
                    None => self.null(),
                }
            };
        }
        match kind {
            TypeKind::Boolean => cell!(BooleanArray, bool),
            TypeKind::TinyInt => cell!(Int8Array, i8),
            TypeKind::SmallInt => cell!(Int16Array, i16),
            TypeKind::Int | TypeKind::IntervalMonths => cell!(Int32Array, i32),
            TypeKind::BigInt | TypeKind::IntervalMillis => cell!(Int64Array, i64),
            TypeKind::Float => cell!(Float32Array, f32),
            TypeKind::Double => cell!(Float64Array, f64),
            TypeKind::Decimal(..) => cell!(Decimal128Array, i128),
            TypeKind::Date => cell!(Date32Array, i32),
            TypeKind::Time(_) => cell!(Time32MillisecondArray, i32),
            TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => cell!(TimestampMicrosecondArray, i64),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => cell!(BinaryArray, slice),
            TypeKind::Char(_) | TypeKind::Varchar(_) => match any.downcast_ref::<StringArray>() {
                Some(array) => self.slice(array.value(row).as_bytes()),
                None => self.null(),
            },
            _ => self.value(&Value::at(column, row, kind), kind),
        }
    }
}

/// Reads the fields of one row after the other.
#[derive(Debug, Clone, Copy)]
pub struct RowReader<'a> {
    bytes: &'a [u8],
}

impl<'a> RowReader<'a> {
    /// A reader of a row's bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether all was read.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// Reads what was not read yet, as it is.
    pub fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }

    /// Passes over a value of type `kind`.
    pub fn skip(&mut self, kind: &TypeKind) -> Result<(), DecodeError> {
        let width = match kind {
            TypeKind::Boolean | TypeKind::TinyInt => 1,
            TypeKind::SmallInt => 2,
            TypeKind::Int | TypeKind::IntervalMonths | TypeKind::Float | TypeKind::Date | TypeKind::Time(_) => 4,
            TypeKind::BigInt | TypeKind::IntervalMillis | TypeKind::Double => 8,
            TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => 8,
            TypeKind::Decimal(..) => 16,
            TypeKind::Char(_) | TypeKind::Varchar(_) | TypeKind::Binary(_) | TypeKind::Varbinary(_) => {
                return self.read_slice().map(|_| ());
            }
            _ => return self.value(kind).map(|_| ()),
        };
        if self.valid()? {
            let (_, rest) = self.bytes.split_at_checked(width).ok_or(DecodeError { what: "a field" })?;
            self.bytes = rest;
        }
        Ok(())
    }

    /// Whether the next field has a value, which then follows.
    pub fn valid(&mut self) -> Result<bool, DecodeError> {
        Ok(self.fixed::<1>("the mark of a field")?[0] != 0)
    }

    fn fixed<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], DecodeError> {
        let (value, rest) = self.bytes.split_first_chunk::<N>().ok_or(DecodeError { what })?;
        self.bytes = rest;
        Ok(*value)
    }

    /// The number of elements or entries of an ARRAY, MAP or MULTISET whose mark was read.
    pub fn length(&mut self) -> Result<usize, DecodeError> {
        let mut length = 0usize;
        for shift in (0..35).step_by(7) {
            let [byte] = self.fixed::<1>("a length")?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(length);
            }
        }
        Err(DecodeError { what: "a length" })
    }

    /// A BOOLEAN.
    pub fn read_bool(&mut self) -> Result<Option<bool>, DecodeError> {
        Ok(if self.valid()? { Some(self.fixed::<1>("a boolean")?[0] != 0) } else { None })
    }

    /// A FLOAT.
    pub fn read_f32(&mut self) -> Result<Option<f32>, DecodeError> {
        Ok(if self.valid()? { Some(f32::from_le_bytes(self.fixed("a float")?)) } else { None })
    }

    /// A DOUBLE.
    pub fn read_f64(&mut self) -> Result<Option<f64>, DecodeError> {
        Ok(if self.valid()? { Some(f64::from_le_bytes(self.fixed("a double")?)) } else { None })
    }

    /// A string or bytes.
    pub fn read_slice(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        if !self.valid()? {
            return Ok(None);
        }
        let length = self.length()?;
        let (value, rest) = self.bytes.split_at_checked(length).ok_or(DecodeError { what: "a string" })?;
        self.bytes = rest;
        Ok(Some(value))
    }

    /// A string.
    pub fn read_text(&mut self) -> Result<Option<&'a str>, DecodeError> {
        let text = self.read_slice()?.map(std::str::from_utf8);
        text.transpose().map_err(|_| DecodeError { what: "a string that is not UTF-8" })
    }

    /// A value of type `kind`.
    pub fn value(&mut self, kind: &TypeKind) -> Result<Value, DecodeError> {
        let or_null = |value: Option<Value>| value.unwrap_or(Value::Null);
        Ok(or_null(match kind {
            TypeKind::Boolean => self.read_bool()?.map(Value::Boolean),
            TypeKind::TinyInt => self.read_i8()?.map(|v| Value::Integer(v.into())),
            TypeKind::SmallInt => self.read_i16()?.map(|v| Value::Integer(v.into())),
            TypeKind::Int | TypeKind::IntervalMonths => self.read_i32()?.map(|v| Value::Integer(v.into())),
            TypeKind::BigInt | TypeKind::IntervalMillis => self.read_i64()?.map(Value::Integer),
            TypeKind::Float => self.read_f32()?.map(Value::Float),
            TypeKind::Double => self.read_f64()?.map(Value::Double),
            TypeKind::Decimal(..) => self.read_i128()?.map(Value::Decimal),
            TypeKind::Char(_) | TypeKind::Varchar(_) => self.read_text()?.map(|v| Value::Text(v.into())),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => self.read_slice()?.map(|v| Value::Bytes(v.into())),
            TypeKind::Date => self.read_i32()?.map(Value::Date),
            TypeKind::Time(_) => self.read_i32()?.map(Value::Time),
            TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => self.read_i64()?.map(Value::Timestamp),
            TypeKind::Array(element) if self.valid()? => {
                let length = self.length()?;
                Some(Value::Array((0..length).map(|_| self.value(&element.kind)).collect::<Result<_, _>>()?))
            }
            TypeKind::Map(key, value) if self.valid()? => Some(self.entries(&key.kind, &value.kind)?),
            TypeKind::Multiset(element) if self.valid()? => Some(self.entries(&element.kind, &TypeKind::Int)?),
            TypeKind::Row(fields) if self.valid()? => {
                let values = fields.iter().map(|field| self.value(&field.data_type.kind));
                Some(Value::Row(values.collect::<Result<_, _>>()?))
            }
            TypeKind::Null => {
                self.valid()?;
                None
            }
            TypeKind::Array(_) | TypeKind::Map(..) | TypeKind::Multiset(_) | TypeKind::Row(_) => None,
        }))
    }

    fn entries(&mut self, key: &TypeKind, value: &TypeKind) -> Result<Value, DecodeError> {
        let length = self.length()?;
        let entry = |_| Ok((self.value(key)?, self.value(value)?));
        Ok(Value::Map((0..length).map(entry).collect::<Result<_, _>>()?))
    }

    /// Reads a value of type `kind` to the end of a column.
    pub fn read_into(&mut self, column: &mut ColumnBuilder, kind: &TypeKind) -> Result<(), DecodeError> {
        match column {
            ColumnBuilder::Int32(b) => b.append_option(self.read_i32()?),
            ColumnBuilder::Int64(b) => b.append_option(self.read_i64()?),
            ColumnBuilder::Float64(b) => b.append_option(self.read_f64()?),
            ColumnBuilder::Decimal(b) => b.append_option(self.read_i128()?),
            ColumnBuilder::Timestamp(b) => b.append_option(self.read_i64()?),
            ColumnBuilder::Text(b) => b.append_option(self.read_text()?),
            other => other.push(&self.value(kind)?),
        }
        Ok(())
    }
}

/// Rows of one list of types.
#[derive(Debug, Clone)]
pub struct RowCodec {
    types: Vec<DataType>,
}

impl RowCodec {
    /// A codec of rows of these types.
    pub fn new(types: Vec<DataType>) -> Self {
        Self { types }
    }

    /// The types of a row.
    pub fn types(&self) -> &[DataType] {
        &self.types
    }

    /// Appends the row at `row` of columns of these types.
    pub fn encode(&self, columns: &[ArrayRef], row: usize, into: &mut RowWriter) {
        for (column, data_type) in columns.iter().zip(&self.types) {
            into.cell(column, row, &data_type.kind);
        }
    }

    /// Columns of rows.
    pub fn decode<'a>(&self, rows: impl Iterator<Item = &'a [u8]>) -> Result<Vec<ArrayRef>, DecodeError> {
        let mut builders: Vec<_> = self.types.iter().map(|data_type| ColumnBuilder::new(&data_type.kind)).collect();
        for row in rows {
            self.decode_into(row, &mut builders)?;
        }
        Ok(builders.iter_mut().map(ColumnBuilder::finish).collect())
    }

    /// Appends a row to columns under construction, one for each type.
    pub fn decode_into(&self, row: &[u8], builders: &mut [ColumnBuilder]) -> Result<(), DecodeError> {
        let mut reader = RowReader::new(row);
        for (builder, data_type) in builders.iter_mut().zip(&self.types) {
            reader.read_into(builder, &data_type.kind)?;
        }
        Ok(())
    }
}
