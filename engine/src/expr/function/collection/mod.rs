//! Arrays, maps and rows.

pub mod access;
pub mod construct;
mod lists;
mod maps;
mod order;
mod sets;

use super::{
    kernel::{Kernel, Site},
    registry::FunctionInfo,
};
use crate::{
    expr::EvalError,
    types::{ColumnBuilder, DataType, TypeKind as K, TypeKind, Value},
};

/// Adds the functions of collections.
pub fn register(into: &mut Vec<FunctionInfo>) {
    lists::register(into);
    maps::register(into);
    sets::register(into);
}

/// A kernel that is computed value by value; NULL where the first argument is.
fn by_values(f: impl Fn(&Site<'_>, &mut [Value]) -> Result<Value, EvalError> + Send + Sync + 'static) -> Kernel {
    Kernel::new(move |site, arguments| {
        let mut builder = ColumnBuilder::new(&site.returns.kind);
        let mut values = Vec::with_capacity(arguments.len());
        for row in 0..site.rows {
            values.clear();
            values.extend(arguments.iter().zip(site.takes).map(|(argument, taken)| argument.value(row, &taken.kind)));
            let missing = values.first().is_none_or(Value::is_null);
            builder.push(&if missing { Value::Null } else { f(site, &mut values)? });
        }
        Ok(builder.finish())
    })
}

/// The same where another argument's NULL makes the result NULL too, and there is a result of all others.
fn strict(f: impl Fn(&mut [Value]) -> Value + Send + Sync + 'static) -> Kernel {
    by_values(move |_, values| Ok(if values.iter().any(Value::is_null) { Value::Null } else { f(values) })).total()
}

/// Sets the value of a key.
fn put(entries: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match entries.iter_mut().find(|entry| entry.0 == key) {
        Some(entry) => entry.1 = value,
        None => entries.push((key, value)),
    }
}

/// The elements of an array; none of anything else.
fn items(value: &mut Value) -> Vec<Value> {
    match value {
        Value::Array(items) => std::mem::take(items),
        _ => Vec::new(),
    }
}

fn element_type(array: &TypeKind) -> Option<&DataType> {
    match array {
        K::Array(element) => Some(element),
        _ => None,
    }
}

fn array_of(element: DataType) -> TypeKind {
    K::Array(Box::new(element))
}
