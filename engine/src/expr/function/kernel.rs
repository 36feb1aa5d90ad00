//! Functions over columns, made of functions over single values.

use std::{fmt, sync::Arc};

use arrow_array::{Array, ArrayRef, PrimitiveArray, new_null_array, types::ArrowPrimitiveType};
use arrow_buffer::{NullBuffer, ScalarBuffer};

use super::native::{Native, View, downcast};
use crate::{
    expr::{Datum, EvalContext, EvalError},
    types::DataType,
};

/// A call under way.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// How many results are wanted.
    pub rows: usize,
    /// The types of the arguments.
    pub takes: &'a [DataType],
    /// The type of the result.
    pub returns: &'a DataType,
    /// The session.
    pub context: &'a EvalContext,
}

type Run = dyn Fn(&Site<'_>, &[Datum]) -> Result<ArrayRef, EvalError> + Send + Sync;

/// What computes a function over columns.
#[derive(Clone)]
pub struct Kernel {
    run: Arc<Run>,
    /// Whether there are arguments of which it cannot be computed.
    pub fallible: bool,
    /// Whether equal arguments give equal results.
    pub deterministic: bool,
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernel").field("fallible", &self.fallible).finish_non_exhaustive()
    }
}

impl Kernel {
    /// A kernel of a function over columns.
    pub fn new(run: impl Fn(&Site<'_>, &[Datum]) -> Result<ArrayRef, EvalError> + Send + Sync + 'static) -> Self {
        Self { run: Arc::new(run), fallible: true, deterministic: true }
    }

    /// It can be computed of all arguments.
    pub fn total(mut self) -> Self {
        self.fallible = false;
        self
    }

    /// Equal arguments may give different results.
    pub fn volatile(mut self) -> Self {
        self.deterministic = false;
        self
    }

    /// The results.
    pub fn run(&self, site: &Site<'_>, arguments: &[Datum]) -> Result<ArrayRef, EvalError> {
        (self.run)(site, arguments)
    }
}

/// Where arguments are NULL.
enum Nulls {
    /// One is for all rows.
    All,
    /// In some rows, or in none.
    Some(Option<NullBuffer>),
}

fn nulls(arguments: &[Datum]) -> Nulls {
    let mut nulls = None;
    for argument in arguments {
        if argument.is_constant() {
            if argument.is_null(0) {
                return Nulls::All;
            }
        } else {
            nulls = NullBuffer::union(nulls.as_ref(), argument.array().logical_nulls().as_ref());
        }
    }
    Nulls::Some(nulls)
}

/// Results row by row where no argument is NULL, NULL elsewhere.
pub fn each<R: Native>(
    site: &Site<'_>,
    arguments: &[Datum],
    mut result: impl FnMut(&mut R::Builder, usize) -> Result<(), EvalError>,
) -> Result<ArrayRef, EvalError> {
    let Nulls::Some(nulls) = nulls(arguments) else {
        return Ok(new_null_array(&site.returns.kind.arrow(), site.rows));
    };
    let mut builder = R::builder(&site.returns.kind, site.rows);
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        None => (0..site.rows).try_for_each(|row| result(&mut builder, row))?,
        Some(nulls) => {
            for row in 0..site.rows {
                if nulls.is_valid(row) {
                    result(&mut builder, row)?;
                } else {
                    R::push(&mut builder, None);
                }
            }
        }
    }
    Ok(R::finish(builder))
}

/// Where an argument is NULL; `None` where one is for all rows.
pub fn union_nulls(arguments: &[Datum]) -> Option<Option<NullBuffer>> {
    match nulls(arguments) {
        Nulls::All => None,
        Nulls::Some(nulls) => Some(nulls),
    }
}

/// The argument at a place.
pub fn operand(arguments: &[Datum], index: usize) -> Result<&Datum, EvalError> {
    arguments.get(index).ok_or_else(|| EvalError::internal("an argument is missing"))
}

/// Makes `map` of an arity: a kernel of a function that has a result for all values, `None` for NULL.
macro_rules! map {
    ($map:ident, $($N:ident $place:literal),+) => {
        /// A kernel of a function of single values that has a result for all of them, NULL where it gives `None` or where
        /// an argument is NULL.
        #[allow(non_snake_case)]
        pub fn $map<$($N: Native,)+ R: Native>(
            f: impl for<'a> Fn(&'a Site<'_>, $($N::Item<'a>),+) -> Option<R::Out<'a>> + Send + Sync + 'static,
        ) -> Kernel {
            Kernel::new(move |site, arguments| {
                $(let $N = View::<$N>::new(operand(arguments, $place)?)?;)+
                each::<R>(site, arguments, |builder, row| {
                    R::push(builder, f(site, $($N.get(row)),+));
                    Ok(())
                })
            })
            .total()
        }
    };
}

