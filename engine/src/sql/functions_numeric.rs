//! Functions of numbers and of time.

use std::{
    cmp::Ordering,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    cast::wrap,
    eval::{EvalError, order},
    functions::{Function, Signature},
    time::{DAY_MICROS, civil_from_days, parse_timestamp},
    types::{DataType, STRING},
    value::Value,
};

/// The table.
pub const NUMERIC: [Function; 23] = [
    function("ABS", "ABS(number)", same_number, |v, t| {
        Ok(match v[0] {
            Value::Integer(value) => Value::Integer(wrap(value.wrapping_abs(), t)),
            Value::Float(value) => Value::Float(value.abs()),
            Value::Double(value) => Value::Double(value.abs()),
            _ => Value::Null,
        })
    }),
    Function { arity: 2..=2, ..function("MOD", "MOD(number, divisor)", modulo_types, modulo) },
    function("FLOOR", "FLOOR(number)", same_number, |v, _| Ok(map_float(&v[0], f64::floor))),
    function("CEIL", "CEIL(number)", same_number, |v, _| Ok(map_float(&v[0], f64::ceil))),
    function("CEILING", "CEILING(number)", same_number, |v, _| Ok(map_float(&v[0], f64::ceil))),
    Function { arity: 1..=2, ..function("ROUND", "ROUND(number [, digits])", round_types, round) },
    function("SIGN", "SIGN(number)", same_number, |v, _| {
        Ok(match v[0] {
            Value::Integer(value) => Value::Integer(value.signum()),
            ref other => map_float(other, |value| if value == 0.0 { 0.0 } else { value.signum() }),
        })
    }),
    Function {
        arity: 2..=2,
        ..function("POWER", "POWER(base, exponent)", doubles, |v, _| Ok(Value::Double(float(&v[0]).powf(float(&v[1])))))
    },
    function("SQRT", "SQRT(number)", doubles, |v, _| Ok(Value::Double(float(&v[0]).sqrt()))),
    function("EXP", "EXP(number)", doubles, |v, _| Ok(Value::Double(float(&v[0]).exp()))),
    function("LN", "LN(number)", doubles, |v, _| Ok(Value::Double(float(&v[0]).ln()))),
    function("LOG10", "LOG10(number)", doubles, |v, _| Ok(Value::Double(float(&v[0]).log10()))),
    Function {
        arity: 1..=64,
        ..function("GREATEST", "GREATEST(a, b, …)", common, |v, _| Ok(extreme(v, Ordering::Greater)))
    },
    Function { arity: 1..=64, ..function("LEAST", "LEAST(a, b, …)", common, |v, _| Ok(extreme(v, Ordering::Less))) },
    Function {
        arity: 0..=0,
        ..function(
            "CURRENT_TIMESTAMP",
            "CURRENT_TIMESTAMP",
            |_| Some((vec![], DataType::TimestampLtz(3))),
            |_, _| Ok(now()),
        )
    },
    Function {
        arity: 0..=0,
        ..function("NOW", "NOW()", |_| Some((vec![], DataType::TimestampLtz(3))), |_, _| Ok(now()))
    },
    Function {
        arity: 0..=0,
        ..function("LOCALTIMESTAMP", "LOCALTIMESTAMP", |_| Some((vec![], DataType::Timestamp(3))), |_, _| Ok(now()))
    },
    function(
        "TO_TIMESTAMP",
        "TO_TIMESTAMP(string)",
        |_| Some((vec![STRING], DataType::Timestamp(3))),
        |v, _| {
            // Flink answers NULL for text that is no timestamp.
            let Value::Text(text) = &v[0] else { return Ok(Value::Null) };
            Ok(parse_timestamp(text).map_or(Value::Null, Value::Timestamp))
        },
    ),
    function("YEAR", "YEAR(date)", timestamp, |v, _| Ok(calendar(&v[0], |(year, _, _), _| year))),
    function("MONTH", "MONTH(date)", timestamp, |v, _| Ok(calendar(&v[0], |(_, month, _), _| month))),
    function("DAYOFMONTH", "DAYOFMONTH(date)", timestamp, |v, _| Ok(calendar(&v[0], |(_, _, day), _| day))),
    function("HOUR", "HOUR(timestamp)", timestamp, |v, _| Ok(calendar(&v[0], |_, micros| micros / 3_600_000_000))),
    function("MINUTE", "MINUTE(timestamp)", timestamp, |v, _| {
        Ok(calendar(&v[0], |_, micros| micros / 60_000_000 % 60))
    }),
];

/// A strict function of one argument; more by `arity`.
const fn function(
    name: &'static str,
    usage: &'static str,
    signature: fn(&[DataType]) -> Signature,
    eval: fn(&[Value], DataType) -> Result<Value, EvalError>,
) -> Function {
    Function { name, usage, arity: 1..=1, signature, strict: true, eval }
}

fn same_number(types: &[DataType]) -> Signature {
    let number = types.first().copied().filter(|t| t.is_numeric())?;
    Some((vec![number], number))
}

