//! Casts to and from text and bytes.

use std::borrow::Cow;

use super::attempt;
use crate::{
    expr::{
        EvalError,
        decimal::{Shape, parse},
        function::{
            kernel::{Kernel, map1},
            native::{Bool, Bytes, Date, Dec, F32, F64, I8, I16, I32, I64, Native, Stamp, Text, Time},
        },
        time::{cut, parse as read, zone::to_instant},
        value_text,
    },
    types::{TypeKind as K, Value},
};

/// Cuts or fills text to what a type holds: CHAR(n) is n characters, VARCHAR(n) at most n.
pub fn fit<'a>(text: Cow<'a, str>, to: &K) -> Cow<'a, str> {
    match to {
        K::Varchar(n) | K::Char(n) if text.len() > *n as usize => match text.char_indices().nth(*n as usize) {
            Some((end, _)) => match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
                Cow::Owned(mut text) => {
                    text.truncate(end);
                    Cow::Owned(text)
                }
            },
            None => pad(text, to),
        },
        _ => pad(text, to),
    }
}

fn pad<'a>(text: Cow<'a, str>, to: &K) -> Cow<'a, str> {
    let K::Char(n) = to else { return text };
    let missing = (*n as usize).saturating_sub(text.chars().count());
    if missing == 0 { text } else { Cow::Owned(format!("{text}{}", " ".repeat(missing))) }
}

/// To CHAR and VARCHAR.
pub fn to_text(from: &K, to: &K) -> Option<Kernel> {
    let to = to.clone();
    Some(match from {
        K::Varchar(n) | K::Char(n) if matches!(to, K::Varchar(m) if m >= *n) => super::identity(),
        K::Varchar(_) | K::Char(_) => map1::<Text, Text>(move |_, text| Some(fit(Cow::Borrowed(text), &to))),
        K::Binary(_) | K::Varbinary(_) => {
            map1::<Bytes, Text>(move |_, bytes| Some(fit(String::from_utf8_lossy(bytes), &to)))
        }
        K::Int => map1::<I32, Text>(move |_, value| Some(fit(Cow::Owned(value.to_string()), &to))),
        K::BigInt => map1::<I64, Text>(move |_, value| Some(fit(Cow::Owned(value.to_string()), &to))),
        K::Null => return None,
        // Of whatever type: value by value.
        _ => Kernel::new(move |site, arguments| {
            let argument = arguments.first().ok_or_else(|| EvalError::internal("a cast of nothing"))?;
            let kind = &site.takes.first().ok_or_else(|| EvalError::internal("a cast of nothing"))?.kind;
            let mut builder = <Text as Native>::builder(&to, site.rows);
            for row in 0..site.rows {
                let value = Value::at(argument.array(), argument.place(row), kind);
                let text = (!value.is_null()).then(|| value_text::value_text(&value, kind, &site.context.zone));
                Text::push(&mut builder, text.map(|text| fit(Cow::Owned(text), &to)));
            }
            Ok(Text::finish(builder))
        })
        .total(),
    })
}

/// Cuts or fills bytes: BINARY(n) is n bytes, VARBINARY(n) at most n.
pub fn fit_bytes(exact: Option<u32>, most: Option<u32>) -> Kernel {
    map1::<Bytes, Bytes>(move |_, bytes| Some(resize(bytes, exact, most)))
}

fn resize(bytes: &[u8], exact: Option<u32>, most: Option<u32>) -> Cow<'_, [u8]> {
    let limit = exact.or(most).map_or(bytes.len(), |limit| limit as usize);
    let kept = &bytes[..bytes.len().min(limit)];
    if exact.is_none() || kept.len() == limit {
        return Cow::Borrowed(kept);
    }
    let mut filled = kept.to_vec();
    filled.resize(limit, 0);
    Cow::Owned(filled)
}

/// From CHAR and VARCHAR.
pub fn from_text(to: &K, lenient: bool) -> Option<Kernel> {
    Some(match to {
        K::Boolean => attempt::<Text, Bool>(lenient, |_, text| boolean(text).map(Some)),
        K::TinyInt => {
            attempt::<Text, I8>(lenient, |_, text| integer(text, i8::MIN.into(), i8::MAX.into()).map(|v| Some(v as i8)))
        }
        K::SmallInt => attempt::<Text, I16>(lenient, |_, text| {
            integer(text, i16::MIN.into(), i16::MAX.into()).map(|v| Some(v as i16))
        }),
        K::Int => attempt::<Text, I32>(lenient, |_, text| {
            integer(text, i32::MIN.into(), i32::MAX.into()).map(|v| Some(v as i32))
        }),
        K::BigInt => attempt::<Text, I64>(lenient, |_, text| integer(text, i64::MIN, i64::MAX).map(Some)),
        K::Float => attempt::<Text, F32>(lenient, |_, text| float(text).map(Some)),
        K::Double => attempt::<Text, F64>(lenient, |_, text| float(text).map(Some)),
        K::Decimal(precision, scale) => {
            let to = Shape { precision: *precision, scale: *scale };
            attempt::<Text, Dec>(lenient, move |_, text| decimal(text, to))
        }
        K::Binary(n) => {
            let n = *n;
            map1::<Text, Bytes>(move |_, text| Some(resize(text.as_bytes(), Some(n), None)))
        }
        K::Varbinary(n) => {
            let n = *n;
            map1::<Text, Bytes>(move |_, text| Some(resize(text.as_bytes(), None, Some(n))))
        }
        K::Date => attempt::<Text, Date>(lenient, |_, text| read::date(text).map(Some).ok_or_else(|| not_a_time(text))),
        K::Time(_) => {
            attempt::<Text, Time>(lenient, |_, text| read::time(text).map(Some).ok_or_else(|| not_a_time(text)))
        }
        K::Timestamp(p) => {
            let p = *p;
            attempt::<Text, Stamp>(lenient, move |_, text| {
                read::timestamp(text).map(|at| Some(cut(at, p))).ok_or_else(|| not_a_timestamp(text))
            })
        }
        K::TimestampLtz(p) => {
            let p = *p;
            attempt::<Text, Stamp>(lenient, move |site, text| {
                let local = read::timestamp(text).ok_or_else(|| not_a_timestamp(text))?;
                Ok(Some(cut(to_instant(&site.context.zone, local), p)))
            })
        }
        _ => return None,
    })
}

