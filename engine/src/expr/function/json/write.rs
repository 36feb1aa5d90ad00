//! Values as JSON text, in the forms that Flink's JSON functions give them: keys in order, decimals as they are, doubles
//! as Java writes them.

use crate::expr::time::MICROS_PER_DAY;
use crate::{
    expr::{
        function::string::to_base64,
        time::text::{push_date, push_time},
        value_text::{push_decimal, push_f64},
    },
    types::{TypeKind as K, TypeKind, Value},
};
use jiff::tz::TimeZone;

use super::value::{Json, shown};

/// Appends a text in quotes. With `ascii` characters beyond ASCII are escaped.
pub fn push_quoted(into: &mut String, text: &str, ascii: bool) {
    into.push('"');
    for c in text.chars() {
        match c {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\u{8}' => into.push_str("\\b"),
            '\t' => into.push_str("\\t"),
            '\n' => into.push_str("\\n"),
            '\u{c}' => into.push_str("\\f"),
            '\r' => into.push_str("\\r"),
            c if u32::from(c) < 0x20 => into.push_str(&format!("\\u{:04X}", u32::from(c))),
            c if ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    into.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => into.push(c),
        }
    }
    into.push('"');
}

/// Appends what was parsed.
pub fn push_parsed(into: &mut String, json: &Json) {
    match json {
        Json::Null => into.push_str("null"),
        Json::Bool(value) => into.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) => into.push_str(number),
        Json::String(text) => push_quoted(into, text, false),
        Json::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                push_parsed(into, item);
            }
            into.push(']');
        }
        Json::Object(members) => push_members(
            into,
            members.iter().map(|(key, value)| {
                let mut text = String::new();
                push_parsed(&mut text, value);
                (key.clone(), text)
            }),
        ),
    }
}

/// Appends an object of keys and values that are JSON already, by the keys' order; of equal keys the last counts.
pub fn push_members(into: &mut String, members: impl Iterator<Item = (String, String)>) {
    let members: std::collections::BTreeMap<String, String> = members.collect();
    into.push('{');
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            into.push(',');
        }
        push_quoted(into, key, false);
        into.push(':');
        into.push_str(value);
    }
    into.push('}');
}

/// Appends a number as Java's BigDecimal shows what Java's Double is written as.
fn push_number(into: &mut String, value: f64) {
    let mut text = String::new();
    push_f64(&mut text, value);
    into.push_str(&if text.contains('E') { shown(&text) } else { text });
}

/// Appends a value of a type.
pub fn push_json(into: &mut String, value: &Value, kind: &TypeKind, zone: &TimeZone) {
    match (value, kind) {
        (Value::Null, _) => into.push_str("null"),
        (Value::Boolean(value), _) => into.push_str(if *value { "true" } else { "false" }),
        (Value::Integer(value), _) => into.push_str(&value.to_string()),
        (Value::Float(value), _) => push_number(into, f64::from(*value)),
        (Value::Double(value), _) => push_number(into, *value),
        (Value::Decimal(value), K::Decimal(_, scale)) => push_decimal(into, *value, *scale),
        (Value::Decimal(value), _) => push_decimal(into, *value, 0),
        (Value::Text(text), _) => push_quoted(into, text, false),
        (Value::Bytes(bytes), _) => push_quoted(into, &to_base64(bytes), false),
        (Value::Date(_) | Value::Time(_) | Value::Timestamp(_), _) => {
            into.push('"');
            push_moment(into, value, kind);
            into.push('"');
        }
        (Value::Array(items), K::Array(element)) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                push_json(into, item, &element.kind, zone);
            }
            into.push(']');
        }
        (Value::Map(entries), K::Map(key, value)) => push_map(into, entries, (&key.kind, &value.kind), zone),
        (Value::Map(entries), K::Multiset(element)) => push_map(into, entries, (&element.kind, &K::Int), zone),
        (Value::Row(values), K::Row(fields)) => push_members(
            into,
            values
                .iter()
                .zip(fields)
                .map(|(value, field)| (field.name.clone(), json_text(value, &field.data_type.kind, zone))),
        ),
        // A value of another type than its own: not met.
        (Value::Array(_) | Value::Map(_) | Value::Row(_), _) => into.push_str("null"),
    }
}

/// The JSON of a value.
pub fn json_text(value: &Value, kind: &TypeKind, zone: &TimeZone) -> String {
    let mut text = String::new();
    push_json(&mut text, value, kind, zone);
    text
}

fn push_map(into: &mut String, entries: &[(Value, Value)], (key, value): (&TypeKind, &TypeKind), zone: &TimeZone) {
    let member = |entry: &(Value, Value)| {
        let name = crate::expr::value_text::value_text(&entry.0, key, zone);
        (name, json_text(&entry.1, value, zone))
    };
    push_members(into, entries.iter().map(member));
}

/// ISO 8601, with as many digits after the second as there are.
fn push_moment(into: &mut String, value: &Value, kind: &TypeKind) {
    match value {
        Value::Date(days) => push_date(into, i64::from(*days)),
        Value::Time(millis) => push_time(into, i64::from(*millis) * 1_000, digits(i64::from(*millis) * 1_000)),
        Value::Timestamp(micros) => {
            push_date(into, micros.div_euclid(MICROS_PER_DAY));
            into.push('T');
            push_time(into, micros.rem_euclid(MICROS_PER_DAY), digits(*micros));
            if matches!(kind, K::TimestampLtz(_)) {
                into.push('Z');
            }
        }
        _ => {}
    }
}

fn digits(micros: i64) -> u8 {
    let fraction = micros.rem_euclid(1_000_000);
    (0..6).find(|digits| fraction % 10_i64.pow(6 - digits) == 0).unwrap_or(6) as u8
}
