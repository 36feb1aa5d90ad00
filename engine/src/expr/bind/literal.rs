//! Literals and their types.

use crate::{
    expr::{
        Expr,
        decimal::{Shape, parse},
        time::{MILLIS_PER_DAY, cut, parse as read},
    },
    syntax::{
        Position, SqlError,
        ast::{IntervalQualifier, Literal, TimeUnit},
    },
    types::{TypeKind, Value, data_type::MAX_DECIMAL_PRECISION},
};

/// The constant of a literal.
pub fn bind(literal: &Literal, at: Position) -> Result<Expr, SqlError> {
    Ok(match literal {
        Literal::Null => Expr::null(TypeKind::Null),
        Literal::Unknown => Expr::null(TypeKind::Boolean),
        Literal::Boolean(value) => Expr::boolean(*value),
        Literal::Exact(digits) => exact(digits, at)?,
        Literal::Approximate(digits) => {
            let value = digits.parse::<f64>().ok().filter(|value| value.is_finite());
            let value =
                value.ok_or_else(|| SqlError::invalid(at, format!("Numeric literal '{digits}' out of range")))?;
            Expr::literal(Value::Double(value), TypeKind::Double)
        }
        Literal::Text(text) => text_literal(text),
        Literal::Binary(bytes) => {
            Expr::literal(Value::Bytes(bytes.as_slice().into()), TypeKind::Binary(bytes.len() as u32))
        }
        Literal::Date(text) => {
            let days = read::date(text).filter(|_| text.len() >= 8 && !text.contains(' '));
            Expr::literal(Value::Date(days.ok_or_else(|| illegal("DATE", text, "yyyy-MM-dd", at))?), TypeKind::Date)
        }
        Literal::Time(text) => {
            let millis = read::time(text).ok_or_else(|| illegal("TIME", text, "HH:mm:ss", at))?;
            Expr::literal(Value::Time(millis), TypeKind::Time(fraction(text)))
        }
        Literal::Timestamp(text) => {
            let micros = read::timestamp(text);
            let micros = micros.ok_or_else(|| illegal("TIMESTAMP", text, "yyyy-MM-dd HH:mm:ss", at))?;
            let digits = fraction(text);
            Expr::literal(Value::Timestamp(cut(micros, digits)), TypeKind::Timestamp(digits))
        }
        Literal::Interval { negative, text, qualifier } => interval(*negative, text, qualifier, at)?,
    })
}

/// A string's constant: CHAR of its length, which Flink counts in UTF-16 units.
pub fn text_literal(text: &str) -> Expr {
    Expr::literal(Value::Text(text.into()), TypeKind::Char(text.encode_utf16().count() as u32))
}

fn illegal(what: &str, text: &str, form: &str, at: Position) -> SqlError {
    SqlError::invalid(at, format!("Illegal {what} literal '{text}': not in format '{form}'"))
}

/// How many digits stand after the point, nine at most.
fn fraction(text: &str) -> u8 {
    text.split_once('.').map_or(0, |(_, digits)| digits.len().min(9) as u8)
}

/// An exact number: INT or BIGINT where it has no point, else DECIMAL with a digit for each one written.
fn exact(digits: &str, at: Position) -> Result<Expr, SqlError> {
    let out_of_range = || SqlError::invalid(at, format!("Numeric literal '{digits}' out of range"));
    let bare = digits.trim_start_matches(['-', '+']);
    let Some((whole, fraction)) = bare.split_once('.').filter(|(_, fraction)| !fraction.is_empty()) else {
        let value: i64 = digits.trim_end_matches('.').parse().map_err(|_| out_of_range())?;
        let kind = if i32::try_from(value).is_ok() { TypeKind::Int } else { TypeKind::BigInt };
        return Ok(Expr::literal(Value::Integer(value), kind));
    };
    let (precision, scale) = (whole.len() + fraction.len(), fraction.len());
    if precision > usize::from(MAX_DECIMAL_PRECISION) {
        return Err(out_of_range());
    }
    let shape = Shape { precision: precision as u8, scale: scale as u8 };
    let value = parse(digits, shape).ok_or_else(out_of_range)?;
    Ok(Expr::literal(Value::Decimal(value), TypeKind::Decimal(shape.precision, shape.scale)))
}

