//! `+`, `-`, `*`, `/`, `%` of numbers: integers wrap and divide towards zero as in Java, decimals are exact and NULL where
//! the result has too many digits.

use super::{
    kernel::{Kernel, attempt2, map2, numbers1, numbers2},
    native::{Dec, F32, F64, I8, I16, I32, I64},
};
use crate::{
    expr::{
        EvalError,
        decimal::{self, Shape},
    },
    types::{TypeKind as K, TypeKind},
};

/// An operation on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`, `MOD`
    Rem,
}

/// The digits of an exact number's type.
pub fn shape(kind: &TypeKind) -> Option<Shape> {
    let (precision, scale) = match kind {
        K::TinyInt => (3, 0),
        K::SmallInt => (5, 0),
        K::Int => (10, 0),
        K::BigInt => (19, 0),
        K::Decimal(precision, scale) => (*precision, *scale),
        _ => return None,
    };
    Some(Shape { precision, scale })
}

impl Arithmetic {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
        }
    }

    /// The type of its result, and the types to which its operands are brought.
    pub fn types(self, left: &TypeKind, right: &TypeKind) -> Option<(TypeKind, TypeKind, TypeKind)> {
        let approximate = |kind: &TypeKind| matches!(kind, K::Float | K::Double);
        let decimal = |kind: &TypeKind| matches!(kind, K::Decimal(..));
        if !left.is_numeric() || !right.is_numeric() {
            return None;
        }
        let all = |kind: TypeKind| Some((kind.clone(), kind.clone(), kind));
        match (approximate(left), approximate(right)) {
            // Of FLOAT and DOUBLE the left one's type is the result's.
            (true, true) => all(left.clone()),
            (true, false) if decimal(right) => all(K::Double),
            (false, true) if decimal(left) => all(K::Double),
            (true, false) => all(left.clone()),
            (false, true) => all(right.clone()),
            (false, false) if decimal(left) || decimal(right) => {
                let (a, b) = (shape(left)?, shape(right)?);
                let result = match self {
                    Self::Add | Self::Sub => a.sum(b),
                    Self::Mul => a.product(b),
                    Self::Div => a.quotient(b),
                    Self::Rem => a.remainder(b),
                };
                let kind = |shape: Shape| K::Decimal(shape.precision, shape.scale);
                Some((kind(result), kind(a), kind(b)))
            }
            (false, false) => all(wider(left, right).clone()),
        }
    }

    /// What computes it of operands of the types that [`Self::types`] gives.
    pub fn kernel(self, left: &TypeKind, right: &TypeKind, result: &TypeKind) -> Option<Kernel> {
        Some(match (result, left, right) {
            (K::Decimal(precision, scale), K::Decimal(_, a), K::Decimal(_, b)) => {
                self.decimals(*a, *b, Shape { precision: *precision, scale: *scale })
            }
            (K::TinyInt, ..) => self.bytes(),
            (K::SmallInt, ..) => self.shorts(),
            (K::Int | K::IntervalMonths, ..) => self.ints(),
            (K::BigInt | K::IntervalMillis, ..) => self.longs(),
            (K::Float, ..) => self.floats(),
            (K::Double, ..) => self.doubles(),
            _ => return None,
        })
    }

    /// The same of integers where the right operand is a constant other than 0: there is a result for all rows.
    pub fn kernel_by_constant(self, result: &TypeKind) -> Option<Kernel> {
        macro_rules! by_constant {
            ($A:ty) => {
                match self {
                    Self::Div => numbers2::<$A, $A, $A>(|a, b| if b == 0 { 0 } else { a.wrapping_div(b) }),
                    Self::Rem => numbers2::<$A, $A, $A>(|a, b| if b == 0 { 0 } else { a.wrapping_rem(b) }),
                    _ => return None,
                }
            };
        }
        Some(match result {
            K::TinyInt => by_constant!(I8),
            K::SmallInt => by_constant!(I16),
            K::Int => by_constant!(I32),
            K::BigInt => by_constant!(I64),
            _ => return None,
        })
    }

    fn decimals(self, a: u8, b: u8, to: Shape) -> Kernel {
        match self {
            Self::Add => map2::<Dec, Dec, Dec>(move |_, x, y| decimal::add(x, a, y, b, to)),
            Self::Sub => map2::<Dec, Dec, Dec>(move |_, x, y| decimal::subtract(x, a, y, b, to)),
            Self::Mul => {
                let scale = u32::from(a) + u32::from(b);
                map2::<Dec, Dec, Dec>(move |_, x, y| decimal::multiply(x, y, scale, to))
            }
            Self::Div => attempt2::<Dec, Dec, Dec>(move |_, x, y| {
                if y == 0 {
                    Err(EvalError::arithmetic("Division by zero"))
                } else {
                    Ok(decimal::divide(x, a, y, b, to))
                }
            }),
            Self::Rem => attempt2::<Dec, Dec, Dec>(move |_, x, y| {
                if y == 0 {
                    Err(EvalError::arithmetic("Division by zero"))
                } else {
                    Ok(decimal::remainder(x, a, y, b, to))
                }
            }),
        }
    }

    fn floats(self) -> Kernel {
        match self {
            Self::Add => numbers2::<F32, F32, F32>(|a, b| a + b),
            Self::Sub => numbers2::<F32, F32, F32>(|a, b| a - b),
            Self::Mul => numbers2::<F32, F32, F32>(|a, b| a * b),
            Self::Div => numbers2::<F32, F32, F32>(|a, b| a / b),
            Self::Rem => numbers2::<F32, F32, F32>(|a, b| a % b),
        }
    }

    fn doubles(self) -> Kernel {
        match self {
            Self::Add => numbers2::<F64, F64, F64>(|a, b| a + b),
            Self::Sub => numbers2::<F64, F64, F64>(|a, b| a - b),
            Self::Mul => numbers2::<F64, F64, F64>(|a, b| a * b),
            Self::Div => numbers2::<F64, F64, F64>(|a, b| a / b),
            Self::Rem => numbers2::<F64, F64, F64>(|a, b| a % b),
        }
    }
}

