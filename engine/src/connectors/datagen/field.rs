//! The values of one column of a datagen table.

use std::time::Duration;

use crate::{
    clock::now_ms,
    connectors::random::Random,
    options::Options,
    types::{DataType, Field, TypeKind, Value},
};

/// Flink's default length of random strings.
const DEFAULT_LENGTH: u32 = 100;
/// The longest random string that is made.
const MAX_LENGTH: u32 = 64 * 1024;
/// Flink's default number of elements of random arrays, maps and multisets.
const DEFAULT_ELEMENTS: u32 = 3;

/// How the values of a column are made.
#[derive(Debug, Clone)]
pub struct FieldPlan {
    data_type: DataType,
    null_rate: f64,
    kind: FieldKind,
}

#[derive(Debug, Clone)]
enum FieldKind {
    /// `start`, `start + 1`, … up to `end`.
    Sequence { start: i64, end: i64 },
    /// Within bounds that mean something to the numeric types only.
    Random { min: f64, max: f64, length: u32, max_past: Duration },
    /// Elements, entries or fields made so.
    Nested { parts: Vec<FieldPlan>, length: u32 },
}

impl FieldPlan {
    /// Reads the `fields.COLUMN.` options.
    pub fn new(field: &Field, options: Options<'_>) -> Self {
        Self::of(&field.name, &field.data_type, options)
    }

    fn of(name: &str, data_type: &DataType, options: Options<'_>) -> Self {
        let get = |option: &str| options.get(&format!("fields.{name}.{option}"));
        let number = |option: &str| get(option).and_then(|text| text.trim().parse::<f64>().ok());
        let whole = |option: &str| get(option).and_then(|text| text.trim().parse::<i64>().ok());
        let length = number("length").map(|length| length as u32);
        let part = |suffix: &str, data_type: &DataType| Self::of(&format!("{name}.{suffix}"), data_type, options);
        let nested = |parts| FieldKind::Nested { parts, length: length.unwrap_or(DEFAULT_ELEMENTS).min(MAX_LENGTH) };
        let kind = match &data_type.kind {
            _ if get("kind") == Some("sequence") => {
                FieldKind::Sequence { start: whole("start").unwrap_or(0), end: whole("end").unwrap_or(i64::MAX) }
            }
            TypeKind::Array(element) | TypeKind::Multiset(element) => nested(vec![part("element", element)]),
            TypeKind::Map(key, value) => nested(vec![part("key", key), part("value", value)]),
            TypeKind::Row(fields) => nested(fields.iter().map(|field| part(&field.name, &field.data_type)).collect()),
            kind => {
                let (least, most) = range(kind);
                let declared = match kind {
                    TypeKind::Char(n) | TypeKind::Varchar(n) | TypeKind::Binary(n) | TypeKind::Varbinary(n) => {
                        (*n).min(DEFAULT_LENGTH)
                    }
                    _ => DEFAULT_LENGTH,
                };
                FieldKind::Random {
                    min: number("min").unwrap_or(least).max(least),
                    max: number("max").unwrap_or(most).min(most),
                    length: length.unwrap_or(declared).min(MAX_LENGTH),
                    max_past: options.duration(&format!("fields.{name}.max-past")).unwrap_or_default(),
                }
            }
        };
        Self { data_type: data_type.clone(), null_rate: number("null-rate").unwrap_or(0.0), kind }
    }

    /// How many rows the column can fill; `None` without a bound.
    pub fn rows(&self) -> Option<u64> {
        match self.kind {
            FieldKind::Sequence { start, end } => Some(end.saturating_sub(start).saturating_add(1).max(0) as u64),
            FieldKind::Random { .. } | FieldKind::Nested { .. } => None,
        }
    }

