//! `=`, `<>`, `<`, `<=`, `>`, `>=`, `IS [NOT] DISTINCT FROM`, `IN`, `IS NULL`, and the truth tests.

use std::{cmp::Ordering, sync::Arc};

use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, types::ArrowPrimitiveType};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use rustc_hash::FxHashSet;

use super::{
    kernel::{Kernel, Site, operand, union_nulls},
    native::{Bool, Bytes, Date, Dec, F32, F64, I8, I16, I32, I64, Native, Stamp, Text, Time, View, downcast},
};
use crate::{
    expr::{Datum, EvalError},
    types::{TypeKind as K, Value},
};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Comparison {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    /// Whether it asks for an order, not only for equality.
    pub fn is_ordering(self) -> bool {
        !matches!(self, Self::Eq | Self::Ne)
    }

    fn holds(self, order: Option<Ordering>) -> bool {
        match (self, order) {
            // NaN: unequal to all, before and after none.
            (Self::Ne, None) => true,
            (_, None) => false,
            (Self::Eq, Some(order)) => order.is_eq(),
            (Self::Ne, Some(order)) => order.is_ne(),
            (Self::Lt, Some(order)) => order.is_lt(),
            (Self::Le, Some(order)) => order.is_le(),
            (Self::Gt, Some(order)) => order.is_gt(),
            (Self::Ge, Some(order)) => order.is_ge(),
        }
    }

    /// What compares two columns of this type; `None` where values of it are not comparable so.
    pub fn kernel(self, kind: &K) -> Option<Kernel> {
        Some(match kind {
            K::TinyInt => self.numbers::<I8>(),
            K::SmallInt => self.numbers::<I16>(),
            K::Int | K::IntervalMonths => self.numbers::<I32>(),
            K::BigInt | K::IntervalMillis => self.numbers::<I64>(),
            K::Float => self.numbers::<F32>(),
            K::Double => self.numbers::<F64>(),
            K::Decimal(..) => self.numbers::<Dec>(),
            K::Date => self.numbers::<Date>(),
            K::Time(_) => self.numbers::<Time>(),
            K::Timestamp(_) | K::TimestampLtz(_) => self.numbers::<Stamp>(),
            K::Boolean => self.values::<Bool>(),
            K::Char(_) | K::Varchar(_) => self.values::<Text>(),
            K::Binary(_) | K::Varbinary(_) => self.values::<Bytes>(),
            K::Array(_) | K::Map(..) | K::Multiset(_) | K::Row(_) if !self.is_ordering() => self.nested(),
            K::Array(_) | K::Map(..) | K::Multiset(_) | K::Row(_) => return None,
            K::Null => Kernel::new(|site, _| Ok(arrow_array::new_null_array(&K::Boolean.arrow(), site.rows))).total(),
        })
    }

    /// A loop without branches for each comparison.
    fn numbers<A: ArrowPrimitiveType>(self) -> Kernel {
        match self {
            Self::Eq => numbers::<A>(|a, b| a == b),
            Self::Ne => numbers::<A>(|a, b| a != b),
            Self::Lt => numbers::<A>(|a, b| a < b),
            Self::Le => numbers::<A>(|a, b| a <= b),
            Self::Gt => numbers::<A>(|a, b| a > b),
            Self::Ge => numbers::<A>(|a, b| a >= b),
        }
    }

    fn values<N: Native>(self) -> Kernel
    where
        for<'a> N::Item<'a>: PartialOrd,
    {
        match self {
            Self::Eq => values::<N>(|a, b| a == b),
            Self::Ne => values::<N>(|a, b| a != b),
            Self::Lt => values::<N>(|a, b| a < b),
            Self::Le => values::<N>(|a, b| a <= b),
            Self::Gt => values::<N>(|a, b| a > b),
            Self::Ge => values::<N>(|a, b| a >= b),
        }
    }

    fn nested(self) -> Kernel {
        Kernel::new(move |site, arguments| {
            let (left, right) = (operand(arguments, 0)?, operand(arguments, 1)?);
            let (left_kind, right_kind) = (taken(site, 0)?, taken(site, 1)?);
            truths(site, arguments, |row| {
                let equal = left.value(row, left_kind) == right.value(row, right_kind);
                self.holds(Some(if equal { Ordering::Equal } else { Ordering::Less }))
            })
        })
        .total()
    }
}

fn taken<'a>(site: &Site<'a>, index: usize) -> Result<&'a K, EvalError> {
    site.takes.get(index).map(|taken| &taken.kind).ok_or_else(|| EvalError::internal("an argument is missing"))
}

/// The truth of each row, NULL where an argument is.
fn truths(site: &Site<'_>, arguments: &[Datum], truth: impl Fn(usize) -> bool) -> Result<ArrayRef, EvalError> {
    let Some(nulls) = union_nulls(arguments) else {
        return Ok(arrow_array::new_null_array(&K::Boolean.arrow(), site.rows));
    };
    Ok(Arc::new(BooleanArray::new(BooleanBuffer::collect_bool(site.rows, truth), nulls)))
}

