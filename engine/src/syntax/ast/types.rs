//! Types as they were written.

use super::{Name, Position};

/// A type and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeName {
    /// Where it stands.
    pub at: Position,
    /// What it is.
    pub kind: TypeKind,
    /// Whether it admits NULL: `false` only after `NOT NULL`.
    pub nullable: bool,
}

/// A length, precision or scale, and where it stands. The range is the binder's to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The number.
    pub value: u32,
    /// Where it stands.
    pub at: Position,
}

/// What a type is. A size that is absent was not written; its default is the binder's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// `BOOLEAN`
    Boolean,
    /// `TINYINT`
    TinyInt,
    /// `SMALLINT`
    SmallInt,
    /// `INT`, `INTEGER`
    Int,
    /// `BIGINT`
    BigInt,
    /// `FLOAT`
    Float,
    /// `DOUBLE [PRECISION]`
    Double,
    /// `DECIMAL[(precision[, scale])]`, also `DEC` and `NUMERIC`
    Decimal(Option<Size>, Option<Size>),
    /// `CHAR[(length)]`
    Char(Option<Size>),
    /// `VARCHAR[(length)]`
    Varchar(Option<Size>),
    /// `STRING`
    String,
    /// `BINARY[(length)]`
    Binary(Option<Size>),
    /// `VARBINARY[(length)]`
    Varbinary(Option<Size>),
    /// `BYTES`
    Bytes,
    /// `DATE`
    Date,
    /// `TIME[(precision)] [WITHOUT TIME ZONE]`
    Time(Option<Size>),
    /// `TIMESTAMP[(precision)] [WITHOUT TIME ZONE]`
    Timestamp(Option<Size>),
    /// `TIMESTAMP_LTZ[(precision)]`, `TIMESTAMP[(precision)] WITH LOCAL TIME ZONE`
    TimestampLtz(Option<Size>),
    /// `TIMESTAMP[(precision)] WITH TIME ZONE`, which Flink parses but does not run
    TimestampTz(Option<Size>),
    /// `INTERVAL YEAR TO MONTH`, `INTERVAL DAY(3) TO SECOND(3)`, …
    Interval(IntervalQualifier),
    /// `ARRAY<element>`, `element ARRAY`
    Array(Box<TypeName>),
    /// `MULTISET<element>`, `element MULTISET`
    Multiset(Box<TypeName>),
    /// `MAP<key, value>`
    Map(Box<TypeName>, Box<TypeName>),
    /// `ROW<name type, …>`, `ROW(name type, …)`
    Row(Vec<RowField>),
}

/// A field of a `ROW` type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowField {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub data_type: TypeName,
    /// Its comment.
    pub comment: Option<String>,
}

/// The unit or units of an interval: `DAY`, `HOUR TO SECOND(3)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntervalQualifier {
    /// Where it stands.
    pub at: Position,
    /// The largest unit.
    pub start: TimeUnit,
    /// How many digits the largest unit may have, where it says.
    pub precision: Option<Size>,
    /// The smallest unit, after `TO`.
    pub end: Option<TimeUnit>,
    /// How many digits the fraction of a second may have, where it says.
    pub fraction: Option<Size>,
}

/// A unit of time, in intervals and in functions that take one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// `MILLENNIUM`
    Millennium,
    /// `CENTURY`
    Century,
    /// `DECADE`
    Decade,
    /// `YEAR`
    Year,
    /// `ISOYEAR`
    IsoYear,
    /// `QUARTER`
    Quarter,
    /// `MONTH`
    Month,
    /// `WEEK`
    Week,
    /// `DAY`
    Day,
    /// `DOW`: the day of the week, from Sunday, 1
    DayOfWeek,
    /// `ISODOW`: the day of the week, from Monday, 1
    IsoDayOfWeek,
    /// `DOY`: the day of the year, from 1
    DayOfYear,
    /// `HOUR`
    Hour,
    /// `MINUTE`
    Minute,
    /// `SECOND`
    Second,
    /// `MILLISECOND`
    Millisecond,
    /// `MICROSECOND`
    Microsecond,
    /// `NANOSECOND`
    Nanosecond,
    /// `EPOCH`: seconds since 1970
    Epoch,
}

impl TimeUnit {
    /// As it is written.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Millennium => "MILLENNIUM",
            Self::Century => "CENTURY",
            Self::Decade => "DECADE",
            Self::Year => "YEAR",
            Self::IsoYear => "ISOYEAR",
            Self::Quarter => "QUARTER",
            Self::Month => "MONTH",
            Self::Week => "WEEK",
            Self::Day => "DAY",
            Self::DayOfWeek => "DOW",
            Self::IsoDayOfWeek => "ISODOW",
            Self::DayOfYear => "DOY",
            Self::Hour => "HOUR",
            Self::Minute => "MINUTE",
            Self::Second => "SECOND",
            Self::Millisecond => "MILLISECOND",
            Self::Microsecond => "MICROSECOND",
            Self::Nanosecond => "NANOSECOND",
            Self::Epoch => "EPOCH",
        }
    }
}
