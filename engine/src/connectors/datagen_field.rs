//! The values of one column of a datagen table.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::datagen::Random;
use crate::{
    options::Options,
    sql::{
        catalog::Column,
        time::DAY_MICROS,
        types::DataType,
        value::{Value, precision},
    },
};

/// Flink's default length of random strings.
const DEFAULT_LENGTH: u32 = 100;
/// The longest random string that is made.
const MAX_LENGTH: u32 = 64 * 1024;

/// How the values of a column are made.
pub struct Field {
    data_type: DataType,
    null_rate: f64,
    kind: FieldKind,
}

enum FieldKind {
    /// `start`, `start + 1`, … up to `end`.
    Sequence { start: i64, end: i64 },
    /// Within bounds that mean something to the numeric types only.
    Random { min: f64, max: f64, length: u32, max_past: Duration },
}

impl Field {
    /// Reads the `fields.COLUMN.` options.
    pub fn new(column: &Column, options: Options<'_>) -> Self {
        let get = |option: &str| options.get(&format!("fields.{}.{option}", column.name));
        let number = |option: &str| get(option).and_then(|text| text.trim().parse::<f64>().ok());
        let whole = |option: &str| get(option).and_then(|text| text.trim().parse::<i64>().ok());
        let (least, most) = range(column.data_type);
        let kind = if get("kind") == Some("sequence") {
            FieldKind::Sequence { start: whole("start").unwrap_or(0), end: whole("end").unwrap_or(i64::MAX) }
        } else {
            let declared = match column.data_type {
                DataType::Char(n) | DataType::Varchar(n) => n.min(DEFAULT_LENGTH),
                _ => DEFAULT_LENGTH,
            };
            FieldKind::Random {
                min: number("min").unwrap_or(least).max(least),
                max: number("max").unwrap_or(most).min(most),
                length: number("length").map_or(declared, |length| length as u32).min(MAX_LENGTH),
                max_past: options.duration(&format!("fields.{}.max-past", column.name)).unwrap_or_default(),
            }
        };
        Self { data_type: column.data_type, null_rate: number("null-rate").unwrap_or(0.0), kind }
    }

    /// How many rows the column can fill; `None` without a bound.
    pub fn rows(&self) -> Option<u64> {
        match self.kind {
            FieldKind::Sequence { start, end } => Some(end.saturating_sub(start).saturating_add(1).max(0) as u64),
            FieldKind::Random { .. } => None,
        }
    }

    /// The value in the row of this number.
    pub fn value(&self, row: u64, random: &mut Random) -> Value {
        if self.null_rate > 0.0 && random.fraction() < self.null_rate {
            return Value::Null;
        }
        match self.kind {
            FieldKind::Sequence { start, .. } => self.sequence(start.wrapping_add(row as i64)),
            FieldKind::Random { min, max, length, max_past } => self.random(min, max, length, max_past, random),
        }
    }

    fn sequence(&self, number: i64) -> Value {
        match self.data_type {
            t if t.is_text() => Value::text(number.to_string()),
            DataType::Float => Value::Float(number as f32),
            DataType::Double => Value::Double(number as f64),
            t if t.is_integer() => Value::Integer(number),
            _ => Value::Null,
        }
    }

    fn random(&self, min: f64, max: f64, length: u32, max_past: Duration, random: &mut Random) -> Value {
        match self.data_type {
            DataType::Boolean => Value::Boolean(random.bits() & 1 == 1),
            t if t.is_integer() => Value::Integer(random.between(min as i64, max as i64)),
            DataType::Float => Value::Float((min + (max - min) * random.fraction()) as f32),
            DataType::Double => Value::Double(min + (max - min) * random.fraction()),
            t if t.is_text() => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                Value::text((0..length).map(|_| char::from(HEX[(random.bits() & 15) as usize])).collect::<String>())
            }
            DataType::Date => Value::Date(now_micros().div_euclid(DAY_MICROS) as i32),
            t => {
                let unit = 10_i64.pow(u32::from(6 - precision(t).min(6)));
                let past = random.between(0, i64::try_from(max_past.as_micros()).unwrap_or(i64::MAX));
                Value::Timestamp((now_micros() - past).div_euclid(unit) * unit)
            }
        }
    }
}

/// The range of values of a type; doubles stay within floats, so that the span is finite.
fn range(data_type: DataType) -> (f64, f64) {
    match data_type {
        DataType::TinyInt => (f64::from(i8::MIN), f64::from(i8::MAX)),
        DataType::SmallInt => (f64::from(i16::MIN), f64::from(i16::MAX)),
        DataType::Int => (f64::from(i32::MIN), f64::from(i32::MAX)),
        DataType::BigInt => (i64::MIN as f64, i64::MAX as f64),
        _ => (f64::from(f32::MIN), f64::from(f32::MAX)),
    }
}

fn now_micros() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as i64
}