    /// The value in the row of this number.
    pub fn value(&self, row: u64, random: &mut Random) -> Value {
        if self.null_rate > 0.0 && random.fraction() < self.null_rate {
            return Value::Null;
        }
        match &self.kind {
            FieldKind::Sequence { start, .. } => self.sequence(start.wrapping_add(row as i64)),
            FieldKind::Random { min, max, length, max_past } => self.random(*min, *max, *length, *max_past, random),
            FieldKind::Nested { parts, length } => self.nested(parts, *length, row, random),
        }
    }

    fn sequence(&self, number: i64) -> Value {
        match &self.data_type.kind {
            kind if kind.is_text() => Value::Text(number.to_string().into()),
            TypeKind::Float => Value::Float(number as f32),
            TypeKind::Double => Value::Double(number as f64),
            TypeKind::Decimal(_, scale) => Value::Decimal(i128::from(number) * 10_i128.pow(u32::from(*scale))),
            kind if kind.is_integer() => Value::Integer(number),
            _ => Value::Null,
        }
    }

    fn nested(&self, parts: &[Self], length: u32, row: u64, random: &mut Random) -> Value {
        match &self.data_type.kind {
            TypeKind::Array(_) => Value::Array((0..length).map(|_| parts[0].value(row, random)).collect()),
            TypeKind::Multiset(_) => {
                Value::Map((0..length).map(|_| (parts[0].value(row, random), Value::Integer(1))).collect())
            }
            TypeKind::Map(..) => {
                Value::Map((0..length).map(|_| (parts[0].value(row, random), parts[1].value(row, random))).collect())
            }
            _ => Value::Row(parts.iter().map(|part| part.value(row, random)).collect()),
        }
    }

    fn random(&self, min: f64, max: f64, length: u32, max_past: Duration, random: &mut Random) -> Value {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        match &self.data_type.kind {
            TypeKind::Boolean => Value::Boolean(random.bits() & 1 == 1),
            kind if kind.is_integer() || kind.is_interval() => Value::Integer(random.between(min as i64, max as i64)),
            TypeKind::Float => Value::Float((min + (max - min) * random.fraction()) as f32),
            TypeKind::Double => Value::Double(min + (max - min) * random.fraction()),
            TypeKind::Decimal(precision, scale) => {
                let value = (min + (max - min) * random.fraction()) * 10_f64.powi((*scale).into());
                let most = 10_i128.pow(u32::from(*precision)) - 1;
                Value::Decimal((value as i128).clamp(-most, most))
            }
            kind if kind.is_text() => {
                let text: String = (0..length).map(|_| char::from(HEX[(random.bits() & 15) as usize])).collect();
                Value::Text(text.into())
            }
            kind if kind.is_binary() => {
                let bytes: Vec<u8> = (0..length).map(|_| random.bits() as u8).collect();
                Value::Bytes(bytes.into())
            }
            TypeKind::Date => Value::Date(now_ms().div_euclid(86_400_000) as i32),
            TypeKind::Time(_) => Value::Time(now_ms().rem_euclid(86_400_000) as i32),
            _ => {
                let past = random.between(0, i64::try_from(max_past.as_millis()).unwrap_or(i64::MAX));
                Value::Timestamp((now_ms() - past) * 1000)
            }
        }
    }
}

/// The range of values of a type; doubles stay within floats, so that the span is finite.
fn range(kind: &TypeKind) -> (f64, f64) {
    match kind {
        TypeKind::TinyInt => (f64::from(i8::MIN), f64::from(i8::MAX)),
        TypeKind::SmallInt => (f64::from(i16::MIN), f64::from(i16::MAX)),
        TypeKind::Int => (f64::from(i32::MIN), f64::from(i32::MAX)),
        TypeKind::BigInt => (i64::MIN as f64, i64::MAX as f64),
        TypeKind::IntervalMonths => (0.0, 120_000.0),
        TypeKind::IntervalMillis => (0.0, i64::MAX as f64),
        TypeKind::Decimal(precision, scale) => {
            let most = 10_f64.powi(i32::from(*precision) - i32::from(*scale));
            (-most, most)
        }
        _ => (f64::from(f32::MIN), f64::from(f32::MAX)),
    }
}
