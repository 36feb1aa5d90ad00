//! Functions of maps.

use super::{array_of, by_values, items, put, strict};
use crate::{
    expr::{
        EvalError, Expr,
        bind::{coerce, common_type},
        function::{
            any_nullable,
            registry::{Call, FunctionInfo, Group},
            signature::Param,
        },
    },
    syntax::SqlError,
    types::{DataType, RowField, TypeKind as K, Value},
};

fn entries(value: &mut Value) -> Vec<(Value, Value)> {
    match value {
        Value::Map(entries) => std::mem::take(entries),
        _ => Vec::new(),
    }
}

/// The only argument, a map, with the types of its keys and values.
fn one_map(call: &Call<'_>) -> Result<(Vec<Expr>, DataType, DataType), SqlError> {
    let arguments = call.take(&[Param::Map], 1).ok_or_else(|| call.refusal())?;
    match arguments[0].data_type.kind.clone() {
        K::Map(key, value) => Ok((arguments, *key, *value)),
        _ => Err(call.refusal()),
    }
}

fn keys(call: &Call<'_>) -> Result<Expr, SqlError> {
    let (arguments, key, _) = one_map(call)?;
    let data_type = array_of(key).nullable().with_nullable(any_nullable(&arguments));
    let kernel = strict(|values| Value::Array(entries(&mut values[0]).into_iter().map(|(key, _)| key).collect()));
    Ok(call.call(kernel, arguments, data_type))
}

fn map_values(call: &Call<'_>) -> Result<Expr, SqlError> {
    let (arguments, _, value) = one_map(call)?;
    let data_type = array_of(value).nullable().with_nullable(any_nullable(&arguments));
    let kernel = strict(|values| Value::Array(entries(&mut values[0]).into_iter().map(|(_, value)| value).collect()));
    Ok(call.call(kernel, arguments, data_type))
}

fn map_entries(call: &Call<'_>) -> Result<Expr, SqlError> {
    let (arguments, key, value) = one_map(call)?;
    let field = |name: &str, data_type: DataType| RowField { name: name.to_owned(), data_type };
    let row = K::Row(vec![field("key", key), field("value", value)]).nullable();
    let data_type = array_of(row).nullable().with_nullable(any_nullable(&arguments));
    let kernel = strict(|values| {
        Value::Array(entries(&mut values[0]).into_iter().map(|(key, value)| Value::Row(vec![key, value])).collect())
    });
    Ok(call.call(kernel, arguments, data_type))
}

fn from_arrays(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = call.take(&[Param::Array, Param::Array], 2).ok_or_else(|| call.refusal())?;
    let (K::Array(key), K::Array(value)) = (arguments[0].data_type.kind.clone(), arguments[1].data_type.kind.clone())
    else {
        return Err(call.refusal());
    };
    let data_type = K::Map(key, value).nullable().with_nullable(any_nullable(&arguments));
    let kernel = by_values(|_, values| {
        if values.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        let (keys, values) = (items(&mut values[0]), items(&mut values[1]));
        if keys.len() != values.len() {
            let message = format!(
                "Invalid function MAP_FROM_ARRAYS call:\nThe length of the keys array {} is not equal to the length of the values array {}",
                keys.len(),
                values.len()
            );
            return Err(EvalError::new("org.apache.flink.util.FlinkRuntimeException", message));
        }
        let mut all = Vec::with_capacity(keys.len());
        keys.into_iter().zip(values).for_each(|(key, value)| put(&mut all, key, value));
        Ok(Value::Map(all))
    });
    Ok(call.call(kernel, arguments, data_type))
}

fn union(call: &Call<'_>) -> Result<Expr, SqlError> {
    let types: Vec<DataType> = call.arguments.iter().map(|map| map.data_type.clone()).collect();
    let common =
        common_type(&types).filter(|common| matches!(common.kind, K::Map(..))).ok_or_else(|| call.refusal())?;
    let arguments: Vec<Expr> = call.arguments.iter().map(|map| coerce(map.clone(), &common)).collect();
    let kernel = strict(|values| {
        let mut all = Vec::new();
        values.iter_mut().flat_map(entries).for_each(|(key, value)| put(&mut all, key, value));
        Value::Map(all)
    });
    Ok(call.call(kernel, arguments, common))
}

/// Adds the functions of maps.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Collection, name, signature, doc, example);
    into.push(info("MAP_KEYS", "MAP_KEYS(map)", "The keys.", ("MAP_KEYS(MAP['a', 1])", "[a]")).rule(keys));
    into.push(
        info("MAP_VALUES", "MAP_VALUES(map)", "The values.", ("MAP_VALUES(MAP['a', 1])", "[1]")).rule(map_values),
    );
    into.push(
        info(
            "MAP_ENTRIES",
            "MAP_ENTRIES(map)",
            "The entries as rows of key and value.",
            ("MAP_ENTRIES(MAP['a', 1])", "[(a, 1)]"),
        )
        .rule(map_entries),
    );
    into.push(
        info(
            "MAP_FROM_ARRAYS",
            "MAP_FROM_ARRAYS(keys, values)",
            "The map of an array of keys and one of values.",
            ("MAP_FROM_ARRAYS(ARRAY['a'], ARRAY[1])", "{a=1}"),
        )
        .rule(from_arrays),
    );
    into.push(
        info(
            "MAP_UNION",
            "MAP_UNION(map, …)",
            "The entries of all maps; of equal keys the last counts.",
            ("MAP_UNION(MAP['a', 1], MAP['a', 2, 'b', 3])", "{a=2, b=3}"),
        )
        .rule(union),
    );
}
