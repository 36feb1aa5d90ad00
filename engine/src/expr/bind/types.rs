//! Types by their names.

use crate::{
    syntax::{
        Position, SqlError,
        ast::{IntervalQualifier, Size, TimeUnit, TypeKind as Named, TypeName},
    },
    types::{
        DataType, RowField, TypeKind,
        data_type::{MAX_DECIMAL_PRECISION, MAX_LENGTH},
    },
};

/// The type of a type's name, with Flink's defaults: DECIMAL(10, 0), CHAR(1), TIME(0), TIMESTAMP(6).
pub fn data_type(name: &TypeName) -> Result<DataType, SqlError> {
    let kind = match &name.kind {
        Named::Boolean => TypeKind::Boolean,
        Named::TinyInt => TypeKind::TinyInt,
        Named::SmallInt => TypeKind::SmallInt,
        Named::Int => TypeKind::Int,
        Named::BigInt => TypeKind::BigInt,
        Named::Float => TypeKind::Float,
        Named::Double => TypeKind::Double,
        Named::Decimal(precision, scale) => decimal(*precision, *scale)?,
        Named::Char(n) => TypeKind::Char(length(*n)?),
        Named::Varchar(None) => TypeKind::STRING,
        Named::Varchar(n) => TypeKind::Varchar(length(*n)?),
        Named::String => TypeKind::STRING,
        Named::Binary(n) => TypeKind::Binary(length(*n)?),
        Named::Varbinary(None) => TypeKind::BYTES,
        Named::Varbinary(n) => TypeKind::Varbinary(length(*n)?),
        Named::Bytes => TypeKind::BYTES,
        Named::Date => TypeKind::Date,
        Named::Time(p) => TypeKind::Time(precision(*p, 0)?),
        Named::Timestamp(p) => TypeKind::Timestamp(precision(*p, 6)?),
        Named::TimestampLtz(p) => TypeKind::TimestampLtz(precision(*p, 6)?),
        Named::TimestampTz(_) => {
            let supported = "Flink does not run it either. Use TIMESTAMP_LTZ.";
            return Err(SqlError::unsupported(name.at, "TIMESTAMP WITH TIME ZONE", supported));
        }
        Named::Interval(qualifier) => interval(qualifier),
        Named::Array(element) => TypeKind::Array(Box::new(data_type(element)?)),
        Named::Multiset(element) => TypeKind::Multiset(Box::new(data_type(element)?)),
        Named::Map(key, value) => TypeKind::Map(Box::new(data_type(key)?), Box::new(data_type(value)?)),
        Named::Row(fields) => {
            let field = |field: &crate::syntax::ast::RowField| {
                Ok(RowField { name: field.name.text.clone(), data_type: data_type(&field.data_type)? })
            };
            TypeKind::Row(fields.iter().map(field).collect::<Result<_, SqlError>>()?)
        }
    };
    Ok(DataType { kind, nullable: name.nullable })
}

/// The type of intervals of these units.
pub fn interval(qualifier: &IntervalQualifier) -> TypeKind {
    match qualifier.start {
        TimeUnit::Year | TimeUnit::Quarter | TimeUnit::Month => TypeKind::IntervalMonths,
        _ => TypeKind::IntervalMillis,
    }
}

fn out_of_range(at: Position, what: &str, from: u32, to: u32) -> SqlError {
    SqlError::invalid(at, format!("{what} must be between {from} and {to}"))
}

fn decimal(precision: Option<Size>, scale: Option<Size>) -> Result<TypeKind, SqlError> {
    /// The digits of a DECIMAL for which none are given.
    const DEFAULT: u32 = 10;
    let max = u32::from(MAX_DECIMAL_PRECISION);
    let digits = precision.map_or(DEFAULT, |size| size.value);
    if let Some(size) = precision.filter(|size| !(1..=max).contains(&size.value)) {
        return Err(out_of_range(size.at, "The precision of a DECIMAL", 1, max));
    }
    if let Some(size) = scale.filter(|size| size.value > digits) {
        return Err(out_of_range(size.at, "The scale of a DECIMAL", 0, digits));
    }
    Ok(TypeKind::Decimal(digits as u8, scale.map_or(0, |size| size.value) as u8))
}

fn length(size: Option<Size>) -> Result<u32, SqlError> {
    match size {
        None => Ok(1),
        Some(size) if (1..=MAX_LENGTH).contains(&size.value) => Ok(size.value),
        Some(size) => Err(out_of_range(size.at, "The length of a string", 1, MAX_LENGTH)),
    }
}

fn precision(size: Option<Size>, default: u8) -> Result<u8, SqlError> {
    match size {
        None => Ok(default),
        Some(size) if size.value <= 9 => Ok(size.value as u8),
        Some(size) => Err(out_of_range(size.at, "The digits after the second", 0, 9)),
    }
}