map!(map1, A 0);
map!(map2, A 0, B 1);
map!(map3, A 0, B 1, C 2);
map!(map4, A 0, B 1, C 2, D 3);

/// Makes `attempt` of an arity: a kernel of a function that may fail.
macro_rules! attempt {
    ($attempt:ident, $($N:ident $place:literal),+) => {
        /// A kernel of a function of single values that may fail, NULL where it gives `None` or where an argument is NULL.
        #[allow(non_snake_case)]
        pub fn $attempt<$($N: Native,)+ R: Native>(
            f: impl for<'a> Fn(&'a Site<'_>, $($N::Item<'a>),+) -> Result<Option<R::Out<'a>>, EvalError>
            + Send
            + Sync
            + 'static,
        ) -> Kernel {
            Kernel::new(move |site, arguments| {
                $(let $N = View::<$N>::new(operand(arguments, $place)?)?;)+
                each::<R>(site, arguments, |builder, row| {
                    R::push(builder, f(site, $($N.get(row)),+)?);
                    Ok(())
                })
            })
        }
    };
}

attempt!(attempt1, A 0);
attempt!(attempt2, A 0, B 1);

/// A kernel of an operation on numbers that has a result for all of them: a loop without branches, over the places of
/// NULLs too.
pub fn numbers1<A: ArrowPrimitiveType, R: ArrowPrimitiveType>(
    f: impl Fn(A::Native) -> R::Native + Send + Sync + 'static,
) -> Kernel {
    Kernel::new(move |site, arguments| {
        let datum = operand(arguments, 0)?;
        let array = downcast::<PrimitiveArray<A>>(datum.array())?;
        if datum.is_constant() {
            let value = (!array.is_null(0)).then(|| f(array.value(0)));
            return Ok(repeat::<R>(value, site));
        }
        let values: Vec<R::Native> = array.values().iter().map(|value| f(*value)).collect();
        Ok(primitive::<R>(values, array.nulls().cloned(), site))
    })
    .total()
}

/// A kernel of an operation on two numbers that has a result for all of them.
pub fn numbers2<A: ArrowPrimitiveType, B: ArrowPrimitiveType, R: ArrowPrimitiveType>(
    f: impl Fn(A::Native, B::Native) -> R::Native + Send + Sync + 'static,
) -> Kernel {
    Kernel::new(move |site, arguments| {
        let (left, right) = (operand(arguments, 0)?, operand(arguments, 1)?);
        let (a, b) = (downcast::<PrimitiveArray<A>>(left.array())?, downcast::<PrimitiveArray<B>>(right.array())?);
        let Nulls::Some(nulls) = nulls(arguments) else { return Ok(repeat::<R>(None, site)) };
        let values: Vec<R::Native> = match (left.is_constant(), right.is_constant()) {
            (true, true) => vec![f(a.value(0), b.value(0)); site.rows],
            (true, false) => {
                let x = a.value(0);
                b.values().iter().map(|y| f(x, *y)).collect()
            }
            (false, true) => {
                let y = b.value(0);
                a.values().iter().map(|x| f(*x, y)).collect()
            }
            (false, false) => a.values().iter().zip(b.values()).map(|(x, y)| f(*x, *y)).collect(),
        };
        Ok(primitive::<R>(values, nulls, site))
    })
    .total()
}

fn primitive<R: ArrowPrimitiveType>(values: Vec<R::Native>, nulls: Option<NullBuffer>, site: &Site<'_>) -> ArrayRef {
    let array = PrimitiveArray::<R>::new(ScalarBuffer::from(values), nulls);
    Arc::new(array.with_data_type(site.returns.kind.arrow()))
}

fn repeat<R: ArrowPrimitiveType>(value: Option<R::Native>, site: &Site<'_>) -> ArrayRef {
    match value {
        Some(value) => primitive::<R>(vec![value; site.rows], None, site),
        None => new_null_array(&site.returns.kind.arrow(), site.rows),
    }
}
