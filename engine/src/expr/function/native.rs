//! Rust types and the Arrow columns that hold their values, for functions written over single values.

use std::{borrow::Cow, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, StringArray,
    builder::{BinaryBuilder, BooleanBuilder, PrimitiveBuilder, StringBuilder},
    types::{
        ArrowPrimitiveType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
        Int64Type, Time32MillisecondType, TimestampMicrosecondType,
    },
};

use crate::{
    expr::{Datum, EvalError},
    types::TypeKind,
};

/// A kind of value with the column that holds it.
pub trait Native: 'static {
    /// The column.
    type Array: Array + 'static;
    /// A value as an argument.
    type Item<'a>;
    /// A value as a result; may be borrowed from an argument.
    type Out<'a>;
    /// Builds a column of results.
    type Builder;

    /// The value at a place, which is not NULL.
    fn item(array: &Self::Array, place: usize) -> Self::Item<'_>;
    /// A builder of `rows` results of type `kind`.
    fn builder(kind: &TypeKind, rows: usize) -> Self::Builder;
    /// Appends a result.
    fn push(builder: &mut Self::Builder, value: Option<Self::Out<'_>>);
    /// The column of the results.
    fn finish(builder: Self::Builder) -> ArrayRef;
}

/// TINYINT
pub type I8 = Int8Type;
/// SMALLINT
pub type I16 = Int16Type;
/// INT, and intervals in months
pub type I32 = Int32Type;
/// BIGINT, and intervals in milliseconds
pub type I64 = Int64Type;
/// FLOAT
pub type F32 = Float32Type;
/// DOUBLE
pub type F64 = Float64Type;
/// DECIMAL, the digits without the point
pub type Dec = Decimal128Type;
/// DATE, in days
pub type Date = Date32Type;
/// TIME, in milliseconds
pub type Time = Time32MillisecondType;
/// TIMESTAMP, TIMESTAMP_LTZ, in microseconds
pub type Stamp = TimestampMicrosecondType;

impl<T: ArrowPrimitiveType> Native for T {
    type Array = PrimitiveArray<T>;
    type Item<'a> = T::Native;
    type Out<'a> = T::Native;
    type Builder = PrimitiveBuilder<T>;

    fn item(array: &Self::Array, place: usize) -> Self::Item<'_> {
        array.value(place)
    }

    fn builder(kind: &TypeKind, rows: usize) -> Self::Builder {
        PrimitiveBuilder::with_capacity(rows).with_data_type(kind.arrow())
    }

    fn push(builder: &mut Self::Builder, value: Option<Self::Out<'_>>) {
        builder.append_option(value);
    }

    fn finish(mut builder: Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
}

/// BOOLEAN
#[derive(Debug)]
pub enum Bool {}

impl Native for Bool {
    type Array = BooleanArray;
    type Item<'a> = bool;
    type Out<'a> = bool;
    type Builder = BooleanBuilder;

    fn item(array: &Self::Array, place: usize) -> bool {
        array.value(place)
    }

    fn builder(_: &TypeKind, rows: usize) -> Self::Builder {
        BooleanBuilder::with_capacity(rows)
    }

    fn push(builder: &mut Self::Builder, value: Option<bool>) {
        builder.append_option(value);
    }

    fn finish(mut builder: Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
}

/// CHAR, VARCHAR
#[derive(Debug)]
pub enum Text {}

impl Native for Text {
    type Array = StringArray;
    type Item<'a> = &'a str;
    type Out<'a> = Cow<'a, str>;
    type Builder = StringBuilder;

    fn item(array: &Self::Array, place: usize) -> &str {
        array.value(place)
    }

    fn builder(_: &TypeKind, rows: usize) -> Self::Builder {
        /// A guess at the bytes of a value; the builder grows where it is wrong.
        const TYPICAL_LENGTH: usize = 16;
        StringBuilder::with_capacity(rows, rows * TYPICAL_LENGTH)
    }

    fn push(builder: &mut Self::Builder, value: Option<Cow<'_, str>>) {
        builder.append_option(value);
    }

    fn finish(mut builder: Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
}

/// BINARY, VARBINARY
#[derive(Debug)]
pub enum Bytes {}

impl Native for Bytes {
    type Array = BinaryArray;
    type Item<'a> = &'a [u8];
    type Out<'a> = Cow<'a, [u8]>;
    type Builder = BinaryBuilder;

    fn item(array: &Self::Array, place: usize) -> &[u8] {
        array.value(place)
    }

    fn builder(_: &TypeKind, _: usize) -> Self::Builder {
        BinaryBuilder::new()
    }

    fn push(builder: &mut Self::Builder, value: Option<Cow<'_, [u8]>>) {
        builder.append_option(value);
    }

    fn finish(mut builder: Self::Builder) -> ArrayRef {
        Arc::new(builder.finish())
    }
}

/// An argument's column, and where each row's value is in it.
pub struct View<'a, N: Native> {
    array: &'a N::Array,
    mask: usize,
}

impl<'a, N: Native> View<'a, N> {
    /// The argument as a column of `N`.
    pub fn new(datum: &'a Datum) -> Result<Self, EvalError> {
        Ok(Self { array: downcast(datum.array())?, mask: datum.mask() })
    }

    /// The value of a row, which is not NULL.
    pub fn get(&self, row: usize) -> N::Item<'a> {
        N::item(self.array, row & self.mask)
    }
}

/// The column as one of a known kind.
pub fn downcast<T: 'static>(array: &ArrayRef) -> Result<&T, EvalError> {
    let unexpected = || EvalError::internal(format_args!("a column of {}", array.data_type()));
    array.as_any().downcast_ref::<T>().ok_or_else(unexpected)
}