fn numbers<A: ArrowPrimitiveType>(f: impl Fn(A::Native, A::Native) -> bool + Send + Sync + 'static) -> Kernel {
    Kernel::new(move |site, arguments| {
        let (left, right) = (operand(arguments, 0)?, operand(arguments, 1)?);
        let a = downcast::<PrimitiveArray<A>>(left.array())?.values();
        let b = downcast::<PrimitiveArray<A>>(right.array())?.values();
        match (left.is_constant(), right.is_constant()) {
            (false, false) => truths(site, arguments, |row| f(a[row], b[row])),
            (false, true) => {
                let y = b[0];
                truths(site, arguments, |row| f(a[row], y))
            }
            (true, false) => {
                let x = a[0];
                truths(site, arguments, |row| f(x, b[row]))
            }
            (true, true) => {
                let result = f(a[0], b[0]);
                truths(site, arguments, |_| result)
            }
        }
    })
    .total()
}

fn values<N: Native>(f: impl for<'a> Fn(N::Item<'a>, N::Item<'a>) -> bool + Send + Sync + 'static) -> Kernel {
    Kernel::new(move |site, arguments| {
        let (a, b) = (View::<N>::new(operand(arguments, 0)?)?, View::<N>::new(operand(arguments, 1)?)?);
        truths(site, arguments, |row| f(a.get(row), b.get(row)))
    })
    .total()
}

/// `IS [NOT] DISTINCT FROM`: a comparison in which NULL is a value like others.
pub fn distinct(kind: &K, negated: bool) -> Option<Kernel> {
    let differs = Comparison::Ne.kernel(kind)?;
    Some(
        Kernel::new(move |site, arguments| {
            let (left, right) = (operand(arguments, 0)?, operand(arguments, 1)?);
            let different = differs.run(site, arguments)?;
            let different = downcast::<BooleanArray>(&different)?;
            let truth = BooleanBuffer::collect_bool(site.rows, |row| {
                let distinct = match (left.is_null(row), right.is_null(row)) {
                    (false, false) => different.value(row),
                    (left, right) => left != right,
                };
                distinct != negated
            });
            Ok(Arc::new(BooleanArray::new(truth, None)))
        })
        .total(),
    )
}

/// `IS [NOT] NULL`
pub fn is_null(negated: bool) -> Kernel {
    Kernel::new(move |site, arguments| {
        let argument = operand(arguments, 0)?;
        let nulls = argument.array().logical_nulls();
        let truth = match nulls {
            _ if argument.is_constant() => BooleanBuffer::collect_bool(site.rows, |_| argument.is_null(0) != negated),
            None => BooleanBuffer::collect_bool(site.rows, |_| negated),
            Some(nulls) if negated => nulls.inner().clone(),
            Some(nulls) => !nulls.inner(),
        };
        Ok(Arc::new(BooleanArray::new(truth, None)))
    })
    .total()
}

/// `IS [NOT] TRUE`, `IS [NOT] FALSE`
pub fn is_truth(wanted: bool, negated: bool) -> Kernel {
    Kernel::new(move |site, arguments| {
        let argument = operand(arguments, 0)?;
        let truth = downcast::<BooleanArray>(argument.array())?;
        let holds = |row: usize| {
            let place = argument.place(row);
            (truth.is_valid(place) && truth.value(place) == wanted) != negated
        };
        Ok(Arc::new(BooleanArray::new(BooleanBuffer::collect_bool(site.rows, holds), None)))
    })
    .total()
}

/// `NOT`
pub fn not() -> Kernel {
    Kernel::new(|site, arguments| {
        let array = operand(arguments, 0)?.clone().into_array(site.rows)?;
        let truth = downcast::<BooleanArray>(&array)?;
        Ok(Arc::new(BooleanArray::new(!truth.values(), truth.nulls().cloned())))
    })
    .total()
}

/// `x IN (constants)`, all of one type: looked up, not compared one by one. With a NULL among them what is not found is
/// NULL.
pub fn in_set(kind: &K, constants: &[Value]) -> Option<Kernel> {
    let with_null = constants.iter().any(Value::is_null);
    match kind {
        K::Char(_) | K::Varchar(_) => {
            let set: FxHashSet<Arc<str>> = constants
                .iter()
                .filter_map(|value| if let Value::Text(text) = value { Some(Arc::clone(text)) } else { None })
                .collect();
            Some(member::<Text>(with_null, move |text| set.contains(text)))
        }
        K::TinyInt => Some(in_integers::<I8>(constants, with_null)),
        K::SmallInt => Some(in_integers::<I16>(constants, with_null)),
        K::Int => Some(in_integers::<I32>(constants, with_null)),
        K::BigInt => Some(in_integers::<I64>(constants, with_null)),
        _ => None,
    }
}

fn in_integers<A: ArrowPrimitiveType>(constants: &[Value], with_null: bool) -> Kernel
where
    A::Native: Into<i64>,
{
    let integer = |value: &Value| if let Value::Integer(value) = value { Some(*value) } else { None };
    let set: FxHashSet<i64> = constants.iter().filter_map(integer).collect();
    member::<A>(with_null, move |value| set.contains(&value.into()))
}

fn member<N: Native>(with_null: bool, f: impl for<'a> Fn(N::Item<'a>) -> bool + Send + Sync + 'static) -> Kernel {
    Kernel::new(move |site, arguments| {
        let view = View::<N>::new(operand(arguments, 0)?)?;
        let Some(nulls) = union_nulls(arguments) else {
            return Ok(arrow_array::new_null_array(&K::Boolean.arrow(), site.rows));
        };
        let found = BooleanBuffer::collect_bool(site.rows, |row| f(view.get(row)));
        let nulls =
            if with_null { NullBuffer::union(nulls.as_ref(), Some(&NullBuffer::new(found.clone()))) } else { nulls };
        Ok(Arc::new(BooleanArray::new(found, nulls)))
    })
    .total()
}
