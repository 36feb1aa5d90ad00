//! Regular expressions. A pattern that is none matches nothing, as in Flink; one that Java takes and this engine does not
//! (look-around, references back) fails the job rather than answer wrongly.

use std::{borrow::Cow, sync::Arc};

use arrow_array::builder::{ListBuilder, StringBuilder};
use regex::{NoExpand, Regex};

use super::place_of;
use crate::{
    expr::{
        EvalError, Expr,
        function::{
            compiled::Compiled,
            kernel::{Kernel, each, operand},
            native::{Bool, I32, Native, Text, View},
            registry::{Call, FunctionInfo, Group},
            signature::{Param, Returns},
        },
    },
    syntax::SqlError,
    types::TypeKind as K,
};

/// A pattern, or `None` where it is none.
pub fn compile(pattern: &str) -> Result<Option<Regex>, EvalError> {
    const UNSUPPORTED: [&str; 5] = ["(?=", "(?!", "(?<=", "(?<!", "(?>"];
    match Regex::new(pattern) {
        Ok(regex) => Ok(Some(regex)),
        Err(_) => {
            let reference =
                pattern.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && (b'1'..=b'9').contains(&pair[1]));
            let found = UNSUPPORTED.iter().find(|part| pattern.contains(**part)).copied();
            match found.or(reference.then_some("a reference back")) {
                Some(part) => Err(EvalError::new(
                    "org.apache.flink.table.api.TableException",
                    format!("The regular expression '{pattern}' has {part}, which this engine does not support"),
                )),
                None => Ok(None),
            }
        }
    }
}

/// Of a text and a pattern.
fn by_regex<R: Native>(
    f: impl for<'a> Fn(&'a str, Option<&Regex>) -> Option<R::Out<'a>> + Send + Sync + 'static,
) -> Kernel {
    Kernel::new(move |site, arguments| {
        let texts = View::<Text>::new(operand(arguments, 0)?)?;
        let patterns = View::<Text>::new(operand(arguments, 1)?)?;
        let mut compiled = Compiled::new();
        each::<R>(site, arguments, |builder, row| {
            let regex = compiled.get(patterns.get(row), compile)?;
            R::push(builder, f(texts.get(row), regex.as_ref()));
            Ok(())
        })
    })
}

fn regexp_extract(site: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = site.take(&[Param::Text, Param::Text, Param::Int], 2).ok_or_else(|| site.refusal())?;
    let kernel = Kernel::new(|site, arguments| {
        let texts = View::<Text>::new(operand(arguments, 0)?)?;
        let patterns = View::<Text>::new(operand(arguments, 1)?)?;
        let groups = arguments.get(2).map(View::<I32>::new).transpose()?;
        let mut compiled = Compiled::new();
        each::<Text>(site, arguments, |builder, row| {
            let regex = compiled.get(patterns.get(row), compile)?;
            let group = groups.as_ref().map_or(0, |groups| groups.get(row));
            let found = usize::try_from(group).ok().and_then(|group| {
                let (regex, text) = (regex.as_ref()?, texts.get(row));
                // The whole match is found without keeping track of groups.
                let found = if group == 0 { regex.find(text) } else { regex.captures(text)?.get(group) };
                Some(Cow::Borrowed(found?.as_str()))
            });
            Text::push(builder, found);
            Ok(())
        })
    });
    Ok(site.call(kernel, arguments, K::STRING.nullable()))
}

fn regexp_extract_all(site: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = site.take(&[Param::Text, Param::Text, Param::Int], 2).ok_or_else(|| site.refusal())?;
    let kernel = Kernel::new(|site, arguments| {
        let texts = View::<Text>::new(operand(arguments, 0)?)?;
        let patterns = View::<Text>::new(operand(arguments, 1)?)?;
        let groups = arguments.get(2).map(View::<I32>::new).transpose()?;
        let mut compiled = Compiled::new();
        let mut builder = ListBuilder::new(StringBuilder::new());
        for row in 0..site.rows {
            if arguments.iter().any(|argument| argument.is_null(row)) {
                builder.append_null();
                continue;
            }
            let regex: &Option<Regex> = compiled.get(patterns.get(row), compile)?;
            // Group 1 where none is given.
            let group = usize::try_from(groups.as_ref().map_or(1, |groups| groups.get(row))).ok();
            let usable = regex.as_ref().zip(group).filter(|(regex, group)| *group < regex.captures_len());
            let Some((regex, group)) = usable else {
                builder.append_null();
                continue;
            };
            for captures in regex.captures_iter(texts.get(row)) {
                builder.values().append_option(captures.get(group).map(|found| found.as_str()));
            }
            builder.append(true);
        }
        Ok(Arc::new(builder.finish()))
    });
    Ok(site.call(kernel, arguments, K::Array(Box::new(K::STRING.nullable())).nullable()))
}