/// The operations of an integer type.
macro_rules! integers {
    ($name:ident, $A:ty) => {
        impl Arithmetic {
            fn $name(self) -> Kernel {
                let by_zero = || EvalError::arithmetic("/ by zero");
                match self {
                    Self::Add => numbers2::<$A, $A, $A>(|a, b| a.wrapping_add(b)),
                    Self::Sub => numbers2::<$A, $A, $A>(|a, b| a.wrapping_sub(b)),
                    Self::Mul => numbers2::<$A, $A, $A>(|a, b| a.wrapping_mul(b)),
                    Self::Div => {
                        attempt2::<$A, $A, $A>(
                            move |_, a, b| {
                                if b == 0 { Err(by_zero()) } else { Ok(Some(a.wrapping_div(b))) }
                            },
                        )
                    }
                    Self::Rem => {
                        attempt2::<$A, $A, $A>(
                            move |_, a, b| {
                                if b == 0 { Err(by_zero()) } else { Ok(Some(a.wrapping_rem(b))) }
                            },
                        )
                    }
                }
            }
        }
    };
}

integers!(bytes, I8);
integers!(shorts, I16);
integers!(ints, I32);
integers!(longs, I64);

/// Of two integer types the wider.
pub fn wider<'a>(left: &'a TypeKind, right: &'a TypeKind) -> &'a TypeKind {
    let width = |kind: &TypeKind| shape(kind).map_or(0, |shape| shape.precision);
    if width(left) >= width(right) { left } else { right }
}

/// `-x`
pub fn negate(kind: &TypeKind) -> Option<Kernel> {
    Some(match kind {
        K::TinyInt => numbers1::<I8, I8>(i8::wrapping_neg),
        K::SmallInt => numbers1::<I16, I16>(i16::wrapping_neg),
        K::Int | K::IntervalMonths => numbers1::<I32, I32>(i32::wrapping_neg),
        K::BigInt | K::IntervalMillis => numbers1::<I64, I64>(i64::wrapping_neg),
        K::Float => numbers1::<F32, F32>(|value| -value),
        K::Double => numbers1::<F64, F64>(|value| -value),
        K::Decimal(..) => numbers1::<Dec, Dec>(i128::wrapping_neg),
        _ => return None,
    })
}
