//! `ROUND`, `TRUNCATE`, `CEIL`, `FLOOR`, `ABS`, `SIGN`.

use super::{
    kernel::{Kernel, map1, map2, numbers1},
    native::{Dec, F32, F64, I8, I16, I32, I64},
    registry::{Call, FunctionInfo, Group},
    signature::Param,
};
use crate::{
    expr::{
        Expr,
        decimal::{Shape, pow10, rescale},
    },
    syntax::SqlError,
    types::{TypeKind as K, TypeKind, Value},
};

/// How what is cut off counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    HalfUp,
    Down,
}

/// The type of a decimal rounded to so many places: one more digit before the point, for it may carry.
fn rounded_shape(of: Shape, places: i64) -> Shape {
    if places >= i64::from(of.scale) {
        return of;
    }
    if places < 0 {
        return Shape { precision: (of.whole() + 1).min(38) as u8, scale: 0 };
    }
    Shape { precision: (i64::from(of.whole()) + 1 + places).min(38) as u8, scale: places as u8 }
}

/// A decimal at another scale after its digits beyond `places` are gone.
fn round_decimal(value: i128, scale: u8, places: i64, to: Shape, mode: Mode) -> Option<i128> {
    let cut = i64::from(scale) - places;
    let kept = if cut <= 0 {
        value
    } else if cut > 38 {
        0
    } else {
        let unit = pow10(cut as u8);
        let rest = value % unit;
        let down = value - rest;
        if mode == Mode::HalfUp && rest.unsigned_abs() * 2 >= unit.unsigned_abs() {
            down + unit * rest.signum()
        } else {
            down
        }
    };
    rescale(kept, scale, to)
}

/// A double rounded by its shortest decimal digits, as `BigDecimal.valueOf(x).setScale(places)` is.
fn round_double(value: f64, places: i64, mode: Mode) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let kept = exponent + 1 + places;
    if kept >= digits.len() as i64 {
        return value;
    }
    let up = mode == Mode::HalfUp && kept >= 0 && digits[kept as usize] >= 5;
    digits.truncate(kept.max(0) as usize);
    // A zero before the digits, for a carry.
    digits.insert(0, 0);
    if up {
        let mut place = digits.len() - 1;
        while digits[place] == 9 {
            digits[place] = 0;
            place -= 1;
        }
        digits[place] += 1;
    }
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let rounded: f64 = format!("{text}e{}", -places).parse().unwrap_or(value.abs());
    if value < 0.0 { -rounded } else { rounded }
}

fn round_integer(value: i64, places: i64, mode: Mode) -> i64 {
    let to = Shape { precision: 38, scale: 0 };
    round_decimal(i128::from(value), 0, places.min(0), to, mode).unwrap_or(0) as i64
}

fn round_kernel(kind: &TypeKind, to: Shape, mode: Mode) -> Option<Kernel> {
    Some(match kind {
        K::TinyInt => map2::<I8, I32, I8>(move |_, x, places| Some(round_integer(x.into(), places.into(), mode) as i8)),
        K::SmallInt => {
            map2::<I16, I32, I16>(move |_, x, places| Some(round_integer(x.into(), places.into(), mode) as i16))
        }
        K::Int => map2::<I32, I32, I32>(move |_, x, places| Some(round_integer(x.into(), places.into(), mode) as i32)),
        K::BigInt => map2::<I64, I32, I64>(move |_, x, places| Some(round_integer(x, places.into(), mode))),
        K::Float => map2::<F32, I32, F32>(move |_, x, places| Some(round_double(x.into(), places.into(), mode) as f32)),
        K::Double => map2::<F64, I32, F64>(move |_, x, places| Some(round_double(x, places.into(), mode))),
        K::Decimal(_, scale) => {
            let scale = *scale;
            map2::<Dec, I32, Dec>(move |_, x, places| round_decimal(x, scale, places.into(), to, mode))
        }
        _ => return None,
    })
}

fn round(call: &Call<'_>, mode: Mode) -> Result<Expr, SqlError> {
    let mut arguments = call.take(&[Param::Number, Param::Int], 1).ok_or_else(|| call.refusal())?;
    if arguments.len() == 1 {
        arguments.push(Expr::literal(Value::Integer(0), K::Int));
    }
    let kind = arguments[0].data_type.kind.clone();
    let places = arguments[1].clone().fold(&call.settings.context());
    let places = if let Some(Value::Integer(places)) = places.as_literal() { Some(*places) } else { None };
    let result = match &kind {
        K::Decimal(precision, scale) => {
            let shape = Shape { precision: *precision, scale: *scale };
            let Shape { precision, scale } = places.map_or(shape, |places| rounded_shape(shape, places));
            K::Decimal(precision, scale)
        }
        other => other.clone(),
    };
    let to = if let K::Decimal(precision, scale) = result {
        Shape { precision, scale }
    } else {
        Shape { precision: 0, scale: 0 }
    };
    let kernel = round_kernel(&kind, to, mode).ok_or_else(|| call.refusal())?;
    let data_type = result.nullable().with_nullable(super::any_nullable(&arguments));
    Ok(call.call(kernel, arguments, data_type))
}

