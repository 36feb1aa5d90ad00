//! `LPAD`, `RPAD`.

use std::borrow::Cow;

use crate::{
    expr::function::{
        kernel::map3,
        native::{I32, Text},
        registry::{FunctionInfo, Group},
        signature::{Param, Returns},
    },
    types::TypeKind as K,
};

/// Counts as Java does: a character beyond U+FFFF is two.
fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The first characters of a text that are together not more than `count` units.
fn cut(text: &str, count: usize) -> &str {
    let mut left = count;
    let past = text.char_indices().find(|(_, c)| match left.checked_sub(c.len_utf16()) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    past.map_or(text, |(at, _)| &text[..at])
}

/// A text of `count` units: cut, or filled with `fill` on a side. `None` where the count is negative or there is nothing
/// to fill with.
fn padded<'a>(text: &'a str, count: i32, fill: &str, left: bool) -> Option<Cow<'a, str>> {
    let count = usize::try_from(count).ok().filter(|_| !fill.is_empty())?;
    let missing = count.saturating_sub(units(text));
    if missing == 0 {
        return Some(Cow::Borrowed(cut(text, count)));
    }
    let filling = fill.repeat(missing.div_ceil(units(fill)));
    let filling = cut(&filling, missing);
    Some(Cow::Owned(if left { format!("{filling}{text}") } else { format!("{text}{filling}") }))
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::String, name, signature, doc, example);
    const PARAMS: &[Param] = &[Param::Text, Param::Int, Param::Text];
    into.push(
        info(
            "LPAD",
            "LPAD(string, count, fill)",
            "A text filled on its left, or cut, to so many characters.",
            ("LPAD('hi', 4, '??')", "??hi"),
        )
        .takes(
            PARAMS,
            Returns::Of(K::STRING),
            map3::<Text, I32, Text, Text>(|_, text, n, fill| padded(text, n, fill, true)),
        ),
    );
    into.push(
        info(
            "RPAD",
            "RPAD(string, count, fill)",
            "A text filled on its right, or cut, to so many characters.",
            ("RPAD('hi', 4, '??')", "hi??"),
        )
        .takes(
            PARAMS,
            Returns::Of(K::STRING),
            map3::<Text, I32, Text, Text>(|_, text, n, fill| padded(text, n, fill, false)),
        ),
    );
}
