//! Types as they are written, to types.

use crate::{
    syntax::{
        Position, SqlError,
        ast::{self, Size, TimeUnit},
    },
    types::{
        DataType, RowField, TypeKind,
        data_type::{MAX_DECIMAL_PRECISION, MAX_LENGTH, MAX_TIMESTAMP_PRECISION},
    },
};

/// The type that is meant, with Flink's defaults for sizes that are not written.
pub fn data_type(name: &ast::TypeName) -> Result<DataType, SqlError> {
    let kind = match &name.kind {
        ast::TypeKind::Boolean => TypeKind::Boolean,
        ast::TypeKind::TinyInt => TypeKind::TinyInt,
        ast::TypeKind::SmallInt => TypeKind::SmallInt,
        ast::TypeKind::Int => TypeKind::Int,
        ast::TypeKind::BigInt => TypeKind::BigInt,
        ast::TypeKind::Float => TypeKind::Float,
        ast::TypeKind::Double => TypeKind::Double,
        ast::TypeKind::Decimal(precision, scale) => decimal(*precision, *scale)?,
        ast::TypeKind::Char(n) => TypeKind::Char(length(*n, "CHAR")?),
        ast::TypeKind::Varchar(None) => TypeKind::STRING,
        ast::TypeKind::Varchar(n) => TypeKind::Varchar(length(*n, "VARCHAR")?),
        ast::TypeKind::String => TypeKind::STRING,
        ast::TypeKind::Binary(n) => TypeKind::Binary(length(*n, "BINARY")?),
        ast::TypeKind::Varbinary(None) => TypeKind::BYTES,
        ast::TypeKind::Varbinary(n) => TypeKind::Varbinary(length(*n, "VARBINARY")?),
        ast::TypeKind::Bytes => TypeKind::BYTES,
        ast::TypeKind::Date => TypeKind::Date,
        ast::TypeKind::Time(p) => TypeKind::Time(precision(*p, 0, 9, "TIME")?),
        ast::TypeKind::Timestamp(p) => TypeKind::Timestamp(timestamp(*p, "TIMESTAMP")?),
        ast::TypeKind::TimestampLtz(p) => TypeKind::TimestampLtz(timestamp(*p, "TIMESTAMP_LTZ")?),
        ast::TypeKind::TimestampTz(_) => {
            let instead = "Use TIMESTAMP or TIMESTAMP_LTZ, as in Flink.";
            return Err(SqlError::unsupported(name.at, "TIMESTAMP WITH TIME ZONE", instead));
        }
        ast::TypeKind::Interval(qualifier) => match qualifier.start {
            TimeUnit::Year | TimeUnit::Quarter | TimeUnit::Month => TypeKind::IntervalMonths,
            _ => TypeKind::IntervalMillis,
        },
        ast::TypeKind::Array(element) => TypeKind::Array(Box::new(data_type(element)?)),
        ast::TypeKind::Multiset(element) => TypeKind::Multiset(Box::new(data_type(element)?)),
        ast::TypeKind::Map(key, value) => TypeKind::Map(Box::new(data_type(key)?), Box::new(data_type(value)?)),
        ast::TypeKind::Row(fields) => TypeKind::Row(
            fields
                .iter()
                .map(|field| Ok(RowField { name: field.name.text.clone(), data_type: data_type(&field.data_type)? }))
                .collect::<Result<_, SqlError>>()?,
        ),
    };
    Ok(DataType { kind, nullable: name.nullable })
}

fn decimal(precision: Option<Size>, scale: Option<Size>) -> Result<TypeKind, SqlError> {
    let digits = precision.map_or(10, |size| size.value);
    if let Some(size) = precision.filter(|size| !(1..=u32::from(MAX_DECIMAL_PRECISION)).contains(&size.value)) {
        return Err(out_of_range(size.at, "Decimal precision", 1, u32::from(MAX_DECIMAL_PRECISION)));
    }
    if let Some(size) = scale.filter(|size| size.value > digits) {
        return Err(out_of_range(size.at, "Decimal scale", 0, digits));
    }
    Ok(TypeKind::Decimal(digits as u8, scale.map_or(0, |size| size.value) as u8))
}

fn length(size: Option<Size>, name: &str) -> Result<u32, SqlError> {
    match size {
        None => Ok(1),
        Some(size) if (1..=MAX_LENGTH).contains(&size.value) => Ok(size.value),
        Some(size) => Err(out_of_range(size.at, &format!("The length of {name}"), 1, MAX_LENGTH)),
    }
}

fn precision(size: Option<Size>, default: u8, max: u8, name: &str) -> Result<u8, SqlError> {
    match size {
        None => Ok(default),
        Some(size) if size.value <= u32::from(max) => Ok(size.value as u8),
        Some(size) => Err(out_of_range(size.at, &format!("The precision of {name}"), 0, u32::from(max))),
    }
}

fn timestamp(size: Option<Size>, name: &str) -> Result<u8, SqlError> {
    let digits = precision(size, 6, 9, name)?;
    match size {
        Some(size) if digits > MAX_TIMESTAMP_PRECISION => Err(SqlError::unsupported(
            size.at,
            format!("{name}({digits})"),
            format!("Timestamps carry at most {MAX_TIMESTAMP_PRECISION} digits after the second."),
        )),
        _ => Ok(digits),
    }
}

fn out_of_range(at: Position, what: &str, least: u32, most: u32) -> SqlError {
    SqlError::invalid(at, format!("{what} must be between {least} and {most} (both inclusive)"))
}

/// The type as `SHOW CREATE TABLE` writes it: Flink's "serializable string".
pub fn serializable(data_type: &DataType) -> String {
    let kind = match &data_type.kind {
        TypeKind::Varchar(n) => format!("VARCHAR({n})"),
        TypeKind::Varbinary(n) => format!("VARBINARY({n})"),
        TypeKind::TimestampLtz(p) => format!("TIMESTAMP({p}) WITH LOCAL TIME ZONE"),
        TypeKind::Array(element) => format!("ARRAY<{}>", serializable(element)),
        TypeKind::Multiset(element) => format!("MULTISET<{}>", serializable(element)),
        TypeKind::Map(key, value) => format!("MAP<{}, {}>", serializable(key), serializable(value)),
        TypeKind::Row(fields) => {
            let field =
                |field: &RowField| format!("`{}` {}", field.name.replace('`', "``"), serializable(&field.data_type));
            format!("ROW<{}>", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    };
    format!("{kind}{}", if data_type.nullable { "" } else { " NOT NULL" })
}
