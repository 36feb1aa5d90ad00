//! `CAST` and `TRY_CAST`: from which type to which, and how.

mod nested;
mod number;
mod text;
mod time;

pub use text::fit as fit_text;

use super::{
    EvalError,
    function::kernel::{Kernel, Site, attempt1, map1},
    function::native::Native,
};
use crate::types::TypeKind;

/// What casts columns of a type to another, or `None` where Flink does not. Where `lenient`, a value that cannot be cast
/// becomes NULL instead of an error.
pub fn kernel(from: &TypeKind, to: &TypeKind, lenient: bool) -> Option<Kernel> {
    use TypeKind as K;
    if from == to {
        return Some(identity());
    }
    match (from, to) {
        (K::Null, _) => Some(all_null()),
        (_, K::Char(_) | K::Varchar(_)) => text::to_text(from, to),
        (K::Char(_) | K::Varchar(_), _) => text::from_text(to, lenient),
        (K::Binary(_) | K::Varbinary(_), K::Binary(n)) => Some(text::fit_bytes(Some(*n), None)),
        (K::Binary(_) | K::Varbinary(_), K::Varbinary(n)) => Some(text::fit_bytes(None, Some(*n))),
        (K::Boolean, K::Boolean) => Some(identity()),
        (K::Boolean, _) if to.is_numeric() => number::from_boolean(to),
        (_, K::Boolean) if from.is_numeric() => number::to_boolean(from),
        _ if from.is_numeric() && to.is_numeric() => number::to_number(from, to),
        (K::IntervalMonths, K::IntervalMonths) | (K::IntervalMillis, K::IntervalMillis) => Some(identity()),
        (_, K::IntervalMonths) if from.is_integer() => number::to_number(from, &K::Int),
        (_, K::IntervalMillis) if from.is_integer() => number::to_number(from, &K::BigInt),
        (K::Array(from), K::Array(to)) => nested::array(from, to, lenient),
        (K::Map(..), K::Map(..)) => nested::map(from, to, lenient),
        (K::Multiset(from), K::Multiset(to)) if from.kind == to.kind => Some(identity()),
        (K::Row(from), K::Row(to)) => nested::row(from, to, lenient),
        _ => time::between(from, to),
    }
}

/// Whether there are values that cannot be cast from a type to another.
pub fn fallible(from: &TypeKind, to: &TypeKind) -> bool {
    kernel(from, to, false).is_none_or(|kernel| kernel.fallible)
}

fn identity() -> Kernel {
    Kernel::new(|site, arguments| match arguments.first() {
        Some(argument) => argument.clone().into_array(site.rows),
        None => Err(EvalError::internal("a cast of nothing")),
    })
    .total()
}

fn all_null() -> Kernel {
    Kernel::new(|site, _| Ok(arrow_array::new_null_array(&site.returns.kind.arrow(), site.rows))).total()
}

/// A kernel of a function whose errors are NULLs where `lenient`.
fn attempt<A: Native, R: Native>(
    lenient: bool,
    f: impl for<'a> Fn(&'a Site<'_>, A::Item<'a>) -> Result<Option<R::Out<'a>>, EvalError> + Send + Sync + 'static,
) -> Kernel {
    if lenient {
        return map1::<A, R>(move |site, value| f(site, value).ok().flatten());
    }
    attempt1::<A, R>(f)
}
