//! Rows of state as JSON, for people, and back.
//!
//! Integers are numbers; so are FLOAT and DOUBLE, but for those that JSON has not: `"NaN"`, `"Infinity"`, `"-Infinity"`.
//! DECIMAL is a string of its digits, BINARY and VARBINARY a string of hexadecimal digits; DATE, TIME and TIMESTAMP are
//! strings as ISO 8601 has them, TIMESTAMP_LTZ in UTC; intervals are numbers of months or milliseconds. A ROW is an object,
//! an ARRAY an array, a MAP or MULTISET an array of pairs.

use std::fmt::Write;

use jiff::civil;
use serde_json::{Map, Number, Value as Json};

use crate::types::{DataType, Field, RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError};

/// The fields of a row by name. Bytes that are not of the fields are shown as they are, under the name `bytes`.
pub fn show_row(fields: &[Field], bytes: &[u8]) -> Json {
    match decode(fields, bytes) {
        Ok(row) => Json::Object(row),
        Err(_) => Json::Object([("bytes".to_owned(), Json::String(hex(bytes)))].into_iter().collect()),
    }
}

fn decode(fields: &[Field], bytes: &[u8]) -> Result<Map<String, Json>, DecodeError> {
    let mut reader = RowReader::new(bytes);
    let mut row = Map::new();
    for field in fields {
        let value = reader.value(&field.data_type.kind)?;
        row.insert(field.name.clone(), show(&value, &field.data_type.kind));
    }
    if reader.is_empty() { Ok(row) } else { Err(DecodeError::new("the end of the row")) }
}

/// The bytes of columns given by name, or of the one column there is given by its plain value, which may then be its text;
/// else what is wrong with them.
pub fn read_columns(fields: &[Field], json: &Json) -> Result<Vec<u8>, String> {
    let (Json::Array(_) | Json::Bool(_) | Json::Number(_) | Json::String(_), [field]) = (json, fields) else {
        return read_row(fields, json);
    };
    let number = match (json, &field.data_type.kind) {
        (Json::String(_), kind) if is_text(kind) => None,
        (Json::String(text), _) => serde_json::from_str(text).ok(),
        _ => None,
    };
    let row = Map::from_iter([(field.name.clone(), number.unwrap_or_else(|| json.clone()))]);
    read_row(fields, &Json::Object(row))
}

/// Those columns that are given, and their bytes; else what is wrong with them.
pub fn read_some(fields: &[Field], json: &Json) -> Result<(Vec<Field>, Vec<u8>), String> {
    let Json::Object(given) = json else { return Ok((fields.to_vec(), read_columns(fields, json)?)) };
    let some: Vec<Field> = fields.iter().filter(|field| given.contains_key(&field.name)).cloned().collect();
    // Where one of them is not there, the error says which there are.
    let bytes = read_row(if some.len() == given.len() { &some } else { fields }, json)?;
    Ok((some, bytes))
}

/// The bytes of a row with the columns that are given; the others are as in the row `old`.
pub fn change_row(fields: &[Field], json: &Json, old: &[u8]) -> Result<Vec<u8>, String> {
    let Json::Object(given) = json else { return read_columns(fields, json) };
    let mut row = decode(fields, old).map_err(|error| error.to_string())?;
    row.extend(given.clone());
    read_row(fields, &Json::Object(row))
}

/// Whether values of this type are strings in JSON.
fn is_text(kind: &TypeKind) -> bool {
    !matches!(
        kind,
        TypeKind::Boolean
            | TypeKind::TinyInt
            | TypeKind::SmallInt
            | TypeKind::Int
            | TypeKind::BigInt
            | TypeKind::Float
            | TypeKind::Double
            | TypeKind::IntervalMonths
            | TypeKind::IntervalMillis
            | TypeKind::Array(_)
            | TypeKind::Map(..)
            | TypeKind::Multiset(_)
            | TypeKind::Row(_)
            | TypeKind::Null
    )
}

fn read_row(fields: &[Field], json: &Json) -> Result<Vec<u8>, String> {
    let names = || fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
    let Json::Object(row) = json else {
        return Err(format!("an object with the columns {} is expected, not {json}", names()));
    };
    if let Some(name) = row.keys().find(|name| fields.iter().all(|field| field.name != **name)) {
        return Err(format!("there is no column {name:?}; there are {}", names()));
    }
    let mut writer = RowWriter::new();
    for field in fields {
        let json = row.get(&field.name).ok_or_else(|| format!("column {:?} is missing", field.name))?;
        let value = read(json, &field.data_type).map_err(|wrong| format!("column {:?}: {wrong}", field.name))?;
        writer.value(&value, &field.data_type.kind);
    }
    Ok(writer.into_bytes())
}

