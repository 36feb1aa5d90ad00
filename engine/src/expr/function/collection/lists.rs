//! Functions of one array.

use super::{array_of, by_values, element_type, items, order, strict};
use crate::{
    expr::{
        EvalError, Expr,
        bind::{castable, coerce, common_type},
        function::{
            any_nullable,
            kernel::Kernel,
            registry::{Call, FunctionInfo, Group},
            signature::{Param, Returns, same_as_first},
            string::split_text,
        },
        value_text::value_text,
    },
    syntax::SqlError,
    types::{DataType, TypeKind as K, Value},
};

fn info(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> FunctionInfo {
    FunctionInfo::new(Group::Collection, name, signature, doc, example)
}

fn length(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Map(entries) => entries.len(),
        _ => 0,
    }
}

fn element_of(call: &Call<'_>) -> Result<DataType, SqlError> {
    element_type(&call.argument(0)?.data_type.kind).cloned().ok_or_else(|| call.refusal())
}

/// `f(array, needle)`, the needle brought to the type of the elements.
fn with_needle(call: &Call<'_>) -> Result<Vec<Expr>, SqlError> {
    let element = element_of(call)?;
    let [array, needle] = call.arguments.as_slice() else { return Err(call.refusal()) };
    let fits = needle.data_type.kind == element.kind
        || (castable(&needle.data_type.kind, &element.kind)
            && common_type(&[element.clone(), needle.data_type.clone()]).is_some());
    if !fits {
        return Err(call.refusal());
    }
    let needle = if element.kind.is_text() && needle.data_type.kind.is_text() {
        needle.clone()
    } else {
        coerce(needle.clone(), &element)
    };
    Ok(vec![array.clone(), needle])
}

fn array_contains(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = with_needle(call)?;
    let data_type = K::Boolean.nullable().with_nullable(arguments[0].data_type.nullable);
    let kernel = by_values(|_, values| Ok(Value::Boolean(items(&mut values[0]).contains(&values[1])))).total();
    Ok(call.call(kernel, arguments, data_type))
}

fn array_position(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = with_needle(call)?;
    let data_type = K::Int.nullable().with_nullable(any_nullable(&arguments));
    let kernel = strict(|values| {
        let found = items(&mut values[0]).iter().position(|item| *item == values[1]);
        Value::Integer(found.map_or(0, |place| place as i64 + 1))
    });
    Ok(call.call(kernel, arguments, data_type))
}

fn array_remove(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = with_needle(call)?;
    let data_type = arguments[0].data_type.clone();
    let kernel = by_values(|_, values| {
        let mut kept = items(&mut values[0]);
        kept.retain(|item| *item != values[1]);
        Ok(Value::Array(kept))
    });
    Ok(call.call(kernel.total(), arguments, data_type))
}

/// `ARRAY_APPEND`, `ARRAY_PREPEND`: the elements' type is the common one.
fn array_add(call: &Call<'_>, at_end: bool) -> Result<Expr, SqlError> {
    let element = element_of(call)?;
    let [array, added] = call.arguments.as_slice() else { return Err(call.refusal()) };
    let common = common_type(&[element, added.data_type.clone()]).ok_or_else(|| call.refusal())?;
    let data_type = array_of(common.clone()).nullable().with_nullable(array.data_type.nullable);
    let arguments = vec![coerce(array.clone(), &data_type), coerce(added.clone(), &common)];
    let kernel = by_values(move |_, values| {
        let mut all = items(&mut values[0]);
        let added = std::mem::replace(&mut values[1], Value::Null);
        if at_end {
            all.push(added)
        } else {
            all.insert(0, added)
        }
        Ok(Value::Array(all))
    });
    Ok(call.call(kernel.total(), arguments, data_type))
}

