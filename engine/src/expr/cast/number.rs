//! Casts between numbers, and between numbers and truth values: Java's narrowing, so integers wrap and floating-point
//! numbers are cut to the nearest integer that there is.

use crate::{
    expr::{
        decimal::{Shape, from_f64, pow10, rescale, to_f64},
        function::{
            kernel::{Kernel, map1, numbers1},
            native::{Bool, Dec, F32, F64, I8, I16, I32, I64},
        },
    },
    types::TypeKind as K,
};

/// Calls a macro with the Arrow type of an integer or floating-point type.
macro_rules! with_native {
    ($kind:expr, $use:ident $(, $more:expr)*) => {
        match $kind {
            K::TinyInt => $use!(I8, i8 $(, $more)*),
            K::SmallInt => $use!(I16, i16 $(, $more)*),
            K::Int => $use!(I32, i32 $(, $more)*),
            K::BigInt => $use!(I64, i64 $(, $more)*),
            K::Float => $use!(F32, f32 $(, $more)*),
            K::Double => $use!(F64, f64 $(, $more)*),
            _ => return None,
        }
    };
}

/// From a number to another.
pub fn to_number(from: &K, to: &K) -> Option<Kernel> {
    match (from, to) {
        (K::Decimal(_, scale), K::Decimal(precision, to)) => {
            let (scale, to) = (*scale, Shape { precision: *precision, scale: *to });
            Some(map1::<Dec, Dec>(move |_, value| rescale(value, scale, to)))
        }
        (K::Decimal(_, scale), _) => from_decimal(*scale, to),
        (_, K::Decimal(precision, scale)) => to_decimal(from, Shape { precision: *precision, scale: *scale }),
        (K::Float, _) => from_f32(to),
        (K::Double, _) => from_f64_to(to),
        _ => from_integer(from, to),
    }
}

fn from_integer(from: &K, to: &K) -> Option<Kernel> {
    macro_rules! outer {
        ($A:ty, $a:ty) => {{
            macro_rules! inner {
                ($R:ty, $r:ty) => {
                    numbers1::<$A, $R>(|value| value as $r)
                };
            }
            with_native!(to, inner)
        }};
    }
    Some(match from {
        K::TinyInt => outer!(I8, i8),
        K::SmallInt => outer!(I16, i16),
        K::Int => outer!(I32, i32),
        K::BigInt => outer!(I64, i64),
        _ => return None,
    })
}

/// Java narrows to INT first where the target is smaller.
fn from_f32(to: &K) -> Option<Kernel> {
    Some(match to {
        K::TinyInt => numbers1::<F32, I8>(|value| value as i32 as i8),
        K::SmallInt => numbers1::<F32, I16>(|value| value as i32 as i16),
        K::Int => numbers1::<F32, I32>(|value| value as i32),
        K::BigInt => numbers1::<F32, I64>(|value| value as i64),
        K::Double => numbers1::<F32, F64>(f64::from),
        _ => return None,
    })
}

fn from_f64_to(to: &K) -> Option<Kernel> {
    Some(match to {
        K::TinyInt => numbers1::<F64, I8>(|value| value as i32 as i8),
        K::SmallInt => numbers1::<F64, I16>(|value| value as i32 as i16),
        K::Int => numbers1::<F64, I32>(|value| value as i32),
        K::BigInt => numbers1::<F64, I64>(|value| value as i64),
        K::Float => numbers1::<F64, F32>(|value| value as f32),
        _ => return None,
    })
}

fn from_decimal(scale: u8, to: &K) -> Option<Kernel> {
    macro_rules! integer {
        ($R:ty, $r:ty) => {{
            let unit = pow10(scale);
            map1::<Dec, $R>(move |_, value| Some((value / unit) as i64 as $r))
        }};
    }
    Some(match to {
        K::TinyInt => integer!(I8, i8),
        K::SmallInt => integer!(I16, i16),
        K::Int => integer!(I32, i32),
        K::BigInt => integer!(I64, i64),
        K::Float => map1::<Dec, F32>(move |_, value| Some(to_f64(value, scale) as f32)),
        K::Double => map1::<Dec, F64>(move |_, value| Some(to_f64(value, scale))),
        _ => return None,
    })
}

fn to_decimal(from: &K, to: Shape) -> Option<Kernel> {
    macro_rules! integer {
        ($A:ty) => {
            map1::<$A, Dec>(move |_, value| rescale(i128::from(value), 0, to))
        };
    }
    Some(match from {
        K::TinyInt => integer!(I8),
        K::SmallInt => integer!(I16),
        K::Int => integer!(I32),
        K::BigInt => integer!(I64),
        K::Float => map1::<F32, Dec>(move |_, value| from_f64(f64::from(value), to)),
        K::Double => map1::<F64, Dec>(move |_, value| from_f64(value, to)),
        _ => return None,
    })
}

/// 1 and 0.
pub fn from_boolean(to: &K) -> Option<Kernel> {
    if let K::Decimal(precision, scale) = to {
        let to = Shape { precision: *precision, scale: *scale };
        return Some(map1::<Bool, Dec>(move |_, value| rescale(i128::from(value), 0, to)));
    }
    macro_rules! make {
        ($R:ty, $r:ty) => {
            map1::<Bool, $R>(|_, value| Some(u8::from(value) as $r))
        };
    }
    Some(with_native!(to, make))
}

/// Whether it is not 0.
pub fn to_boolean(from: &K) -> Option<Kernel> {
    if matches!(from, K::Decimal(..)) {
        return Some(map1::<Dec, Bool>(|_, value| Some(value != 0)));
    }
    macro_rules! make {
        ($A:ty, $a:ty) => {
            map1::<$A, Bool>(|_, value| Some(value != <$a>::default()))
        };
    }
    Some(with_native!(from, make))
}