fn show(value: &Value, kind: &TypeKind) -> Json {
    match (value, kind) {
        (Value::Null, _) => Json::Null,
        (Value::Boolean(v), _) => Json::Bool(*v),
        (Value::Integer(v), _) => Json::from(*v),
        (Value::Float(v), _) => float(f64::from(*v)),
        (Value::Double(v), _) => float(*v),
        (Value::Decimal(v), TypeKind::Decimal(_, scale)) => Json::String(decimal(*v, *scale)),
        (Value::Decimal(v), _) => Json::String(v.to_string()),
        (Value::Text(v), _) => Json::String(v.to_string()),
        (Value::Bytes(v), _) => Json::String(hex(v)),
        (Value::Date(days), _) => date(*days).map_or_else(|| Json::from(*days), Json::String),
        (Value::Time(ms), _) => time(*ms).map_or_else(|| Json::from(*ms), Json::String),
        (Value::Timestamp(micros), _) => timestamp(*micros).map_or_else(|| Json::from(*micros), Json::String),
        (Value::Array(items), TypeKind::Array(element)) => {
            Json::Array(items.iter().map(|item| show(item, &element.kind)).collect())
        }
        (Value::Map(entries), TypeKind::Map(key, value)) => pairs(entries, &key.kind, &value.kind),
        (Value::Map(entries), TypeKind::Multiset(element)) => pairs(entries, &element.kind, &TypeKind::Int),
        (Value::Row(values), TypeKind::Row(fields)) => {
            let columns = values.iter().zip(fields);
            Json::Object(columns.map(|(v, field)| (field.name.clone(), show(v, &field.data_type.kind))).collect())
        }
        (Value::Array(_) | Value::Map(_) | Value::Row(_), _) => Json::Null,
    }
}

fn pairs(entries: &[(Value, Value)], key: &TypeKind, value: &TypeKind) -> Json {
    Json::Array(entries.iter().map(|(k, v)| Json::Array(vec![show(k, key), show(v, value)])).collect())
}

fn read(json: &Json, data_type: &DataType) -> Result<Value, String> {
    let kind = &data_type.kind;
    let wrong = || format!("{json} is not a {kind}");
    let of = |value: Option<Value>| value.ok_or_else(wrong);
    match (json, kind) {
        (Json::Null, _) => {
            if data_type.nullable {
                Ok(Value::Null)
            } else {
                Err(wrong())
            }
        }
        (_, TypeKind::Boolean) => of(json.as_bool().map(Value::Boolean)),
        (_, TypeKind::TinyInt) => of(integer(json, i64::from(i8::MIN)..=i64::from(i8::MAX))),
        (_, TypeKind::SmallInt) => of(integer(json, i64::from(i16::MIN)..=i64::from(i16::MAX))),
        (_, TypeKind::Int | TypeKind::IntervalMonths) => of(integer(json, i64::from(i32::MIN)..=i64::from(i32::MAX))),
        (_, TypeKind::BigInt | TypeKind::IntervalMillis) => of(integer(json, i64::MIN..=i64::MAX)),
        (_, TypeKind::Float) => of(read_float(json).map(|v| Value::Float(v as f32))),
        (_, TypeKind::Double) => of(read_float(json).map(Value::Double)),
        (Json::Array(items), TypeKind::Array(element)) => {
            Ok(Value::Array(items.iter().map(|item| read(item, element)).collect::<Result<_, _>>()?))
        }
        (Json::Array(items), TypeKind::Map(key, value)) => read_pairs(items, key, value),
        (Json::Array(items), TypeKind::Multiset(element)) => read_pairs(items, element, &TypeKind::Int.not_null()),
        (Json::Object(row), TypeKind::Row(fields)) => {
            let field = |field: &crate::types::RowField| {
                read(row.get(&field.name).unwrap_or(&Json::Null), &field.data_type)
                    .map_err(|wrong| format!("field {:?}: {wrong}", field.name))
            };
            Ok(Value::Row(fields.iter().map(field).collect::<Result<_, _>>()?))
        }
        (Json::String(text), _) => of(read_text(text, kind)),
        _ => Err(wrong()),
    }
}

fn read_text(text: &str, kind: &TypeKind) -> Option<Value> {
    Some(match kind {
        TypeKind::Char(_) | TypeKind::Varchar(_) => Value::Text(text.into()),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) => Value::Bytes(unhex(text)?.into()),
        TypeKind::Decimal(precision, scale) => Value::Decimal(read_decimal(text, *precision, *scale)?),
        TypeKind::Date => {
            let days = text.parse::<civil::Date>().ok()?.since(epoch().date()).ok()?.get_days();
            Value::Date(days)
        }
        TypeKind::Time(_) => {
            let time = text.parse::<civil::Time>().ok()?;
            let since = time.duration_since(civil::Time::midnight());
            Value::Time(i32::try_from(since.as_millis()).ok()?)
        }
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
            let since = text.parse::<civil::DateTime>().ok()?.duration_since(epoch());
            Value::Timestamp(i64::try_from(since.as_micros()).ok()?)
        }
        _ => return None,
    })
}