fn element(call: &Call<'_>) -> Result<Expr, SqlError> {
    let element = element_of(call)?;
    let arguments = call.take(&[Param::Array], 1).ok_or_else(|| call.refusal())?;
    let nullable = element.nullable || arguments[0].data_type.nullable;
    let kernel = by_values(|_, values| {
        let mut all = items(&mut values[0]);
        match all.len() {
            0 => Ok(Value::Null),
            1 => Ok(all.remove(0)),
            n => {
                let message = format!("Array has {n} elements; ELEMENT takes one that has at most one");
                Err(EvalError::new("org.apache.flink.table.api.TableRuntimeException", message))
            }
        }
    });
    Ok(call.call(kernel, arguments, element.with_nullable(nullable)))
}

fn extreme(call: &Call<'_>, largest: bool) -> Result<Expr, SqlError> {
    let element = element_of(call)?;
    let arguments = call.take(&[Param::Array], 1).ok_or_else(|| call.refusal())?;
    let kernel = by_values(move |_, values| {
        let all = items(&mut values[0]).into_iter().filter(|item| !item.is_null());
        let found = if largest { all.max_by(order::compare) } else { all.min_by(order::compare) };
        Ok(found.unwrap_or(Value::Null))
    });
    Ok(call.call(kernel.total(), arguments, element.with_nullable(true)))
}

fn array_join(call: &Call<'_>) -> Result<Expr, SqlError> {
    let element = element_of(call)?.kind;
    let arguments = call.take(&[Param::Array, Param::Text, Param::Text], 2).ok_or_else(|| call.refusal())?;
    if !element.is_text() {
        return Err(call.refusal());
    }
    let data_type = K::STRING.nullable().with_nullable(any_nullable(&arguments));
    let kernel = by_values(move |site, values| {
        if values.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        let text = |value: &Value| value_text(value, &element, &site.context.zone);
        let (delimiter, missing) = (text(&values[1]), values.get(2).map(text));
        let parts = items(&mut values[0]);
        let parts = parts.iter().filter_map(|item| if item.is_null() { missing.clone() } else { Some(text(item)) });
        Ok(Value::Text(parts.collect::<Vec<_>>().join(&delimiter).into()))
    });
    Ok(call.call(kernel.total(), arguments, data_type))
}

fn sort() -> Kernel {
    strict(|values| {
        let ascending = values.get(1).is_none_or(|value| *value == Value::Boolean(true));
        let nulls_first = values.get(2).map_or(ascending, |value| *value == Value::Boolean(true));
        let mut all = items(&mut values[0]);
        all.sort_by(|a, b| match (a.is_null() || b.is_null(), ascending) {
            (true, _) => order::nullable(a, b, nulls_first),
            (false, true) => order::compare(a, b),
            (false, false) => order::compare(b, a),
        });
        Value::Array(all)
    })
}

/// From a place to another, both included; negative ones count from the end.
fn slice() -> Kernel {
    strict(|values| {
        let bound = |value: Option<&Value>, length: usize| match value {
            Some(Value::Integer(place)) if *place < 0 => place + length as i64 + 1,
            Some(Value::Integer(place)) => (*place).max(1),
            _ => length as i64,
        };
        let length = length(&values[0]);
        let from = bound(values.get(1), length).max(1);
        let to = bound(values.get(2), length).min(length as i64);
        let all = items(&mut values[0]);
        let count = usize::try_from(to - from + 1).unwrap_or(0);
        Value::Array(all.into_iter().skip(from as usize - 1).take(count).collect())
    })
}

