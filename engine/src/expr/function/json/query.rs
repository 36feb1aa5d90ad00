//! `JSON_EXISTS`, `JSON_VALUE`, `JSON_QUERY`.

use std::borrow::Cow;

use super::{path::Path, value::Json, write::push_parsed};
use crate::{
    expr::{
        EvalError,
        function::{
            compiled::Compiled,
            kernel::{Kernel, operand},
            native::{Text, View},
        },
    },
    types::{ColumnBuilder, TypeKind as K, TypeKind, Value},
};

/// What JSON_EXISTS answers when the input is no JSON or has nothing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistsOnError {
    /// TRUE, FALSE or UNKNOWN.
    Answer(Option<bool>),
    /// The job fails.
    Fail,
}

/// What JSON_VALUE answers when there is nothing, or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueBehaviour {
    /// NULL
    Null,
    /// The job fails.
    Fail,
    /// The argument at this place.
    Default(usize),
}

/// What JSON_QUERY answers when there is nothing, or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryBehaviour {
    /// NULL
    Null,
    /// The job fails.
    Fail,
    /// `[]`
    EmptyArray,
    /// `{}`
    EmptyObject,
}

/// Whether JSON_QUERY puts its answer into an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapper {
    /// No.
    Without,
    /// Where it is none.
    Conditional,
    /// Always.
    Unconditional,
}

/// What a path finds: in a strict path an error where there is nothing.
struct Found {
    strict: bool,
    value: Result<Option<Json>, String>,
}

fn find(text: &str, path: &Path) -> Found {
    let value = match Json::parse(text) {
        // Text that is no JSON is nothing to a lax path.
        Err(error) if path.strict => Err(format!("'{text}' is no JSON: {error}")),
        Err(_) => Ok(None),
        Ok(Json::Null) => Err(format!("'{text}' has nothing to look into")),
        Ok(root) => match path.find(&root) {
            None | Some(Json::Null) if path.strict => Err(format!("nothing is at the path in '{text}'")),
            found => Ok(found.filter(|value| !value.is_null())),
        },
    };
    Found { strict: path.strict, value }
}

fn failure(message: impl Into<String>) -> EvalError {
    EvalError::new("org.apache.flink.table.api.TableRuntimeException", message)
}

fn compile(text: &str) -> Result<Path, EvalError> {
    Path::parse(text).map_err(|error| {
        EvalError::new("org.apache.flink.table.api.TableRuntimeException", format!("Illegal jsonpath spec: {error}"))
    })
}

/// Calls `f` with what the path finds in each row, and with the row.
fn each_found(
    site: &crate::expr::function::kernel::Site<'_>,
    arguments: &[crate::expr::Datum],
    mut f: impl FnMut(Option<Found>, usize) -> Result<Value, EvalError>,
) -> Result<arrow_array::ArrayRef, EvalError> {
    let (inputs, paths) = (operand(arguments, 0)?, operand(arguments, 1)?);
    let (input, path) = (View::<Text>::new(inputs)?, View::<Text>::new(paths)?);
    let mut compiled = Compiled::new();
    let mut builder = ColumnBuilder::new(&site.returns.kind);
    for row in 0..site.rows {
        let found = if inputs.is_null(row) || paths.is_null(row) {
            None
        } else {
            Some(find(input.get(row), compiled.get(path.get(row), compile)?))
        };
        builder.push(&f(found, row)?);
    }
    Ok(builder.finish())
}

/// `JSON_EXISTS`
pub fn exists(on_error: ExistsOnError) -> Kernel {
    Kernel::new(move |site, arguments| {
        each_found(site, arguments, |found, _| {
            let Some(found) = found else { return Ok(Value::Null) };
            Ok(match (found.value, on_error) {
                (Ok(value), _) => Value::Boolean(value.is_some()),
                (Err(_), ExistsOnError::Answer(answer)) => answer.map_or(Value::Null, Value::Boolean),
                (Err(error), ExistsOnError::Fail) => return Err(failure(error)),
            })
        })
    })
}

