//! `CAST` and `TRY_CAST` with Flink's outcomes.

use super::{
    eval::EvalError,
    time::{DAY_MICROS, format_timestamp, parse_date, parse_timestamp},
    types::DataType,
    value::{Value, precision},
};

/// Whether Flink has a conversion from one type to the other.
pub fn can_cast(from: DataType, to: DataType) -> bool {
    if from == to || from == DataType::Null || from.is_text() || to.is_text() {
        return true;
    }
    let number = |t: DataType| t.is_numeric();
    let temporal = |t: DataType| t == DataType::Date || t.is_timestamp();
    (number(from) && number(to))
        || (temporal(from) && temporal(to))
        || (from == DataType::Boolean && number(to))
        || (number(from) && to == DataType::Boolean)
}

/// `value`, of type `from`, as `to`.
pub fn cast(value: Value, from: DataType, to: DataType) -> Result<Value, EvalError> {
    match value {
        Value::Null => Ok(Value::Null),
        value if to.is_text() => Ok(Value::text(fit(to_text(&value, from), to))),
        Value::Text(text) => from_text(&text, to),
        Value::Boolean(value) => Ok(from_integer(i64::from(value), to)),
        Value::Integer(value) => Ok(from_integer(value, to)),
        Value::Float(value) => Ok(from_double(f64::from(value), to)),
        Value::Double(value) => Ok(from_double(value, to)),
        Value::Date(days) if to.is_timestamp() => Ok(Value::Timestamp(i64::from(days) * DAY_MICROS)),
        Value::Timestamp(micros) if to == DataType::Date => Ok(Value::Date(micros.div_euclid(DAY_MICROS) as i32)),
        Value::Timestamp(micros) => Ok(Value::Timestamp(truncate(micros, precision(to)))),
        value @ Value::Date(_) => Ok(value),
    }
}

/// An integer wrapped into the range of its type, as Java's narrowing does.
pub fn wrap(value: i64, data_type: DataType) -> i64 {
    match data_type {
        DataType::TinyInt => i64::from(value as i8),
        DataType::SmallInt => i64::from(value as i16),
        DataType::Int => i64::from(value as i32),
        _ => value,
    }
}

fn from_integer(value: i64, to: DataType) -> Value {
    match to {
        DataType::Boolean => Value::Boolean(value != 0),
        DataType::Float => Value::Float(value as f32),
        DataType::Double => Value::Double(value as f64),
        _ => Value::Integer(wrap(value, to)),
    }
}

/// Java narrows a floating-point number to int or long by saturation, and to the shorter types through int.
fn from_double(value: f64, to: DataType) -> Value {
    match to {
        DataType::Boolean => Value::Boolean(value != 0.0),
        DataType::Float => Value::Float(value as f32),
        DataType::Double => Value::Double(value),
        DataType::BigInt => Value::Integer(value as i64),
        _ => Value::Integer(wrap(i64::from(value as i32), to)),
    }
}

/// A value as `CAST(… AS STRING)` shows it, which differs from how print shows it.
fn to_text(value: &Value, from: DataType) -> String {
    match value {
        Value::Boolean(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        Value::Timestamp(micros) => format_timestamp(*micros, precision(from), ' '),
        other => other.display(from),
    }
}

/// Cuts text to the length of its type, and pads it where the type is CHAR.
fn fit(text: String, to: DataType) -> String {
    match to {
        DataType::Char(length) => {
            let length = length as usize;
            let cut: String = text.chars().take(length).collect();
            format!("{cut:<length$}")
        }
        DataType::Varchar(length) if text.len() > length as usize => text.chars().take(length as usize).collect(),
        _ => text,
    }
}

/// Reads a value of type `to` from text, as `CAST` and the text formats do.
pub fn from_text(text: &str, to: DataType) -> Result<Value, EvalError> {
    let trimmed = text.trim();
    let value = match to {
        DataType::Boolean => match trimmed.to_lowercase().as_str() {
            "true" | "t" | "yes" | "y" | "1" => Some(Value::Boolean(true)),
            "false" | "f" | "no" | "n" | "0" => Some(Value::Boolean(false)),
            _ => None,
        },
        DataType::TinyInt | DataType::SmallInt | DataType::Int | DataType::BigInt => {
            trimmed.parse().ok().filter(|value| wrap(*value, to) == *value).map(Value::Integer)
        }
        DataType::Float => parse_float(trimmed).map(|value| Value::Float(value as f32)),
        DataType::Double => parse_float(trimmed).map(Value::Double),
        DataType::Date => parse_date(trimmed).map(Value::Date),
        DataType::Timestamp(p) | DataType::TimestampLtz(p) => {
            parse_timestamp(trimmed).map(|micros| Value::Timestamp(truncate(micros, p)))
        }
        DataType::Char(_) | DataType::Varchar(_) => Some(Value::text(text)),
        DataType::Null => Some(Value::Null),
    };
    value.ok_or_else(|| EvalError::not_a(text, to))
}

/// A decimal number; `inf` and other spellings that Rust takes and Java does not are refused.
fn parse_float(text: &str) -> Option<f64> {
    let java = matches!(text, "NaN" | "Infinity" | "-Infinity" | "+Infinity");
    if !java && text.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')) {
        return None;
    }
    text.parse().ok()
}

fn truncate(micros: i64, precision: u8) -> i64 {
    let unit = 10_i64.pow(u32::from(6 - precision.min(6)));
    micros.div_euclid(unit) * unit
}
