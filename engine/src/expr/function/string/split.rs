//! Texts taken apart at delimiters.

use std::{borrow::Cow, sync::Arc};

use arrow_array::builder::{ListBuilder, StringBuilder};
use regex::Regex;

use super::regular::compile;
use crate::{
    expr::{
        Expr,
        function::{
            compiled::Compiled,
            kernel::{Kernel, map3, operand},
            native::{I32, Text, View},
            registry::{Call, FunctionInfo, Group},
            signature::{Param, Returns},
        },
    },
    syntax::SqlError,
    types::{ColumnBuilder, TypeKind as K, Value},
};

fn info(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> FunctionInfo {
    FunctionInfo::new(Group::String, name, signature, doc, example)
}

/// The part of a text between delimiters, from 0. Without a delimiter it is split at blanks.
fn split_index<'a>(text: &'a str, delimiter: &str, index: i32) -> Option<&'a str> {
    let index = usize::try_from(index).ok().filter(|_| !text.is_empty())?;
    if delimiter.is_empty() {
        return text.split(char::is_whitespace).nth(index);
    }
    match delimiter.as_bytes() {
        [byte] if byte.is_ascii() => text.split(char::from(*byte)).nth(index),
        _ => text.split(delimiter).nth(index),
    }
}

/// `SPLIT`: all parts; characters where the delimiter is empty, none of an empty text.
pub fn split_text() -> Kernel {
    Kernel::new(|site, arguments| {
        let (texts, delimiters) = (operand(arguments, 0)?, operand(arguments, 1)?);
        let (text, delimiter) = (View::<Text>::new(texts)?, View::<Text>::new(delimiters)?);
        let mut builder = ListBuilder::new(StringBuilder::new());
        for row in 0..site.rows {
            if texts.is_null(row) || delimiters.is_null(row) {
                builder.append_null();
                continue;
            }
            let (text, delimiter) = (text.get(row), delimiter.get(row));
            if text.is_empty() {
            } else if delimiter.is_empty() {
                text.chars().for_each(|c| builder.values().append_value(c.encode_utf8(&mut [0; 4])));
            } else {
                text.split(delimiter).for_each(|part| builder.values().append_value(part));
            }
            builder.append(true);
        }
        Ok(Arc::new(builder.finish()))
    })
    .total()
}

/// As `String.split` of Java: without empty parts at the end.
fn split_regex<'a>(regex: Option<&Regex>, text: &'a str) -> Vec<&'a str> {
    let Some(regex) = regex else { return vec![text] };
    let mut parts: Vec<&str> = regex.split(text).collect();
    if parts.len() > 1 {
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
    }
    parts
}

fn str_to_map(site: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = site.take(&[Param::Text, Param::Text, Param::Text], 1).ok_or_else(|| site.refusal())?;
    if arguments.len() == 2 {
        return Err(site.refusal());
    }
    let kind = K::Map(Box::new(K::STRING.nullable()), Box::new(K::STRING.nullable()));
    let kernel = Kernel::new(|site, arguments| {
        let views: Vec<View<'_, Text>> = arguments.iter().map(View::new).collect::<Result<_, _>>()?;
        let (mut pairs, mut sides) = (Compiled::new(), Compiled::new());
        let mut builder = ColumnBuilder::new(&site.returns.kind);
        for row in 0..site.rows {
            if arguments.iter().any(|argument| argument.is_null(row)) {
                builder.push_null();
                continue;
            }
            let delimiter =
                |index: usize, default: &'static str| views.get(index).map_or(default, |view| view.get(row));
            let pair: &Option<Regex> = pairs.get(delimiter(1, ","), compile)?;
            let side: &Option<Regex> = sides.get(delimiter(2, "="), compile)?;
            let mut entries: Vec<(Value, Value)> = Vec::new();
            let text = views[0].get(row);
            let parts = if text.is_empty() { Vec::new() } else { split_regex(pair.as_ref(), text) };
            for part in parts {
                let mut halves = match side {
                    Some(side) => side.splitn(part, 2).collect::<Vec<_>>().into_iter(),
                    None => vec![part].into_iter(),
                };
                let text = |half: Option<&str>| half.map_or(Value::Null, |half| Value::Text(half.into()));
                let (key, value) = (text(halves.next()), text(halves.next()));
                match entries.iter_mut().find(|entry| entry.0 == key) {
                    Some(entry) => entry.1 = value,
                    None => entries.push((key, value)),
                }
            }
            builder.push(&Value::Map(entries));
        }
        Ok(builder.finish())
    });
    Ok(site.call(kernel, arguments, kind.nullable()))
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    into.push(
        info(
            "SPLIT_INDEX",
            "SPLIT_INDEX(string, delimiter, index)",
            "The part of a text between delimiters at an index from 0; NULL where there is none.",
            ("SPLIT_INDEX('a,b,c', ',', 1)", "b"),
        )
        .takes(
            &[Param::Text, Param::Text, Param::Int],
            Returns::Nullable(K::STRING),
            map3::<Text, Text, I32, Text>(|_, text, delimiter, index| {
                split_index(text, delimiter, index).map(Cow::Borrowed)
            }),
        )
        .takes(
            &[Param::Text, Param::Int, Param::Int],
            Returns::Nullable(K::STRING),
            map3::<Text, I32, I32, Text>(|_, text, code, index| {
                let delimiter = u32::try_from(code).ok().and_then(char::from_u32)?;
                split_index(text, delimiter.encode_utf8(&mut [0; 4]), index).map(Cow::Borrowed)
            }),
        ),
    );
    into.push(
        info(
            "STR_TO_MAP",
            "STR_TO_MAP(string[, pairs' delimiter, keys' delimiter])",
            "The map of a text of pairs; the delimiters are regular expressions, ',' and '=' where none are given.",
            ("STR_TO_MAP('k1=v1,k2=v2')", "{k1=v1, k2=v2}"),
        )
        .rule(str_to_map),
    );
}