/// Months in a unit.
pub fn months(unit: TimeUnit) -> Option<i64> {
    Some(match unit {
        TimeUnit::Year => 12,
        TimeUnit::Quarter => 3,
        TimeUnit::Month => 1,
        _ => return None,
    })
}

/// Milliseconds in a unit.
pub fn millis(unit: TimeUnit) -> Option<i64> {
    Some(match unit {
        TimeUnit::Week => 7 * MILLIS_PER_DAY,
        TimeUnit::Day => MILLIS_PER_DAY,
        TimeUnit::Hour => 3_600_000,
        TimeUnit::Minute => 60_000,
        TimeUnit::Second => 1_000,
        TimeUnit::Millisecond => 1,
        _ => return None,
    })
}

fn interval(negative: bool, text: &str, qualifier: &IntervalQualifier, at: Position) -> Result<Expr, SqlError> {
    let bare = text.trim();
    let (minus, bare) = match bare.as_bytes().first() {
        Some(b'-') => (true, &bare[1..]),
        Some(b'+') => (false, &bare[1..]),
        _ => (false, bare),
    };
    let sign = if minus == negative { 1 } else { -1 };
    let unit = |unit: TimeUnit| unit.keyword();
    let shown = match qualifier.end {
        None => unit(qualifier.start).to_owned(),
        Some(end) => format!("{} TO {}", unit(qualifier.start), unit(end)),
    };
    let precision = qualifier.precision.as_ref().map_or(2, |size| size.value);
    let leading = bare.split(|c: char| !c.is_ascii_digit()).next().unwrap_or(bare).trim_start_matches('0');
    if leading.len() as u32 > precision {
        let unit = unit(qualifier.start);
        let message = format!(
            "Interval field value {leading} exceeds precision of {unit}({precision}) field. Write {unit}({}) behind it",
            leading.len()
        );
        return Err(SqlError::invalid(at, message));
    }
    let wrong = || SqlError::invalid(at, format!("Illegal interval literal format '{text}' for INTERVAL {shown}"));
    let (value, kind) = if months(qualifier.start).is_some() {
        (in_months(bare, qualifier).ok_or_else(wrong)?, TypeKind::IntervalMonths)
    } else {
        (in_millis(bare, qualifier).ok_or_else(wrong)?, TypeKind::IntervalMillis)
    };
    Ok(Expr::literal(Value::Integer(sign * value), kind))
}

fn count(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn in_months(text: &str, qualifier: &IntervalQualifier) -> Option<i64> {
    if qualifier.end == Some(TimeUnit::Month) {
        let (years, months) = text.split_once('-')?;
        let months = count(months).filter(|months| *months < 12)?;
        return count(years)?.checked_mul(12)?.checked_add(months);
    }
    count(text)?.checked_mul(months(qualifier.start)?)
}

/// The parts between blanks, colons and the point, from the largest unit to the smallest.
fn in_millis(text: &str, qualifier: &IntervalQualifier) -> Option<i64> {
    const UNITS: [TimeUnit; 4] = [TimeUnit::Day, TimeUnit::Hour, TimeUnit::Minute, TimeUnit::Second];
    let Some(end) = qualifier.end.filter(|end| *end != qualifier.start) else {
        if qualifier.start == TimeUnit::Second {
            return seconds(text);
        }
        return count(text)?.checked_mul(millis(qualifier.start)?);
    };
    let from = UNITS.iter().position(|unit| *unit == qualifier.start)?;
    let to = UNITS.iter().position(|unit| *unit == end).filter(|to| *to > from)?;
    let mut rest = text;
    let mut total: i64 = 0;
    for (index, unit) in UNITS.iter().enumerate().take(to + 1).skip(from) {
        let part = if index == to {
            std::mem::take(&mut rest)
        } else {
            let (part, after) = rest.split_once(if *unit == TimeUnit::Day { ' ' } else { ':' })?;
            rest = after.trim_start();
            part
        };
        let value =
            if *unit == TimeUnit::Second { seconds(part)? } else { count(part)?.checked_mul(millis(*unit)?)? };
        total = total.checked_add(value)?;
    }
    Some(total)
}

fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = read::fraction_micros(fraction)? / 1_000;
    count(whole)?.checked_mul(1_000)?.checked_add(fraction)
}
