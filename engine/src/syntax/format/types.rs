//! Types and intervals.

use std::fmt::{self, Display, Formatter};

use super::Quoted;
use crate::syntax::ast::{IntervalQualifier, RowField, Size, TimeUnit, TypeKind, TypeName};

impl Display for TypeName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if self.nullable { Ok(()) } else { f.write_str(" NOT NULL") }
    }
}

/// `(n)`, where it was written.
struct Sized<'a>(&'a Option<Size>);

impl Display for Sized<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |size| write!(f, "({})", size.value))
    }
}

impl Display for TypeKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("BOOLEAN"),
            Self::TinyInt => f.write_str("TINYINT"),
            Self::SmallInt => f.write_str("SMALLINT"),
            Self::Int => f.write_str("INTEGER"),
            Self::BigInt => f.write_str("BIGINT"),
            Self::Float => f.write_str("FLOAT"),
            Self::Double => f.write_str("DOUBLE"),
            Self::Decimal(Some(precision), Some(scale)) => write!(f, "DECIMAL({}, {})", precision.value, scale.value),
            Self::Decimal(precision, _) => write!(f, "DECIMAL{}", Sized(precision)),
            Self::Char(length) => write!(f, "CHAR{}", Sized(length)),
            Self::Varchar(length) => write!(f, "VARCHAR{}", Sized(length)),
            Self::String => f.write_str("STRING"),
            Self::Binary(length) => write!(f, "BINARY{}", Sized(length)),
            Self::Varbinary(length) => write!(f, "VARBINARY{}", Sized(length)),
            Self::Bytes => f.write_str("BYTES"),
            Self::Date => f.write_str("DATE"),
            Self::Time(precision) => write!(f, "TIME{}", Sized(precision)),
            Self::Timestamp(precision) => write!(f, "TIMESTAMP{}", Sized(precision)),
            Self::TimestampLtz(precision) => write!(f, "TIMESTAMP{} WITH LOCAL TIME ZONE", Sized(precision)),
            Self::TimestampTz(precision) => write!(f, "TIMESTAMP{} WITH TIME ZONE", Sized(precision)),
            Self::Interval(qualifier) => write!(f, "INTERVAL {qualifier}"),
            Self::Array(element) => write!(f, "ARRAY< {element} >"),
            Self::Multiset(element) => write!(f, "MULTISET< {element} >"),
            Self::Map(key, value) => write!(f, "MAP< {key}, {value} >"),
            Self::Row(fields) if fields.is_empty() => f.write_str("ROW<>"),
            Self::Row(fields) => write!(f, "ROW< {} >", super::List(fields)),
        }
    }
}

impl Display for RowField {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.data_type)?;
        match &self.comment {
            Some(comment) => write!(f, " {}", Quoted(comment)),
            None => Ok(()),
        }
    }
}

impl Display for TimeUnit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

impl Display for IntervalQualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.start)?;
        match (self.precision, self.fraction, self.end) {
            (Some(precision), Some(fraction), None) => write!(f, "({}, {})", precision.value, fraction.value),
            (precision, fraction, Some(end)) => write!(f, "{} TO {end}{}", Sized(&precision), Sized(&fraction)),
            (precision, _, None) => write!(f, "{}", Sized(&precision)),
        }
    }
}
