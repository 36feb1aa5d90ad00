//! Parts of text.

use std::borrow::Cow;

use super::{byte_of, length, slice, varying_as_first, varying_or_null};
use crate::{
    expr::{
        Expr,
        function::{
            call,
            kernel::{Kernel, map1, map2, map3, map4},
            native::{I32, Text},
            registry::{Call, FunctionInfo, Group},
            signature::{Param, Returns},
        },
    },
    syntax::SqlError,
    types::{TypeKind as K, data_type::MAX_LENGTH},
};

fn info(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> FunctionInfo {
    FunctionInfo::new(Group::String, name, signature, doc, example)
}

/// Text without any of some characters at its ends.
fn trimmed<'a>(text: &'a str, characters: &str, start: bool, end: bool) -> &'a str {
    let taken = |c: char| characters.contains(c);
    let text = if start { text.trim_start_matches(taken) } else { text };
    if end { text.trim_end_matches(taken) } else { text }
}

/// `TRIM`: of a text and characters.
pub fn trim(start: bool, end: bool) -> Kernel {
    map2::<Text, Text, Text>(move |_, text, characters| Some(Cow::Borrowed(trimmed(text, characters, start, end))))
}

fn trim_blanks(start: bool, end: bool) -> Kernel {
    map1::<Text, Text>(move |_, text| Some(Cow::Borrowed(trimmed(text, " ", start, end))))
}

/// A part of a text; a negative place counts from the end.
fn substring(text: &str, from: i32, count: i32) -> Option<&str> {
    let count = usize::try_from(count).ok()?;
    let start = match from {
        0 => 0,
        1.. => from as usize - 1,
        _ => match length(text).checked_sub(from.unsigned_abs() as usize) {
            Some(start) => start,
            None => return Some(""),
        },
    };
    Some(slice(text, start, start.saturating_add(count)))
}

fn overlay(text: &str, new: &str, from: i32, count: i32) -> String {
    let all = length(text);
    let Some(start) = usize::try_from(from).ok().and_then(|from| from.checked_sub(1)).filter(|start| *start < all)
    else {
        return text.to_owned();
    };
    // Without anything to replace Flink drops the rest.
    let end = if count > 0 { (start as i64 + i64::from(count)).min(all as i64) as usize } else { all };
    format!("{}{new}{}", &text[..byte_of(text, start)], &text[byte_of(text, end)..])
}

