//! Functions of several arrays as sets or sequences.

use super::{array_of, element_type, items, strict};
use crate::{
    expr::{
        Expr,
        bind::{coerce, common_type},
        function::{
            any_nullable,
            registry::{Call, FunctionInfo, Group},
            signature::{Param, Returns, same_as_first},
        },
    },
    syntax::SqlError,
    types::{DataType, Value},
};

/// The first occurrence of each.
fn distinct(all: Vec<Value>) -> Vec<Value> {
    let mut seen: Vec<Value> = Vec::with_capacity(all.len());
    for item in all {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// A function of arrays of a common type.
fn of_arrays(
    call: &Call<'_>,
    least: usize,
    most: usize,
    f: fn(Vec<Vec<Value>>) -> Vec<Value>,
) -> Result<Expr, SqlError> {
    let count = call.arguments.len();
    if count < least || count > most {
        return Err(call.refusal());
    }
    let elements: Option<Vec<DataType>> =
        call.arguments.iter().map(|array| element_type(&array.data_type.kind).cloned()).collect();
    let common = elements.and_then(|elements| common_type(&elements)).ok_or_else(|| call.refusal())?;
    let nullable = any_nullable(&call.arguments);
    let data_type = array_of(common).nullable().with_nullable(nullable);
    let arguments = call.arguments.iter().map(|array| coerce(array.clone(), &data_type)).collect();
    let kernel = strict(move |values| Value::Array(f(values.iter_mut().map(items).collect())));
    Ok(call.call(kernel, arguments, data_type))
}

fn union(call: &Call<'_>) -> Result<Expr, SqlError> {
    of_arrays(call, 2, 2, |arrays| distinct(arrays.concat()))
}

fn intersect(call: &Call<'_>) -> Result<Expr, SqlError> {
    of_arrays(call, 2, 2, |mut arrays| {
        let other = arrays.pop().unwrap_or_default();
        let mut kept = arrays.pop().unwrap_or_default();
        kept.retain(|item| other.contains(item));
        distinct(kept)
    })
}

fn except(call: &Call<'_>) -> Result<Expr, SqlError> {
    of_arrays(call, 2, 2, |mut arrays| {
        let other = arrays.pop().unwrap_or_default();
        let mut kept = arrays.pop().unwrap_or_default();
        kept.retain(|item| !other.contains(item));
        distinct(kept)
    })
}

fn concat(call: &Call<'_>) -> Result<Expr, SqlError> {
    of_arrays(call, 1, usize::MAX, |arrays| arrays.concat())
}

/// Adds the functions of several arrays.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Collection, name, signature, doc, example);
    into.push(
        info(
            "ARRAY_DISTINCT",
            "ARRAY_DISTINCT(array)",
            "The elements without repetitions.",
            ("ARRAY_DISTINCT(ARRAY[1, 2, 1])", "[1, 2]"),
        )
        .takes(
            &[Param::Array],
            Returns::By(same_as_first),
            strict(|values| Value::Array(distinct(items(&mut values[0])))),
        ),
    );
    into.push(
        info(
            "ARRAY_UNION",
            "ARRAY_UNION(array, array)",
            "The elements of either array without repetitions.",
            ("ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])", "[1, 2, 3]"),
        )
        .rule(union),
    );
    into.push(
        info(
            "ARRAY_INTERSECT",
            "ARRAY_INTERSECT(array, array)",
            "The elements of both arrays without repetitions.",
            ("ARRAY_INTERSECT(ARRAY[1, 2, 2], ARRAY[2, 3])", "[2]"),
        )
        .rule(intersect),
    );
    into.push(
        info(
            "ARRAY_EXCEPT",
            "ARRAY_EXCEPT(array, array)",
            "The elements of the first array that are not in the second, without repetitions.",
            ("ARRAY_EXCEPT(ARRAY[1, 1, 2], ARRAY[2])", "[1]"),
        )
        .rule(except),
    );
    into.push(
        info(
            "ARRAY_CONCAT",
            "ARRAY_CONCAT(array, …)",
            "The arrays one after the other.",
            ("ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3])", "[1, 2, 3]"),
        )
        .rule(concat),
    );
}
