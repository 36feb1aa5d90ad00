//! Values in the gateway's two row formats.
//!
//! JSON is that of Flink's `ResultInfoSerializer`: its json format with ISO-8601 timestamps, DECIMAL without trailing zeros
//! (`10.00` is `1E+1`), TIMESTAMP_LTZ as the session's local time with a `Z` behind it.

use std::fmt::Write;

use jiff::tz::TimeZone;

use crate::{
    connectors::format::base64,
    expr::value_text::{push_f32, push_f64, value_text},
    types::{TypeKind, Value},
};

/// Appends a value as JSON.
pub fn json(value: &Value, kind: &TypeKind, zone: &TimeZone, out: &mut String) {
    match (value, kind) {
        (Value::Null, _) => out.push_str("null"),
        (Value::Boolean(v), _) => out.push_str(if *v { "true" } else { "false" }),
        (Value::Integer(v), _) => push(out, v),
        (Value::Float(v), _) => number(v.is_finite(), out, |out| push_f32(out, *v)),
        (Value::Double(v), _) => number(v.is_finite(), out, |out| push_f64(out, *v)),
        (Value::Decimal(v), TypeKind::Decimal(_, scale)) => out.push_str(&decimal(*v, *scale)),
        (Value::Bytes(v), _) => quoted(&base64::text(v), out),
        (Value::Timestamp(_), _) => {
            let mut text = value_text(value, kind, zone).replacen(' ', "T", 1);
            trim_fraction(&mut text);
            sign_year(&mut text);
            if matches!(kind, TypeKind::TimestampLtz(_)) {
                text.push('Z');
            }
            quoted(&text, out);
        }
        (Value::Date(_), _) => {
            let mut text = value_text(value, kind, zone);
            sign_year(&mut text);
            quoted(&text, out);
        }
        (Value::Time(_), _) => {
            let mut text = value_text(value, kind, zone);
            trim_fraction(&mut text);
            quoted(&text, out);
        }
        (Value::Array(items), TypeKind::Array(element)) => {
            list('[', ']', items, out, |item, out| json(item, &element.kind, zone, out));
        }
        (Value::Map(entries), TypeKind::Map(key, value)) => {
            list('{', '}', entries, out, |entry, out| member(entry, &key.kind, &value.kind, zone, out));
        }
        (Value::Map(entries), TypeKind::Multiset(element)) => {
            list('{', '}', entries, out, |entry, out| member(entry, &element.kind, &TypeKind::Int, zone, out));
        }
        (Value::Row(values), TypeKind::Row(fields)) => {
            let members: Vec<_> = fields.iter().zip(values).collect();
            list('{', '}', &members, out, |(field, value), out| {
                quoted(&field.name, out);
                out.push(':');
                json(value, &field.data_type.kind, zone, out);
            });
        }
        _ => quoted(&value_text(value, kind, zone), out),
    }
}

/// A member of a map: its key as text, NULL as `null`.
fn member(entry: &(Value, Value), key: &TypeKind, value: &TypeKind, zone: &TimeZone, out: &mut String) {
    let name = if entry.0.is_null() { "null".to_owned() } else { value_text(&entry.0, key, zone) };
    quoted(&name, out);
    out.push(':');
    json(&entry.1, value, zone, out);
}

/// Appends a value as `PLAIN_TEXT`: what a CAST to STRING gives, as a JSON string; `<NULL>` for NULL.
pub fn plain_text(value: &Value, kind: &TypeKind, zone: &TimeZone, out: &mut String) {
    let text = if value.is_null() { "<NULL>".to_owned() } else { value_text(value, kind, zone) };
    quoted(&text, out);
}

fn list<T>(open: char, close: char, items: &[T], out: &mut String, mut one: impl FnMut(&T, &mut String)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        one(item, out);
    }
    out.push(close);
}

fn push(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a string does not fail.
    let _ = write!(out, "{value}");
}

/// Appends text as a JSON string.
pub fn quoted(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// A floating-point number; one that JSON does not have is a string.
fn number(finite: bool, out: &mut String, push: impl FnOnce(&mut String)) {
    if finite {
        return push(out);
    }
    out.push('"');
    push(out);
    out.push('"');
}

/// Jackson leaves no zeros at the end of a fraction of a second.
fn trim_fraction(text: &mut String) {
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
}

/// ISO 8601 puts a plus before years of more than four digits.
fn sign_year(text: &mut String) {
    if text.find('-').is_some_and(|end| end > 4) {
        text.insert(0, '+');
    }
}

/// `BigDecimal.stripTrailingZeros().toString()`
fn decimal(value: i128, scale: u8) -> String {
    let (mut value, mut scale) = (value, i32::from(scale));
    if value == 0 {
        return "0".to_owned();
    }
    while value % 10 == 0 {
        value /= 10;
        scale -= 1;
    }
    let digits = value.unsigned_abs().to_string();
    let sign = if value < 0 { "-" } else { "" };
    let exponent = digits.len() as i32 - 1 - scale;
    if scale < 0 || exponent < -6 {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let plus = if exponent >= 0 { "+" } else { "" };
        return format!("{sign}{first}{point}{rest}E{plus}{exponent}");
    }
    let scale = scale as usize;
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_flinks_gateway_shows_them() {
        let check = |value: Value, kind: TypeKind, expect: &str| {
            let mut out = String::new();
            json(&value, &kind, &TimeZone::UTC, &mut out);
            assert_eq!(out, expect);
        };
        check(Value::Decimal(1000), TypeKind::Decimal(6, 2), "1E+1");
        check(Value::Decimal(-1050), TypeKind::Decimal(6, 2), "-10.5");
        check(Value::Decimal(5), TypeKind::Decimal(9, 8), "5E-8");
        check(Value::Decimal(0), TypeKind::Decimal(9, 2), "0");
        check(Value::Decimal(123), TypeKind::Decimal(9, 4), "0.0123");
        check(Value::Double(f64::NAN), TypeKind::Double, "\"NaN\"");
        check(Value::Double(1.0), TypeKind::Double, "1.0");
        check(Value::Bytes(b"squirrel"[..].into()), TypeKind::BYTES, "\"c3F1aXJyZWw=\"");
        check(Value::Timestamp(1_500_000), TypeKind::Timestamp(3), "\"1970-01-01T00:00:01.5\"");
        check(Value::Timestamp(0), TypeKind::TimestampLtz(3), "\"1970-01-01T00:00:00Z\"");
        check(Value::Timestamp(253_402_300_800_000_000), TypeKind::Timestamp(3), "\"+10000-01-01T00:00:00\"");
        check(Value::Date(2_932_897), TypeKind::Date, "\"+10000-01-01\"");
        let map = TypeKind::Map(Box::new(TypeKind::STRING.nullable()), Box::new(TypeKind::Int.nullable()));
        check(Value::Map(vec![(Value::Text("a".into()), Value::Integer(1))]), map, r#"{"a":1}"#);
        check(Value::Text("a\"b".into()), TypeKind::STRING, r#""a\"b""#);
    }
}