/// `JSON_VALUE`
pub fn value(on_empty: ValueBehaviour, on_error: ValueBehaviour, kind: TypeKind) -> Kernel {
    Kernel::new(move |site, arguments| {
        let default = |behaviour: ValueBehaviour, row: usize, error: &dyn Fn() -> String| match behaviour {
            ValueBehaviour::Null => Ok(Value::Null),
            ValueBehaviour::Fail => Err(failure(error())),
            ValueBehaviour::Default(place) => Ok(arguments.get(place).map_or(Value::Null, |d| d.value(row, &kind))),
        };
        each_found(site, arguments, |found, row| {
            let Some(found) = found else { return Ok(Value::Null) };
            let scalar = |value: &Json| !value.is_array() && !value.is_object();
            match found.value {
                Ok(Some(value)) if scalar(&value) => match convert(&value, &kind) {
                    Some(converted) => Ok(converted),
                    None => default(on_error, row, &|| format!("{value} is no {kind}")),
                },
                Ok(Some(value)) if found.strict => default(on_error, row, &|| {
                    format!("Strict jsonpath mode requires scalar value, and the actual value is: '{value}'")
                }),
                Ok(_) => default(on_empty, row, &|| "Empty result of JSON_VALUE function is not allowed".to_owned()),
                Err(error) => default(on_error, row, &|| error.clone()),
            }
        })
    })
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        other => {
            let mut text = String::new();
            push_parsed(&mut text, other);
            text
        }
    }
}

fn convert(value: &Json, kind: &TypeKind) -> Option<Value> {
    let text = plain(value);
    Some(match kind {
        K::Boolean => Value::Boolean(match text.to_ascii_lowercase().as_str() {
            "true" => true,
            "false" => false,
            _ => return None,
        }),
        K::Int => {
            let number = text.parse::<i64>().ok().or_else(|| text.parse::<f64>().ok().map(|value| value as i64))?;
            Value::Integer(i64::from(i32::try_from(number).ok()?))
        }
        K::Double => Value::Double(text.parse().ok()?),
        _ => Value::Text(crate::expr::cast::fit_text(Cow::Owned(text), kind).as_ref().into()),
    })
}

/// `JSON_QUERY`
pub fn query(wrapper: Wrapper, on_empty: QueryBehaviour, on_error: QueryBehaviour, kind: TypeKind) -> Kernel {
    Kernel::new(move |site, arguments| {
        let answer = |behaviour: QueryBehaviour, error: String| match behaviour {
            QueryBehaviour::Null => Ok(Value::Null),
            QueryBehaviour::Fail => Err(failure(error)),
            QueryBehaviour::EmptyArray => Ok(shown(&Json::Array(Vec::new()), &kind)),
            QueryBehaviour::EmptyObject => Ok(shown(&Json::Object(Vec::new()), &kind)),
        };
        each_found(site, arguments, |found, _| {
            let Some(found) = found else { return Ok(Value::Null) };
            let wrapped = found.value.map(|value| value.map(|value| wrap(value, wrapper)));
            match wrapped {
                Ok(Some(value)) if value.is_array() || value.is_object() => Ok(shown(&value, &kind)),
                Ok(Some(value)) if found.strict => answer(
                    on_error,
                    format!("Strict jsonpath mode requires array or object value, and the actual value is: '{value}'"),
                ),
                Ok(_) => answer(on_empty, "Empty result of JSON_QUERY function is not allowed".to_owned()),
                Err(error) => answer(on_error, error),
            }
        })
    })
}

fn wrap(value: Json, wrapper: Wrapper) -> Json {
    match wrapper {
        Wrapper::Without => value,
        Wrapper::Conditional if value.is_array() => value,
        Wrapper::Conditional | Wrapper::Unconditional => Json::Array(vec![value]),
    }
}

/// As JSON text, or as an array of texts.
fn shown(value: &Json, kind: &TypeKind) -> Value {
    if let (K::Array(_), Json::Array(items)) = (kind, value) {
        let text = |item: &Json| if item.is_null() { Value::Null } else { Value::Text(plain(item).into()) };
        return Value::Array(items.iter().map(text).collect());
    }
    if matches!(kind, K::Array(_)) {
        return Value::Null;
    }
    let mut text = String::new();
    push_parsed(&mut text, value);
    Value::Text(text.into())
}