/// `CEIL` and `FLOOR` of a number.
fn to_whole(call: &Call<'_>, up: bool) -> Result<Expr, SqlError> {
    let arguments = call.take(&[Param::Number], 1).ok_or_else(|| call.refusal())?;
    let argument = arguments[0].clone();
    let nullable = argument.data_type.nullable;
    let kind = argument.data_type.kind.clone();
    let (kernel, result) = match kind {
        K::Float if up => (numbers1::<F32, F32>(f32::ceil), K::Float),
        K::Float => (numbers1::<F32, F32>(f32::floor), K::Float),
        K::Double if up => (numbers1::<F64, F64>(f64::ceil), K::Double),
        K::Double => (numbers1::<F64, F64>(f64::floor), K::Double),
        K::Decimal(precision, scale) => {
            let unit = pow10(scale);
            let whole = move |value: i128| value.div_euclid(unit) + i128::from(up && value.rem_euclid(unit) != 0);
            (map1::<Dec, Dec>(move |_, value| Some(whole(value))), K::Decimal(precision, 0))
        }
        _ => return Ok(argument),
    };
    Ok(call.call(kernel, arguments, result.nullable().with_nullable(nullable)))
}

fn abs(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = call.take(&[Param::Number], 1).ok_or_else(|| call.refusal())?;
    let data_type = arguments[0].data_type.clone();
    let kernel = match data_type.kind {
        K::TinyInt => numbers1::<I8, I8>(i8::wrapping_abs),
        K::SmallInt => numbers1::<I16, I16>(i16::wrapping_abs),
        K::Int => numbers1::<I32, I32>(i32::wrapping_abs),
        K::BigInt => numbers1::<I64, I64>(i64::wrapping_abs),
        K::Float => numbers1::<F32, F32>(f32::abs),
        K::Double => numbers1::<F64, F64>(f64::abs),
        _ => numbers1::<Dec, Dec>(i128::wrapping_abs),
    };
    Ok(call.call(kernel, arguments, data_type))
}

fn sign(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = call.take(&[Param::Number], 1).ok_or_else(|| call.refusal())?;
    let data_type = arguments[0].data_type.clone();
    // `Math.signum`: of zero and of NaN it is the number itself.
    let signum = |value: f64| if value == 0.0 || value.is_nan() { value } else { value.signum() };
    let kernel = match data_type.kind {
        K::TinyInt => numbers1::<I8, I8>(i8::signum),
        K::SmallInt => numbers1::<I16, I16>(i16::signum),
        K::Int => numbers1::<I32, I32>(i32::signum),
        K::BigInt => numbers1::<I64, I64>(i64::signum),
        K::Float => numbers1::<F32, F32>(move |value| signum(f64::from(value)) as f32),
        K::Double => numbers1::<F64, F64>(signum),
        K::Decimal(_, scale) => {
            let unit = pow10(scale);
            numbers1::<Dec, Dec>(move |value| value.signum() * unit)
        }
        _ => return Err(call.refusal()),
    };
    Ok(call.call(kernel, arguments, data_type))
}

/// Adds the functions that round.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Arithmetic, name, signature, doc, example);
    into.push(
        info(
            "ROUND",
            "ROUND(number[, places])",
            "The number rounded half away from zero.",
            ("ROUND(2.345, 2)", "2.35"),
        )
        .rule(|call| round(call, Mode::HalfUp)),
    );
    into.push(
        info(
            "TRUNCATE",
            "TRUNCATE(number[, places])",
            "The number without the digits after so many places.",
            ("TRUNCATE(42.324, 2)", "42.32"),
        )
        .rule(|call| round(call, Mode::Down)),
    );
    into.push(
        info(
            "CEIL",
            "CEIL(number), CEIL(time TO unit)",
            "The smallest whole number that is not less.",
            ("CEIL(-1.2)", "-1"),
        )
        .also(&["CEILING"])
        .rule(|call| to_whole(call, true)),
    );
    into.push(
        info(
            "FLOOR",
            "FLOOR(number), FLOOR(time TO unit)",
            "The largest whole number that is not more.",
            ("FLOOR(-1.8)", "-2"),
        )
        .rule(|call| to_whole(call, false)),
    );
    into.push(info("ABS", "ABS(number)", "The number without its sign.", ("ABS(-5)", "5")).rule(abs));
    into.push(
        info("SIGN", "SIGN(number)", "-1, 0 or 1, as the number is negative, zero or positive.", ("SIGN(-3)", "-1"))
            .rule(sign),
    );
}
