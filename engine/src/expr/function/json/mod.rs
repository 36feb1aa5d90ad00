//! JSON.

mod filter;
mod path;
mod query;
mod value;
mod write;

use std::{borrow::Cow, sync::Arc};

use arrow_array::BooleanArray;
use arrow_buffer::BooleanBuffer;

use super::{
    kernel::{Kernel, attempt1, map1, operand},
    native::{Native, Text, View},
    registry::{Call, FunctionInfo, Group},
    signature::{Param, Returns},
};
use crate::{
    expr::{EvalError, Expr, ExprKind},
    syntax::SqlError,
    types::TypeKind as K,
};

use value::Json;

pub use query::{ExistsOnError, QueryBehaviour, ValueBehaviour, Wrapper, exists, query, value};
pub use write::{json_text, push_members, push_quoted};

/// What `IS JSON` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonShape {
    /// `VALUE`
    Any,
    /// `OBJECT`
    Object,
    /// `ARRAY`
    Array,
    /// `SCALAR`
    Scalar,
}

/// `IS [NOT] JSON`: NULL is none.
pub fn is_json(shape: JsonShape, negated: bool) -> Kernel {
    Kernel::new(move |site, arguments| {
        let datum = operand(arguments, 0)?;
        let texts = View::<Text>::new(datum)?;
        let holds = |row: usize| {
            let json = (!datum.is_null(row)).then(|| Json::parse(texts.get(row)).ok()).flatten();
            json.is_some_and(|json| match shape {
                JsonShape::Any => true,
                JsonShape::Object => json.is_object(),
                JsonShape::Array => json.is_array(),
                JsonShape::Scalar => !json.is_object() && !json.is_array(),
            }) != negated
        };
        Ok(Arc::new(BooleanArray::new(BooleanBuffer::collect_bool(site.rows, holds), None)))
    })
    .total()
}

/// Whether an expression gives JSON that is put into other JSON as it is, not as a string.
pub fn is_json_text(expr: &Expr) -> bool {
    const MAKERS: [&str; 3] = ["JSON_OBJECT", "JSON_ARRAY", "JSON"];
    matches!(&expr.kind, ExprKind::Call(function, _) if MAKERS.contains(&function.name()))
}

/// Which of these give JSON that is put in as it is.
pub fn raw_places(values: &[Expr]) -> Vec<bool> {
    values.iter().map(is_json_text).collect()
}

/// The JSON of an argument of a row.
fn member(
    site: &super::kernel::Site<'_>,
    argument: &crate::expr::Datum,
    index: usize,
    row: usize,
    raw: bool,
) -> String {
    let kind = site.takes.get(index).map_or(&K::Null, |taken| &taken.kind);
    let value = argument.value(row, kind);
    match &value {
        crate::types::Value::Text(text) if raw => text.to_string(),
        _ => json_text(&value, kind, &site.context.zone),
    }
}

/// `JSON_OBJECT`: keys and values in turn; `absent` leaves NULLs out; `raw` says which arguments are JSON already.
pub fn object(absent: bool, raw: Vec<bool>) -> Kernel {
    Kernel::new(move |site, arguments| {
        let keys: Vec<View<'_, Text>> = arguments.iter().step_by(2).map(View::new).collect::<Result<_, _>>()?;
        let mut builder = Text::builder(&site.returns.kind, site.rows);
        for row in 0..site.rows {
            let mut members = Vec::with_capacity(keys.len());
            for (pair, key) in
                arguments.chunks_exact(2).zip(&keys).enumerate().map(|(index, (pair, key))| ((index, pair), key))
            {
                let (index, pair) = pair;
                if pair[0].is_null(row) {
                    return Err(EvalError::new(
                        "org.apache.flink.table.api.TableRuntimeException",
                        "A key of JSON_OBJECT is NULL",
                    ));
                }
                if absent && pair[1].is_null(row) {
                    continue;
                }
                let place = index * 2 + 1;
                let is_raw = raw.get(place).copied().unwrap_or(false);
                members.push((key.get(row).to_owned(), member(site, &pair[1], place, row, is_raw)));
            }
            let mut text = String::new();
            push_members(&mut text, members.into_iter());
            builder.append_value(text);
        }
        Ok(Text::finish(builder))
    })
}

/// `JSON_ARRAY`
pub fn array(absent: bool, raw: Vec<bool>) -> Kernel {
    Kernel::new(move |site, arguments| {
        let mut builder = Text::builder(&site.returns.kind, site.rows);
        for row in 0..site.rows {
            let kept = arguments.iter().enumerate().filter(|(_, argument)| !(absent && argument.is_null(row)));
            let is_raw = |index: usize| raw.get(index).copied().unwrap_or(false);
            let items: Vec<String> =
                kept.map(|(index, argument)| member(site, argument, index, row, is_raw(index))).collect();
            builder.append_value(format!("[{}]", items.join(",")));
        }
        Ok(Text::finish(builder))
    })
    .total()
}