fn bind_overlay(site: &Call<'_>) -> Result<Expr, SqlError> {
    use Param as P;
    let arguments = site.take(&[P::Text, P::Text, P::Int, P::Int], 3).ok_or_else(|| site.refusal())?;
    let text_length = |index: usize| match arguments[index].data_type.kind {
        K::Char(n) | K::Varchar(n) => n,
        _ => MAX_LENGTH,
    };
    let kind = K::Varchar(text_length(0).saturating_add(text_length(1)).min(MAX_LENGTH));
    let data_type = kind.nullable().with_nullable(crate::expr::function::any_nullable(&arguments));
    let kernel = match arguments.len() {
        3 => map3::<Text, Text, I32, Text>(|_, text, new, from| {
            Some(Cow::Owned(overlay(text, new, from, length(new) as i32)))
        }),
        _ => map4::<Text, Text, I32, I32, Text>(|_, text, new, from, count| {
            Some(Cow::Owned(overlay(text, new, from, count)))
        }),
    };
    Ok(call("OVERLAY", kernel, arguments, data_type))
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    trims(into);
    into.push(
        info(
            "SUBSTRING",
            "SUBSTRING(string FROM start [FOR count]), SUBSTRING(string, start[, count])",
            "A part of a text; a negative start counts from the end.",
            ("SUBSTRING('hello' FROM 2 FOR 3)", "ell"),
        )
        .also(&["SUBSTR"])
        .takes(
            &[Param::Text, Param::Int],
            Returns::By(varying_or_null),
            map2::<Text, I32, Text>(|_, text, from| substring(text, from, i32::MAX).map(Cow::Borrowed)),
        )
        .takes(
            &[Param::Text, Param::Int, Param::Int],
            Returns::By(varying_or_null),
            map3::<Text, I32, I32, Text>(|_, text, from, count| substring(text, from, count).map(Cow::Borrowed)),
        ),
    );
    into.push(
        info("LEFT", "LEFT(string, count)", "The first characters of a text.", ("LEFT('hello', 2)", "he")).takes(
            &[Param::Text, Param::Int],
            Returns::By(varying_or_null),
            map2::<Text, I32, Text>(|_, text, count| Some(Cow::Borrowed(slice(text, 0, count.max(0) as usize)))),
        ),
    );
    into.push(
        info("RIGHT", "RIGHT(string, count)", "The last characters of a text.", ("RIGHT('hello', 2)", "lo")).takes(
            &[Param::Text, Param::Int],
            Returns::By(varying_or_null),
            map2::<Text, I32, Text>(|_, text, count| {
                let start = length(text).saturating_sub(count.max(0) as usize);
                Some(Cow::Borrowed(&text[byte_of(text, start)..]))
            }),
        ),
    );
    into.push(
        info(
            "OVERLAY",
            "OVERLAY(string PLACING new FROM start [FOR count])",
            "A text with a part replaced, as long as the new one where no count is given.",
            ("OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6 FOR 2)", "xxxxxxxxxst"),
        )
        .rule(bind_overlay),
    );
    into.push(
        info(
            "REPLACE",
            "REPLACE(string, part, new)",
            "A text with every occurrence of a part replaced.",
            ("REPLACE('ababab', 'abab', 'z')", "zab"),
        )
        .takes(
            &[Param::Text, Param::Text, Param::Text],
            Returns::Of(K::STRING),
            map3::<Text, Text, Text, Text>(|_, text, part, new| {
                Some(if text.contains(part) { Cow::Owned(text.replace(part, new)) } else { Cow::Borrowed(text) })
            }),
        ),
    );
}

fn trims(into: &mut Vec<FunctionInfo>) {
    const TWO: &[Param] = &[Param::Text, Param::Text];
    let varying = || Returns::By(varying_as_first);
    into.push(
        info(
            "LTRIM",
            "LTRIM(string[, characters])",
            "A text without blanks, or any of the characters, at its start.",
            ("LTRIM('xxab', 'x')", "ab"),
        )
        .takes(&[Param::Text], varying(), trim_blanks(true, false))
        .takes(TWO, varying(), trim(true, false)),
    );
    into.push(
        info(
            "RTRIM",
            "RTRIM(string[, characters])",
            "A text without blanks, or any of the characters, at its end.",
            ("RTRIM('abxx', 'x')", "ab"),
        )
        .takes(&[Param::Text], varying(), trim_blanks(false, true))
        .takes(TWO, varying(), trim(false, true)),
    );
    into.push(
        info(
            "BTRIM",
            "BTRIM(string[, characters])",
            "A text without blanks, or any of the characters, at its ends.",
            ("BTRIM('xyabyx', 'xy')", "ab"),
        )
        .takes(&[Param::Text], Returns::Of(K::STRING), trim_blanks(true, true))
        .takes(TWO, Returns::Of(K::STRING), trim(true, true)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let cases = [
            (2, 3, Some("ell")),
            (0, 2, Some("he")),
            (-3, 2, Some("ll")),
            (10, 1, Some("")),
            (-9, 2, Some("")),
            (2, -1, None),
            (2, 100, Some("ello")),
        ];
        for (from, count, expected) in cases {
            assert_eq!(substring("hello", from, count), expected, "FROM {from} FOR {count}");
        }
        assert_eq!(substring("日本語", 2, 1), Some("本"));
        assert_eq!(overlay("abc", "zzz", 10, 3), "abc");
        assert_eq!(overlay("xxxxxtest", "xxxx", 6, 2), "xxxxxxxxxst");
    }
}
