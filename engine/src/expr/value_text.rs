//! Values as Flink prints them: `CAST(… AS STRING)`, the print sink, CSV.

use std::fmt::Write;

use jiff::tz::TimeZone;

use super::time::{text, zone::to_local};
use crate::types::{TypeKind, Value};

/// The text of a value of a type; instants in `zone`. NULL is `NULL`.
pub fn value_text(value: &Value, kind: &TypeKind, zone: &TimeZone) -> String {
    let mut into = String::new();
    push_value(&mut into, value, kind, zone);
    into
}

/// Appends the text of a value.
pub fn push_value(into: &mut String, value: &Value, kind: &TypeKind, zone: &TimeZone) {
    match (value, kind) {
        (Value::Null, _) => into.push_str("NULL"),
        (Value::Boolean(value), _) => into.push_str(if *value { "TRUE" } else { "FALSE" }),
        (Value::Integer(months), TypeKind::IntervalMonths) => text::push_months(into, *months),
        (Value::Integer(millis), TypeKind::IntervalMillis) => text::push_millis(into, *millis),
        (Value::Integer(value), _) => push_display(into, value),
        (Value::Float(value), _) => push_f32(into, *value),
        (Value::Double(value), _) => push_f64(into, *value),
        (Value::Decimal(value), TypeKind::Decimal(_, scale)) => push_decimal(into, *value, *scale),
        (Value::Decimal(value), _) => push_decimal(into, *value, 0),
        (Value::Text(value), _) => into.push_str(value),
        (Value::Bytes(value), _) => into.push_str(&String::from_utf8_lossy(value)),
        (Value::Date(days), _) => text::push_date(into, i64::from(*days)),
        (Value::Time(millis), TypeKind::Time(digits)) => text::push_time(into, i64::from(*millis) * 1_000, *digits),
        (Value::Time(millis), _) => text::push_time(into, i64::from(*millis) * 1_000, 3),
        (Value::Timestamp(micros), TypeKind::TimestampLtz(digits)) => {
            text::push_timestamp(into, to_local(zone, *micros), *digits);
        }
        (Value::Timestamp(micros), TypeKind::Timestamp(digits)) => text::push_timestamp(into, *micros, *digits),
        (Value::Timestamp(micros), _) => text::push_timestamp(into, *micros, 6),
        (Value::Array(items), TypeKind::Array(element)) => {
            push_list(into, '[', items.iter().map(|item| (item, &element.kind)), ']', zone);
        }
        (Value::Row(values), TypeKind::Row(fields)) => {
            let items = values.iter().zip(fields.iter().map(|field| &field.data_type.kind));
            push_list(into, '(', items, ')', zone);
        }
        (Value::Map(entries), TypeKind::Map(key, value)) => push_map(into, entries, &key.kind, &value.kind, zone),
        (Value::Map(entries), TypeKind::Multiset(element)) => {
            push_map(into, entries, &element.kind, &TypeKind::Int, zone);
        }
        // A value of another type than its own: not met.
        (Value::Array(_) | Value::Row(_) | Value::Map(_), _) => {}
    }
}

fn push_list<'a>(
    into: &mut String,
    open: char,
    items: impl Iterator<Item = (&'a Value, &'a TypeKind)>,
    close: char,
    zone: &TimeZone,
) {
    into.push(open);
    for (index, (item, kind)) in items.enumerate() {
        if index > 0 {
            into.push_str(", ");
        }
        push_value(into, item, kind, zone);
    }
    into.push(close);
}

fn push_map(into: &mut String, entries: &[(Value, Value)], key: &TypeKind, value: &TypeKind, zone: &TimeZone) {
    into.push('{');
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            into.push_str(", ");
        }
        push_value(into, &entry.0, key, zone);
        into.push('=');
        push_value(into, &entry.1, value, zone);
    }
    into.push('}');
}

fn push_display(into: &mut String, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(into, "{value}");
}

/// A decimal of unscaled digits: `BigDecimal.toPlainString`.
pub fn push_decimal(into: &mut String, unscaled: i128, scale: u8) {
    let scale = usize::from(scale);
    if scale == 0 {
        return push_display(into, unscaled);
    }
    if unscaled < 0 {
        into.push('-');
    }
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    into.push_str(whole);
    into.push('.');
    into.push_str(fraction);
}

/// `Double.toString`
pub fn push_f64(into: &mut String, value: f64) {
    if value.is_finite() && value != 0.0 {
        let shortest = format!("{value:e}");
        let digits = if shortest.contains('.') { shortest } else { format!("{value:.1e}") };
        return push_java(into, &digits);
    }
    push_special(into, value);
}

/// `Float.toString`
pub fn push_f32(into: &mut String, value: f32) {
    if value.is_finite() && value != 0.0 {
        let shortest = format!("{value:e}");
        let digits = if shortest.contains('.') { shortest } else { format!("{value:.1e}") };
        return push_java(into, &digits);
    }
    push_special(into, f64::from(value));
}

fn push_special(into: &mut String, value: f64) {
    into.push_str(match value {
        value if value.is_nan() => "NaN",
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        value if value.is_sign_negative() => "-0.0",
        _ => "0.0",
    });
}

/// Writes `d.ddde±x` as Java does: plain from 1.0E-3 to below 1.0E7, else with an exponent.
fn push_java(into: &mut String, scientific: &str) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-3..7).contains(&exponent) {
        into.push_str(mantissa);
        into.push('E');
        return push_display(into, exponent);
    }
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    into.push_str(sign);
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    if exponent < 0 {
        into.push_str("0.");
        (1..-exponent).for_each(|_| into.push('0'));
        // A single digit was written with a zero after it.
        return into.push_str(if digits.len() == 2 { digits.trim_end_matches('0') } else { &digits });
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        into.push_str(&digits);
        (digits.len()..whole).for_each(|_| into.push('0'));
        return into.push_str(".0");
    }
    into.push_str(&digits[..whole]);
    into.push('.');
    into.push_str(&digits[whole..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(value: f64) -> String {
        value_text(&Value::Double(value), &TypeKind::Double, &TimeZone::UTC)
    }

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let cases = [
            (1.0, "1.0"),
            (0.001, "0.001"),
            (0.002, "0.002"),
            (0.000_1, "1.0E-4"),
            (1e7, "1.0E7"),
            (123_456.789, "123456.789"),
            (1_234_567.0, "1234567.0"),
            (100.0, "100.0"),
            (-2.5, "-2.5"),
            (5e-324, "4.9E-324"),
            (1.7976931348623157e308, "1.7976931348623157E308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (-0.0, "-0.0"),
        ];
        for (value, expected) in cases {
            assert_eq!(double(value), expected);
        }
        assert_eq!(value_text(&Value::Float(1.4e-45), &TypeKind::Float, &TimeZone::UTC), "1.4E-45");
        assert_eq!(value_text(&Value::Float(0.1), &TypeKind::Float, &TimeZone::UTC), "0.1");
    }

    #[test]
    fn nested_values() {
        let row = TypeKind::Row(vec![]);
        assert_eq!(value_text(&Value::Row(vec![]), &row, &TimeZone::UTC), "()");
        let array = TypeKind::Array(Box::new(TypeKind::Decimal(3, 2).nullable()));
        let value = Value::Array(vec![Value::Decimal(-5), Value::Null]);
        assert_eq!(value_text(&value, &array, &TimeZone::UTC), "[-0.05, NULL]");
        assert_eq!(
            value_text(&Value::Integer(-5_400_000), &TypeKind::IntervalMillis, &TimeZone::UTC),
            "-0 01:30:00.000"
        );
    }
}