fn json_string(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = call.take(&[Param::Any], 1).ok_or_else(|| call.refusal())?;
    let kernel = Kernel::new(|site, arguments| {
        let argument = operand(arguments, 0)?;
        let mut builder = Text::builder(&site.returns.kind, site.rows);
        for row in 0..site.rows {
            builder.append_option((!argument.is_null(row)).then(|| member(site, argument, 0, row, false)));
        }
        Ok(Text::finish(builder))
    });
    let data_type = K::STRING.nullable().with_nullable(arguments[0].data_type.nullable);
    Ok(call.call(kernel.total(), arguments, data_type))
}

fn normalised(text: &str) -> Result<String, EvalError> {
    let json = Json::parse(text).map_err(|error| {
        EvalError::new("org.apache.flink.table.api.TableRuntimeException", format!("'{text}' is no JSON: {error}"))
    })?;
    let mut text = String::new();
    write::push_parsed(&mut text, &json);
    Ok(text)
}

/// The text of a JSON string; what is none stays as it is.
fn unquoted(text: &str) -> Cow<'_, str> {
    if text.len() < 2 || !text.starts_with('"') || !text.ends_with('"') {
        return Cow::Borrowed(text);
    }
    serde_json::from_str::<String>(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The functions that have a syntax of their own: they are listed, and bound by the binder.
fn listed(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| {
        FunctionInfo::new(Group::Json, name, signature, doc, example).rule(|call| Err(call.refusal()))
    };
    into.push(info(
        "JSON_EXISTS",
        "JSON_EXISTS(json, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])",
        "Whether there is a value at a path.",
        ("JSON_EXISTS('{\"a\": true}', '$.a')", "TRUE"),
    ));
    into.push(info("JSON_VALUE", "JSON_VALUE(json, path [RETURNING type] [NULL | ERROR | DEFAULT x ON EMPTY] [NULL | ERROR | DEFAULT x ON ERROR])", "The scalar at a path.", ("JSON_VALUE('{\"a\": 12}', '$.a' RETURNING INTEGER)", "12")));
    into.push(info("JSON_QUERY", "JSON_QUERY(json, path [RETURNING type] [WITH | WITHOUT WRAPPER] [NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR ON EMPTY] [… ON ERROR])", "The object or array at a path.", ("JSON_QUERY('{ \"a\": { \"b\": 1 } }', '$.a')", "{\"b\":1}")));
    into.push(info(
        "JSON_OBJECT",
        "JSON_OBJECT([KEY] key VALUE value, … [NULL | ABSENT ON NULL])",
        "A JSON object.",
        ("JSON_OBJECT('K1' VALUE 'V1')", "{\"K1\":\"V1\"}"),
    ));
    into.push(info(
        "JSON_ARRAY",
        "JSON_ARRAY(value, … [NULL | ABSENT ON NULL])",
        "A JSON array.",
        ("JSON_ARRAY(1, '2')", "[1,\"2\"]"),
    ));
}

/// Adds the JSON functions.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::Json, name, signature, doc, example);
    listed(into);
    into.push(
        info("JSON_STRING", "JSON_STRING(value)", "The value in JSON.", ("JSON_STRING(ARRAY[1, 2])", "[1,2]"))
            .rule(json_string),
    );
    into.push(
        info(
            "JSON",
            "JSON(string)",
            "A JSON text, to be put into JSON_OBJECT or JSON_ARRAY as it is.",
            ("JSON_ARRAY(JSON('{\"a\": 1}'))", "[{\"a\":1}]"),
        )
        .takes(
            &[Param::Text],
            Returns::Of(K::STRING),
            attempt1::<Text, Text>(|_, text| normalised(text).map(|text| Some(Cow::Owned(text)))),
        ),
    );
    into.push(
        info(
            "JSON_QUOTE",
            "JSON_QUOTE(string)",
            "The text as a JSON string.",
            ("JSON_QUOTE('Hello, \"World\"!')", "\"Hello, \\\"World\\\"!\""),
        )
        .takes(
            &[Param::Text],
            Returns::Of(K::STRING),
            map1::<Text, Text>(|_, text| {
                let mut quoted = String::new();
                push_quoted(&mut quoted, text, true);
                Some(Cow::Owned(quoted))
            }),
        ),
    );
    into.push(
        info(
            "JSON_UNQUOTE",
            "JSON_UNQUOTE(string)",
            "The text of a JSON string; what is none stays as it is.",
            ("JSON_UNQUOTE('\"a\\\"b\"')", "a\"b"),
        )
        .takes(&[Param::Text], Returns::Of(K::STRING), map1::<Text, Text>(|_, text| Some(unquoted(text)))),
    );
}