fn read_pairs(items: &[Json], key: &DataType, value: &DataType) -> Result<Value, String> {
    let pair = |item: &Json| match item.as_array().map(Vec::as_slice) {
        Some([k, v]) => Ok((read(k, key)?, read(v, value)?)),
        _ => Err(format!("{item} is not a pair")),
    };
    Ok(Value::Map(items.iter().map(pair).collect::<Result<_, _>>()?))
}

fn integer(json: &Json, range: std::ops::RangeInclusive<i64>) -> Option<Value> {
    json.as_i64().filter(|v| range.contains(v)).map(Value::Integer)
}

fn float(value: f64) -> Json {
    let name = if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    Number::from_f64(value).map_or_else(|| Json::String(name.to_owned()), Json::Number)
}

fn read_float(json: &Json) -> Option<f64> {
    match json {
        Json::String(name) => match name.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => json.as_f64(),
    }
}

fn decimal(value: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let point = if scale == 0 { "" } else { "." };
    format!("{}{whole}{point}{part}", if value < 0 { "-" } else { "" })
}

fn read_decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{part:0<width$}", width = usize::from(scale));
    let fits = part.len() <= usize::from(scale) && all.trim_start_matches('0').len() <= usize::from(precision);
    if whole.is_empty() || !fits || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    all.parse::<i128>().ok().map(|value| if negative { -value } else { value })
}

fn epoch() -> civil::DateTime {
    civil::date(1970, 1, 1).at(0, 0, 0, 0)
}

fn date(days: i32) -> Option<String> {
    let days = jiff::Span::new().try_days(days).ok()?;
    Some(epoch().date().checked_add(days).ok()?.to_string())
}

fn time(ms: i32) -> Option<String> {
    let since = jiff::SignedDuration::from_millis(i64::from(ms));
    Some(civil::Time::midnight().checked_add(since).ok()?.to_string())
}

fn timestamp(micros: i64) -> Option<String> {
    Some(epoch().checked_add(jiff::SignedDuration::from_micros(micros)).ok()?.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn check(kind: TypeKind, json: Json) {
        let fields = [Field::new("c", kind.nullable())];
        let row = json!({ "c": json });
        assert_eq!(show_row(&fields, &read_columns(&fields, &row).unwrap()), row);
    }

    #[test]
    fn values_are_shown_and_read_back() {
        check(TypeKind::BigInt, json!(i64::MIN));
        check(TypeKind::TinyInt, json!(-128));
        check(TypeKind::Boolean, json!(true));
        check(TypeKind::Double, json!(0.1));
        check(TypeKind::Double, json!("NaN"));
        check(TypeKind::Float, json!("-Infinity"));
        check(TypeKind::Decimal(10, 2), json!("-0.05"));
        check(TypeKind::Decimal(38, 0), json!("99999999999999999999999999999999999999"));
        check(TypeKind::STRING, json!("Grüße \u{1f43f}"));
        check(TypeKind::BYTES, json!("00ff"));
        check(TypeKind::Date, json!("1969-12-31"));
        check(TypeKind::Time(3), json!("23:59:59.999"));
        check(TypeKind::Timestamp(6), json!("1900-01-01T00:00:00.000001"));
        check(TypeKind::Array(Box::new(TypeKind::Int.nullable())), json!([1, null]));
        let map = TypeKind::Map(Box::new(TypeKind::STRING.not_null()), Box::new(TypeKind::Int.nullable()));
        check(map, json!([["a", 1], ["b", null]]));
        check(TypeKind::Int, Json::Null);
    }

    #[test]
    fn columns_that_are_not_given_stay() {
        let fields = [Field::new("a", TypeKind::Int.not_null()), Field::new("b", TypeKind::Decimal(4, 2).nullable())];
        let old = read_columns(&fields, &json!({"a": 1, "b": "2.50"})).unwrap();
        for (change, expect) in [
            (json!({"a": 2}), json!({"a": 2, "b": "2.50"})),
            (json!({"b": null}), json!({"a": 1, "b": null})),
            (json!({}), json!({"a": 1, "b": "2.50"})),
        ] {
            assert_eq!(show_row(&fields, &change_row(&fields, &change, &old).unwrap()), expect);
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let fields = [Field::new("a", TypeKind::Int.not_null()), Field::new("b", TypeKind::Decimal(4, 2).nullable())];
        for (json, expect) in [
            (json!({"a": 1}), "column \"b\" is missing"),
            (json!({"a": 1, "b": null, "d": 1}), "there is no column \"d\"; there are a, b"),
            (json!({"a": null, "b": null}), "column \"a\": null is not a INT"),
            (json!({"a": 3_000_000_000_i64, "b": null}), "column \"a\": 3000000000 is not a INT"),
            (json!({"a": 1, "b": "100.00"}), "column \"b\": \"100.00\" is not a DECIMAL(4, 2)"),
            (json!([1]), "an object with the columns a, b is expected, not [1]"),
        ] {
            assert_eq!(read_columns(&fields, &json).unwrap_err(), expect);
        }
        assert_eq!(show_row(&fields, b"\x01\x02"), json!({"bytes": "0102"}));
    }
}