fn regexp_replace() -> Kernel {
    Kernel::new(|site, arguments| {
        let texts = View::<Text>::new(operand(arguments, 0)?)?;
        let patterns = View::<Text>::new(operand(arguments, 1)?)?;
        let new = View::<Text>::new(operand(arguments, 2)?)?;
        let mut compiled = Compiled::new();
        each::<Text>(site, arguments, |builder, row| {
            let regex: &Option<Regex> = compiled.get(patterns.get(row), compile)?;
            // The replacement is taken as it is: no groups.
            let replaced = regex.as_ref().map(|regex| regex.replace_all(texts.get(row), NoExpand(new.get(row))));
            Text::push(builder, replaced);
            Ok(())
        })
    })
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::String, name, signature, doc, example);
    const TWO: &[Param] = &[Param::Text, Param::Text];
    into.push(
        info(
            "REGEXP",
            "REGEXP(string, pattern)",
            "Whether a part of a text matches a regular expression.",
            ("REGEXP('abc', 'b')", "TRUE"),
        )
        .takes(
            TWO,
            Returns::Of(K::Boolean),
            by_regex::<Bool>(|text, regex| {
                let empty = text.is_empty() || regex.is_none_or(|regex| regex.as_str().is_empty());
                Some(!empty && regex.is_some_and(|regex| regex.is_match(text)))
            }),
        ),
    );
    into.push(
        info(
            "REGEXP_REPLACE",
            "REGEXP_REPLACE(string, pattern, new)",
            "A text with every match of a regular expression replaced.",
            ("REGEXP_REPLACE('foobar', 'oo|ar', '')", "fb"),
        )
        .takes(&[Param::Text, Param::Text, Param::Text], Returns::Of(K::STRING), regexp_replace()),
    );
    into.push(
        info(
            "REGEXP_EXTRACT",
            "REGEXP_EXTRACT(string, pattern[, group])",
            "The first match of a regular expression, or a group of it.",
            ("REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", "bar"),
        )
        .rule(regexp_extract),
    );
    into.push(
        info(
            "REGEXP_EXTRACT_ALL",
            "REGEXP_EXTRACT_ALL(string, pattern[, group])",
            "A group, 1 where none is given, of all matches of a regular expression.",
            ("REGEXP_EXTRACT_ALL('a1b22', '([a-z])(\\d+)', 2)", "[1, 22]"),
        )
        .rule(regexp_extract_all),
    );
    into.push(
        info(
            "REGEXP_COUNT",
            "REGEXP_COUNT(string, pattern)",
            "How often a regular expression matches.",
            ("REGEXP_COUNT('a1b22c333', '\\d+')", "3"),
        )
        .takes(
            TWO,
            Returns::Nullable(K::Int),
            by_regex::<I32>(|text, regex| regex.map(|regex| regex.find_iter(text).count() as i32)),
        ),
    );
    into.push(
        info(
            "REGEXP_INSTR",
            "REGEXP_INSTR(string, pattern)",
            "Where the first match of a regular expression begins, from 1; 0 where there is none.",
            ("REGEXP_INSTR('hello world', 'o')", "5"),
        )
        .takes(
            TWO,
            Returns::Nullable(K::Int),
            by_regex::<I32>(|text, regex| {
                regex.map(|regex| regex.find(text).map_or(0, |found| place_of(text, found.start())))
            }),
        ),
    );
    into.push(
        info(
            "REGEXP_SUBSTR",
            "REGEXP_SUBSTR(string, pattern)",
            "The first match of a regular expression.",
            ("REGEXP_SUBSTR('hello world', 'w\\w+')", "world"),
        )
        .takes(
            TWO,
            Returns::Nullable(K::STRING),
            by_regex::<Text>(|text, regex| {
                regex.and_then(|regex| regex.find(text)).map(|found| Cow::Borrowed(found.as_str()))
            }),
        ),
    );
}
