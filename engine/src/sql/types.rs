//! Flink's data types, as far as this cut has them.

use std::fmt;

use serde_json::{Value as Json, json};

/// A column's or an expression's type. Whether it may be NULL is kept beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataType {
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
    /// `CHAR(n)`
    Char(u32),
    /// `VARCHAR(n)`; `STRING` is the longest.
    Varchar(u32),
    /// `DATE`
    Date,
    /// `TIMESTAMP(p)`, without a time zone.
    Timestamp(u8),
    /// `TIMESTAMP_LTZ(p)`: an instant, shown in the session's time zone, which is UTC here.
    TimestampLtz(u8),
    /// The type of a bare `NULL`.
    Null,
}

/// `STRING`: `VARCHAR(2147483647)`.
pub const STRING: DataType = DataType::Varchar(i32::MAX as u32);
/// The digits after the second that a timestamp can carry here. Flink goes to 9.
pub const MAX_TIMESTAMP_PRECISION: u8 = 6;
/// The types that a column can have, as errors list them.
pub const SUPPORTED_TYPES: &str = "Supported types: BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, CHAR(n), \
     VARCHAR(n), STRING, DATE, TIMESTAMP(p) and TIMESTAMP_LTZ(p) with p up to 6.";

impl DataType {
    /// One of the four integer types.
    pub fn is_integer(self) -> bool {
        matches!(self, Self::TinyInt | Self::SmallInt | Self::Int | Self::BigInt)
    }

    /// An integer or a floating-point type.
    pub fn is_numeric(self) -> bool {
        self.is_integer() || matches!(self, Self::Float | Self::Double)
    }

    /// A character string.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Char(_) | Self::Varchar(_))
    }

    /// A point in time.
    pub fn is_timestamp(self) -> bool {
        matches!(self, Self::Timestamp(_) | Self::TimestampLtz(_))
    }

    /// Where the type stands in the order of numeric widening; `None` for other types.
    fn rank(self) -> Option<u8> {
        Some(match self {
            Self::TinyInt => 1,
            Self::SmallInt => 2,
            Self::Int => 3,
            Self::BigInt => 4,
            Self::Float => 5,
            Self::Double => 6,
            _ => return None,
        })
    }

    /// The narrowest type that holds both; `None` where Flink converts neither to the other by itself.
    pub fn common(self, other: Self) -> Option<Self> {
        if self == other || other == Self::Null {
            return Some(self);
        }
        if self == Self::Null {
            return Some(other);
        }
        if let (Some(a), Some(b)) = (self.rank(), other.rank()) {
            return Some(if a >= b { self } else { other });
        }
        match (self, other) {
            (a, b) if a.is_text() && b.is_text() => Some(Self::Varchar(a.length().max(b.length()))),
            (Self::Timestamp(a), Self::Timestamp(b)) => Some(Self::Timestamp(a.max(b))),
            (Self::TimestampLtz(a), Self::TimestampLtz(b)) => Some(Self::TimestampLtz(a.max(b))),
            (Self::Date, t @ Self::Timestamp(_)) | (t @ Self::Timestamp(_), Self::Date) => Some(t),
            _ => None,
        }
    }

    fn length(self) -> u32 {
        match self {
            Self::Char(n) | Self::Varchar(n) => n,
            _ => 0,
        }
    }

    /// Whether a value of this type may be written to a column of type `target` without a `CAST`.
    pub fn assignable_to(self, target: Self) -> bool {
        if self == Self::Null || (self.is_text() && target.is_text()) {
            return true;
        }
        match (self, target) {
            (Self::Timestamp(_), Self::Timestamp(_) | Self::TimestampLtz(_)) => true,
            (Self::TimestampLtz(_), Self::Timestamp(_) | Self::TimestampLtz(_)) => true,
            (Self::Date, Self::Timestamp(_)) => true,
            _ => self.common(target) == Some(target),
        }
    }

    /// The type as the SQL Gateway describes it.
    pub fn to_json(self, nullable: bool) -> Json {
        match self {
            Self::Boolean => json!({"type": "BOOLEAN", "nullable": nullable}),
            Self::TinyInt => json!({"type": "TINYINT", "nullable": nullable}),
            Self::SmallInt => json!({"type": "SMALLINT", "nullable": nullable}),
            Self::Int => json!({"type": "INTEGER", "nullable": nullable}),
            Self::BigInt => json!({"type": "BIGINT", "nullable": nullable}),
            Self::Float => json!({"type": "FLOAT", "nullable": nullable}),
            Self::Double => json!({"type": "DOUBLE", "nullable": nullable}),
            Self::Char(n) => json!({"type": "CHAR", "nullable": nullable, "length": n}),
            Self::Varchar(n) => json!({"type": "VARCHAR", "nullable": nullable, "length": n}),
            Self::Date => json!({"type": "DATE", "nullable": nullable}),
            Self::Timestamp(p) => {
                json!({"type": "TIMESTAMP_WITHOUT_TIME_ZONE", "nullable": nullable, "precision": p, "kind": "REGULAR"})
            }
            Self::TimestampLtz(p) => {
                json!({"type": "TIMESTAMP_WITH_LOCAL_TIME_ZONE", "nullable": nullable, "precision": p, "kind": "REGULAR"})
            }
            Self::Null => json!({"type": "NULL", "nullable": true}),
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("BOOLEAN"),
            Self::TinyInt => f.write_str("TINYINT"),
            Self::SmallInt => f.write_str("SMALLINT"),
            Self::Int => f.write_str("INT"),
            Self::BigInt => f.write_str("BIGINT"),
            Self::Float => f.write_str("FLOAT"),
            Self::Double => f.write_str("DOUBLE"),
            Self::Char(n) => write!(f, "CHAR({n})"),
            Self::Varchar(_) if *self == STRING => f.write_str("STRING"),
            Self::Varchar(n) => write!(f, "VARCHAR({n})"),
            Self::Date => f.write_str("DATE"),
            Self::Timestamp(p) => write!(f, "TIMESTAMP({p})"),
            Self::TimestampLtz(p) => write!(f, "TIMESTAMP_LTZ({p})"),
            Self::Null => f.write_str("NULL"),
        }
    }
}