fn not_a_time(text: &str) -> EvalError {
    EvalError::new("java.time.DateTimeException", format!("For input string: '{text}'."))
}

fn not_a_timestamp(text: &str) -> EvalError {
    let message =
        format!("Text '{text}' could not be parsed as yyyy-MM-dd HH:mm:ss with up to 9 digits after the second");
    EvalError::new("java.time.format.DateTimeParseException", message)
}

fn not_a_number(text: &str, why: &str) -> EvalError {
    EvalError::new("java.lang.NumberFormatException", format!("For input string: '{text}'. {why}"))
}

fn boolean(text: &str) -> Result<bool, EvalError> {
    let lower = text.trim().to_ascii_lowercase();
    match lower.as_str() {
        "t" | "true" | "y" | "yes" | "1" => Ok(true),
        "f" | "false" | "n" | "no" | "0" => Ok(false),
        _ => Err(EvalError::new(
            "org.apache.flink.table.api.TableException",
            format!("Cannot parse '{text}' as BOOLEAN."),
        )),
    }
}

/// An integer; digits after a point are read and dropped.
fn integer(text: &str, min: i64, max: i64) -> Result<i64, EvalError> {
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.as_bytes().first() {
        None => return Err(not_a_number(text, "There are no digits.")),
        Some(b'-') => (true, &trimmed[1..]),
        Some(b'+') => (false, &trimmed[1..]),
        Some(_) => (false, trimmed),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if digits.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(not_a_number(text, "Invalid character found."));
    }
    let mut value: i64 = 0;
    for byte in whole.bytes() {
        let digit = i64::from(byte - b'0');
        let next = value.checked_mul(10).and_then(|value| value.checked_sub(digit));
        value = next.ok_or_else(|| not_a_number(text, "Overflow."))?;
    }
    let value = if negative { Some(value) } else { value.checked_neg() };
    value.filter(|value| (min..=max).contains(value)).ok_or_else(|| not_a_number(text, "Overflow."))
}

/// A floating-point number as `Double.parseDouble` reads it.
fn float<T: std::str::FromStr>(text: &str) -> Result<T, EvalError> {
    let trimmed = text.trim();
    let bare = trimmed.trim_start_matches(['+', '-']);
    let number = bare.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let number = if number { trimmed.trim_end_matches(['d', 'D', 'f', 'F']) } else { trimmed };
    let known = number.len() < trimmed.len() || bare.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if known || matches!(bare, "NaN" | "Infinity") {
        return number.parse().map_err(|_| not_a_number(text, "Invalid character found."));
    }
    Err(not_a_number(text, "Invalid character found."))
}

/// A decimal; NULL where it has too many digits.
fn decimal(text: &str, to: Shape) -> Result<Option<i128>, EvalError> {
    let trimmed = text.trim();
    let wide = Shape { precision: 38, scale: 0 };
    let value = parse(trimmed, to);
    // Of text that is no number nothing can be read, however large.
    let is_number =
        value.is_some() || parse(trimmed, wide).is_some() || trimmed.parse::<f64>().is_ok_and(f64::is_finite);
    if is_number { Ok(value) } else { Err(not_a_number(text, "Invalid character found.")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_text() {
        assert_eq!(integer(" 42 ", 0, 100), Ok(42));
        assert_eq!([integer("3.7", 0, 9), integer("-128", -128, 127)], [Ok(3), Ok(-128)]);
        assert!(["", "-", "1e3", "x", "300", "3.x"].iter().all(|text| integer(text, -128, 127).is_err()));
        assert_eq!(integer("-9223372036854775808", i64::MIN, i64::MAX), Ok(i64::MIN));
        assert_eq!([float::<f64>("1e3"), float("1.5f"), float(" -.5d ")], [Ok(1000.0), Ok(1.5), Ok(-0.5)]);
        assert!(float::<f64>("Infinity").is_ok_and(f64::is_infinite) && float::<f64>("inf").is_err());
        assert_eq!(decimal("12345", Shape { precision: 4, scale: 2 }), Ok(None));
        assert!(decimal("x", Shape { precision: 4, scale: 2 }).is_err());
    }
}