fn doubles(types: &[DataType]) -> Signature {
    let numbers = types.iter().all(|t| t.is_numeric() || *t == DataType::Null);
    numbers.then(|| (vec![DataType::Double; types.len()], DataType::Double))
}

fn common(types: &[DataType]) -> Signature {
    let mut common = *types.first()?;
    for other in &types[1..] {
        common = common.common(*other)?;
    }
    (common != DataType::Null).then(|| (vec![common; types.len()], common))
}

fn modulo_types(types: &[DataType]) -> Signature {
    let (value, divisor) = (types[0], types[1]);
    let common = value.common(divisor).filter(|t| t.is_numeric())?;
    // The value of an integer MOD has the type of the divisor.
    let result = if common.is_integer() && divisor.is_integer() { divisor } else { common };
    Some((vec![common; 2], result))
}

fn round_types(types: &[DataType]) -> Signature {
    let number = types[0].is_numeric().then_some(types[0])?;
    let digits = types.get(1).is_none_or(|t| t.is_integer());
    digits.then(|| (vec![number, DataType::Int], number))
}

fn timestamp(types: &[DataType]) -> Signature {
    let temporal = types[0] == DataType::Date || types[0].is_timestamp();
    temporal.then(|| (vec![types[0]], DataType::BigInt))
}

fn modulo(values: &[Value], data_type: DataType) -> Result<Value, EvalError> {
    match (&values[0], &values[1]) {
        (Value::Integer(_), Value::Integer(0)) => {
            Err(EvalError { class: "java.lang.ArithmeticException", message: "/ by zero".to_owned() })
        }
        (Value::Integer(a), Value::Integer(b)) => Ok(Value::Integer(wrap(a.wrapping_rem(*b), data_type))),
        (Value::Float(a), Value::Float(b)) => Ok(Value::Float(a % b)),
        (a, b) => Ok(Value::Double(float(a) % float(b))),
    }
}

/// Half away from zero on the decimal digits that the number shows, as Java's BigDecimal rounds.
fn round(values: &[Value], data_type: DataType) -> Result<Value, EvalError> {
    let digits = match values.get(1) {
        Some(Value::Integer(digits)) => (*digits).clamp(-308, 308) as i32,
        _ => 0,
    };
    Ok(match values[0] {
        Value::Integer(value) if digits >= 0 => Value::Integer(value),
        Value::Integer(value) => {
            let Some(unit) = 10_i64.checked_pow(digits.unsigned_abs()) else { return Ok(Value::Integer(0)) };
            let up = value.unsigned_abs().wrapping_add(unit.unsigned_abs() / 2) / unit.unsigned_abs();
            Value::Integer(wrap((up as i64).wrapping_mul(unit).wrapping_mul(value.signum()), data_type))
        }
        Value::Float(value) => Value::Float(round_decimal(&value.to_string(), digits) as f32),
        Value::Double(value) => Value::Double(round_decimal(&value.to_string(), digits)),
        _ => Value::Null,
    })
}

fn round_decimal(shown: &str, digits: i32) -> f64 {
    let value: f64 = shown.parse().unwrap_or(f64::NAN);
    let decimals = shown.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
    if !value.is_finite() || digits >= decimals {
        return value;
    }
    if digits < 0 {
        let unit = 10_f64.powi(-digits);
        return (value / unit).round() * unit;
    }
    let keep = shown.len() - (decimals - digits) as usize;
    let up = shown.as_bytes().get(keep).is_some_and(|digit| *digit >= b'5');
    let kept: f64 = shown[..keep].parse().unwrap_or(value);
    if !up {
        return kept;
    }
    let step = if shown.starts_with('-') { -1.0 } else { 1.0 } * 10_f64.powi(-digits);
    format!("{:.*}", digits as usize, kept + step).parse().unwrap_or(value)
}

fn map_float(value: &Value, f: fn(f64) -> f64) -> Value {
    match value {
        Value::Float(value) => Value::Float(f(f64::from(*value)) as f32),
        Value::Double(value) => Value::Double(f(*value)),
        other => other.clone(),
    }
}

fn float(value: &Value) -> f64 {
    match value {
        Value::Double(value) => *value,
        Value::Float(value) => f64::from(*value),
        Value::Integer(value) => *value as f64,
        _ => f64::NAN,
    }
}

fn extreme(values: &[Value], wanted: Ordering) -> Value {
    let mut best = &values[0];
    for value in &values[1..] {
        if order(value, best) == Some(wanted) {
            best = value;
        }
    }
    best.clone()
}

fn now() -> Value {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Value::Timestamp(elapsed.as_millis() as i64 * 1000)
}

/// A part of a date or timestamp: `part` gets the date and the microseconds of the day.
fn calendar(value: &Value, part: fn((i64, i64, i64), i64) -> i64) -> Value {
    let micros = match value {
        Value::Date(days) => i64::from(*days) * DAY_MICROS,
        Value::Timestamp(micros) => *micros,
        _ => return Value::Null,
    };
    Value::Integer(part(civil_from_days(micros.div_euclid(DAY_MICROS)), micros.rem_euclid(DAY_MICROS)))
}
