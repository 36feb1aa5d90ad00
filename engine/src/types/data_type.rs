//! Flink's data types, and the Arrow type that holds each.

use std::{fmt, sync::Arc};

use arrow_schema::{DataType as ArrowType, Field as ArrowField, Fields, TimeUnit};
use serde::{Deserialize, Serialize};

/// A type and whether NULL is one of its values. How it is serialised is part of the format of savepoints.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DataType {
    /// What the values are.
    pub kind: TypeKind,
    /// Whether NULL is allowed.
    pub nullable: bool,
}

/// What the values of a type are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeKind {
    /// `BOOLEAN`
    Boolean,
    /// `TINYINT`: 8 bits.
    TinyInt,
    /// `SMALLINT`: 16 bits.
    SmallInt,
    /// `INT`: 32 bits.
    Int,
    /// `BIGINT`: 64 bits.
    BigInt,
    /// `FLOAT`: 32 bits.
    Float,
    /// `DOUBLE`: 64 bits.
    Double,
    /// `DECIMAL(precision, scale)`: up to 38 digits, `scale` of them after the point.
    Decimal(u8, u8),
    /// `CHAR(n)`
    Char(u32),
    /// `VARCHAR(n)`; `STRING` is the longest.
    Varchar(u32),
    /// `BINARY(n)`
    Binary(u32),
    /// `VARBINARY(n)`; `BYTES` is the longest.
    Varbinary(u32),
    /// `DATE`: days since 1970-01-01.
    Date,
    /// `TIME(p)`: milliseconds of the day, as in Flink.
    Time(u8),
    /// `TIMESTAMP(p)`: microseconds since 1970-01-01T00:00, without a zone.
    Timestamp(u8),
    /// `TIMESTAMP_LTZ(p)`: microseconds since 1970-01-01T00:00Z, shown in the session's time zone.
    TimestampLtz(u8),
    /// `INTERVAL YEAR TO MONTH` and its parts: months.
    IntervalMonths,
    /// `INTERVAL DAY TO SECOND` and its parts: milliseconds.
    IntervalMillis,
    /// `ARRAY<element>`
    Array(Box<DataType>),
    /// `MAP<key, value>`
    Map(Box<DataType>, Box<DataType>),
    /// `MULTISET<element>`: a map from elements to how often each is in it (INT).
    Multiset(Box<DataType>),
    /// `ROW<…>`
    Row(Vec<RowField>),
    /// The type of a bare `NULL`.
    Null,
}

/// A field of a `ROW`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RowField {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
}

/// The length of `STRING` and `BYTES`.
pub const MAX_LENGTH: u32 = i32::MAX as u32;
/// The most digits of a `DECIMAL`.
pub const MAX_DECIMAL_PRECISION: u8 = 38;
/// The digits after the second that a timestamp can carry here. Flink goes to 9.
pub const MAX_TIMESTAMP_PRECISION: u8 = 6;

impl TypeKind {
    /// `STRING`
    pub const STRING: Self = Self::Varchar(MAX_LENGTH);
    /// `BYTES`
    pub const BYTES: Self = Self::Varbinary(MAX_LENGTH);

    /// The type with NULL.
    pub fn nullable(self) -> DataType {
        DataType { kind: self, nullable: true }
    }

    /// The type without NULL.
    pub fn not_null(self) -> DataType {
        DataType { kind: self, nullable: false }
    }

    /// One of the four integer types.
    pub fn is_integer(&self) -> bool {
        matches!(self, Self::TinyInt | Self::SmallInt | Self::Int | Self::BigInt)
    }

    /// An integer type or DECIMAL.
    pub fn is_exact(&self) -> bool {
        self.is_integer() || matches!(self, Self::Decimal(..))
    }

    /// An integer, decimal or floating-point type.
    pub fn is_numeric(&self) -> bool {
        self.is_exact() || matches!(self, Self::Float | Self::Double)
    }