/// Adds the functions of one array.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let count = || strict(|values| Value::Integer(length(&values[0]) as i64));
    into.push(
        info(
            "CARDINALITY",
            "CARDINALITY(array or map)",
            "How many elements or entries there are.",
            ("CARDINALITY(ARRAY[1, 2, 3])", "3"),
        )
        .takes(&[Param::Array], Returns::Of(K::Int), count())
        .takes(&[Param::Map], Returns::Of(K::Int), count()),
    );
    into.push(
        info("ELEMENT", "ELEMENT(array)", "The only element; NULL of an empty array.", ("ELEMENT(ARRAY['x'])", "x"))
            .rule(element),
    );
    into.push(
        info(
            "ARRAY_CONTAINS",
            "ARRAY_CONTAINS(array, value)",
            "Whether a value is among the elements.",
            ("ARRAY_CONTAINS(ARRAY[1, 2], 2)", "TRUE"),
        )
        .rule(array_contains),
    );
    into.push(
        info(
            "ARRAY_POSITION",
            "ARRAY_POSITION(array, value)",
            "The place of the first element that is the value, from 1; 0 where none is.",
            ("ARRAY_POSITION(ARRAY['a', 'b', 'b'], 'b')", "2"),
        )
        .rule(array_position),
    );
    into.push(
        info(
            "ARRAY_REMOVE",
            "ARRAY_REMOVE(array, value)",
            "The array without the elements that are the value.",
            ("ARRAY_REMOVE(ARRAY[1, 2, 1], 1)", "[2]"),
        )
        .rule(array_remove),
    );
    into.push(
        info(
            "ARRAY_APPEND",
            "ARRAY_APPEND(array, value)",
            "The array with a value at its end.",
            ("ARRAY_APPEND(ARRAY[1], 2)", "[1, 2]"),
        )
        .rule(|call| array_add(call, true)),
    );
    into.push(
        info(
            "ARRAY_PREPEND",
            "ARRAY_PREPEND(array, value)",
            "The array with a value before its start.",
            ("ARRAY_PREPEND(ARRAY[1], 2)", "[2, 1]"),
        )
        .rule(|call| array_add(call, false)),
    );
    into.push(
        info("ARRAY_MAX", "ARRAY_MAX(array)", "The largest element.", ("ARRAY_MAX(ARRAY[1, 5, 3])", "5"))
            .rule(|call| extreme(call, true)),
    );
    into.push(
        info("ARRAY_MIN", "ARRAY_MIN(array)", "The smallest element.", ("ARRAY_MIN(ARRAY[1, 5, 3])", "1"))
            .rule(|call| extreme(call, false)),
    );
    into.push(info("ARRAY_JOIN", "ARRAY_JOIN(array, delimiter[, instead of NULL])", "The elements, which are texts, one after the other with a delimiter between; NULLs are left out where nothing stands for them.", ("ARRAY_JOIN(ARRAY['a', 'c'], ',')", "a,c")).rule(array_join));
    shapes(into);
}

fn shapes(into: &mut Vec<FunctionInfo>) {
    let same = || Returns::By(same_as_first);
    into.push(
        info(
            "ARRAY_REVERSE",
            "ARRAY_REVERSE(array)",
            "The elements in reverse order.",
            ("ARRAY_REVERSE(ARRAY[1, 2, 3])", "[3, 2, 1]"),
        )
        .takes(
            &[Param::Array],
            same(),
            strict(|values| Value::Array(items(&mut values[0]).into_iter().rev().collect())),
        ),
    );
    into.push(
        info(
            "ARRAY_SLICE",
            "ARRAY_SLICE(array, from[, to])",
            "The elements from a place to another; negative places count from the end.",
            ("ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, 3)", "[2, 3]"),
        )
        .takes(&[Param::Array, Param::Int], same(), slice())
        .takes(&[Param::Array, Param::Int, Param::Int], same(), slice()),
    );
    into.push(
        info(
            "ARRAY_SORT",
            "ARRAY_SORT(array[, ascending[, nulls first]])",
            "The elements in order, NULLs first where it is ascending.",
            ("ARRAY_SORT(ARRAY[3, 1, 2])", "[1, 2, 3]"),
        )
        .takes(&[Param::Array], same(), sort())
        .takes(&[Param::Array, Param::Boolean], same(), sort())
        .takes(&[Param::Array, Param::Boolean, Param::Boolean], same(), sort()),
    );
    into.push(
        info(
            "SPLIT",
            "SPLIT(string, delimiter)",
            "The parts of a text between delimiters; its characters where the delimiter is empty.",
            ("SPLIT('a-b', '-')", "[a, b]"),
        )
        .takes(&[Param::Text, Param::Text], Returns::Of(array_of(K::STRING.nullable())), split_text()),
    );
}
