//! Values and rows.

use std::sync::Arc;

use super::{
    time::{format_date, format_timestamp},
    types::DataType,
};

/// One value of a row. Its type is known from the plan; here it says only how it is held.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL, of any type.
    Null,
    /// `BOOLEAN`
    Boolean(bool),
    /// Any of the four integer types; within the range of its type.
    Integer(i64),
    /// `FLOAT`
    Float(f32),
    /// `DOUBLE`
    Double(f64),
    /// `CHAR`, `VARCHAR`, `STRING`
    Text(Arc<str>),
    /// `DATE`: days since 1970-01-01.
    Date(i32),
    /// `TIMESTAMP`, `TIMESTAMP_LTZ`: microseconds since 1970-01-01 00:00:00.
    Timestamp(i64),
}

/// One record.
pub type Row = Vec<Value>;

impl Value {
    /// A text value.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// The bytes of its binary form: what the record counters' byte twins count between tasks.
    pub fn bytes(&self) -> u64 {
        1 + match self {
            Self::Null => 0,
            Self::Boolean(_) => 1,
            Self::Float(_) | Self::Date(_) => 4,
            Self::Integer(_) | Self::Double(_) | Self::Timestamp(_) => 8,
            Self::Text(text) => 4 + text.len() as u64,
        }
    }

    /// As Java's `Row.toString` shows it, which is how the print connector writes.
    pub fn display(&self, data_type: DataType) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => java_float(f64::from(*value), value.to_string()),
            Self::Double(value) => java_float(*value, value.to_string()),
            Self::Text(text) => text.to_string(),
            Self::Date(days) => format_date(*days),
            Self::Timestamp(micros) => {
                let mut shown = format_timestamp(*micros, precision(data_type), 'T');
                if matches!(data_type, DataType::TimestampLtz(_)) {
                    shown.push('Z');
                }
                shown
            }
        }
    }
}

/// The bytes of a whole row.
pub fn row_bytes(row: &Row) -> u64 {
    row.iter().map(Value::bytes).sum()
}

/// The digits after the second that a type shows.
pub fn precision(data_type: DataType) -> u8 {
    match data_type {
        DataType::Timestamp(p) | DataType::TimestampLtz(p) => p,
        _ => 0,
    }
}

/// A floating-point number as Java's `toString` writes it: `1.0`, `1.0E10`, `Infinity`.
fn java_float(value: f64, shortest: String) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return if shortest.contains('.') { shortest } else { shortest + ".0" };
    }
    scientific(&shortest)
}

/// The shortest plain decimal `digits`, as mantissa and exponent.
fn scientific(digits: &str) -> String {
    let (sign, plain) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let exponent = whole.len() as i64 - 1 - leading as i64;
    let significant = all.trim_matches('0');
    let (head, tail) = significant.split_at(1.min(significant.len()));
    format!("{sign}{head}.{}E{exponent}", if tail.is_empty() { "0" } else { tail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_java_writes_them() {
        let check = |value: f64, expect: &str| assert_eq!(Value::Double(value).display(DataType::Double), expect);
        check(1.0, "1.0");
        check(-0.25, "-0.25");
        check(1e7, "1.0E7");
        check(123_456_789.5, "1.234567895E8");
        check(0.000_12, "1.2E-4");
        check(f64::NEG_INFINITY, "-Infinity");
        assert_eq!(Value::Float(0.1).display(DataType::Float), "0.1");
    }
}