    /// A character string.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Char(_) | Self::Varchar(_))
    }

    /// A string of bytes.
    pub fn is_binary(&self) -> bool {
        matches!(self, Self::Binary(_) | Self::Varbinary(_))
    }

    /// A point in time, with or without a zone.
    pub fn is_timestamp(&self) -> bool {
        matches!(self, Self::Timestamp(_) | Self::TimestampLtz(_))
    }

    /// An interval.
    pub fn is_interval(&self) -> bool {
        matches!(self, Self::IntervalMonths | Self::IntervalMillis)
    }

    /// The Arrow type of a column.
    pub fn arrow(&self) -> ArrowType {
        match self {
            Self::Boolean => ArrowType::Boolean,
            Self::TinyInt => ArrowType::Int8,
            Self::SmallInt => ArrowType::Int16,
            Self::Int | Self::IntervalMonths => ArrowType::Int32,
            Self::BigInt | Self::IntervalMillis => ArrowType::Int64,
            Self::Float => ArrowType::Float32,
            Self::Double => ArrowType::Float64,
            Self::Decimal(precision, scale) => ArrowType::Decimal128(*precision, *scale as i8),
            Self::Char(_) | Self::Varchar(_) => ArrowType::Utf8,
            Self::Binary(_) | Self::Varbinary(_) => ArrowType::Binary,
            Self::Date => ArrowType::Date32,
            Self::Time(_) => ArrowType::Time32(TimeUnit::Millisecond),
            Self::Timestamp(_) | Self::TimestampLtz(_) => ArrowType::Timestamp(TimeUnit::Microsecond, None),
            Self::Array(element) => ArrowType::List(Arc::new(ArrowField::new("item", element.kind.arrow(), true))),
            Self::Map(key, value) => map_of(key.kind.arrow(), value.kind.arrow()),
            Self::Multiset(element) => map_of(element.kind.arrow(), ArrowType::Int32),
            Self::Row(fields) => ArrowType::Struct(row_fields(fields)),
            Self::Null => ArrowType::Null,
        }
    }
}

/// The fields of the struct that holds a row.
pub fn row_fields(fields: &[RowField]) -> Fields {
    fields.iter().map(|field| ArrowField::new(&field.name, field.data_type.kind.arrow(), true)).collect()
}

/// The fields of the struct of a map's entries. Unlike Flink's, Arrow's maps have no NULL key.
pub fn map_entries(key: ArrowType, value: ArrowType) -> Fields {
    Fields::from(vec![ArrowField::new("keys", key, false), ArrowField::new("values", value, true)])
}

fn map_of(key: ArrowType, value: ArrowType) -> ArrowType {
    let entries = ArrowField::new("entries", ArrowType::Struct(map_entries(key, value)), false);
    ArrowType::Map(Arc::new(entries), false)
}

impl DataType {
    /// The same values, with or without NULL.
    pub fn with_nullable(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }
}

/// Flink's "summary string": `DECIMAL(10, 2) NOT NULL`.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, if self.nullable { "" } else { " NOT NULL" })
    }
}

impl fmt::Display for TypeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("BOOLEAN"),
            Self::TinyInt => f.write_str("TINYINT"),
            Self::SmallInt => f.write_str("SMALLINT"),
            Self::Int => f.write_str("INT"),
            Self::BigInt => f.write_str("BIGINT"),
            Self::Float => f.write_str("FLOAT"),
            Self::Double => f.write_str("DOUBLE"),
            Self::Decimal(precision, scale) => write!(f, "DECIMAL({precision}, {scale})"),
            Self::Char(n) => write!(f, "CHAR({n})"),
            Self::Varchar(MAX_LENGTH) => f.write_str("STRING"),
            Self::Varchar(n) => write!(f, "VARCHAR({n})"),
            Self::Binary(n) => write!(f, "BINARY({n})"),
            Self::Varbinary(MAX_LENGTH) => f.write_str("BYTES"),
            Self::Varbinary(n) => write!(f, "VARBINARY({n})"),
            Self::Date => f.write_str("DATE"),
            Self::Time(p) => write!(f, "TIME({p})"),
            Self::Timestamp(p) => write!(f, "TIMESTAMP({p})"),
            Self::TimestampLtz(p) => write!(f, "TIMESTAMP_LTZ({p})"),
            Self::IntervalMonths => f.write_str("INTERVAL MONTH"),
            Self::IntervalMillis => f.write_str("INTERVAL SECOND(3)"),
            Self::Array(element) => write!(f, "ARRAY<{element}>"),
            Self::Map(key, value) => write!(f, "MAP<{key}, {value}>"),
            Self::Multiset(element) => write!(f, "MULTISET<{element}>"),
            Self::Row(fields) => {
                f.write_str("ROW<")?;
                for (index, field) in fields.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}`{}` {}", field.name.replace('`', "``"), field.data_type)?;
                }
                f.write_str(">")
            }
            Self::Null => f.write_str("NULL"),
        }
    }
}
