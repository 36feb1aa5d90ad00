//! Case, length, place, order.

use std::borrow::Cow;

use super::{byte_of, length, place_of};
use crate::{
    expr::{
        cast::fit_text,
        function::{
            kernel::{map1, map2, map3},
            native::{I32, Text},
            registry::{FunctionInfo, Group},
            signature::{Param, Returns, same_as_first},
        },
    },
    types::TypeKind as K,
};

fn info(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    example: (&'static str, &'static str),
) -> FunctionInfo {
    FunctionInfo::new(Group::String, name, signature, doc, example)
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    case(into);
    place(into);
    codes(into);
    into.push(info("REVERSE", "REVERSE(string)", "The characters in reverse order.", ("REVERSE('abc')", "cba")).takes(
        &[Param::Text],
        Returns::Nullable(K::STRING),
        map1::<Text, Text>(|_, text| Some(Cow::Owned(text.chars().rev().collect()))),
    ));
    into.push(
        info("CHAR_LENGTH", "CHAR_LENGTH(string)", "How many characters there are.", ("CHAR_LENGTH('日本語')", "3"))
            .also(&["CHARACTER_LENGTH"])
            .takes(&[Param::Text], Returns::Of(K::Int), map1::<Text, I32>(|_, text| Some(length(text) as i32))),
    );
}

fn case(into: &mut Vec<FunctionInfo>) {
    // CHAR(n) stays CHAR(n): what has grown is cut.
    into.push(info("UPPER", "UPPER(string)", "The text in upper case.", ("UPPER('abc')", "ABC")).takes(
        &[Param::Text],
        Returns::By(same_as_first),
        map1::<Text, Text>(|site, text| Some(fit_text(Cow::Owned(text.to_uppercase()), &site.returns.kind))),
    ));
    into.push(info("LOWER", "LOWER(string)", "The text in lower case.", ("LOWER('ABC')", "abc")).takes(
        &[Param::Text],
        Returns::By(same_as_first),
        map1::<Text, Text>(|site, text| Some(fit_text(Cow::Owned(text.to_lowercase()), &site.returns.kind))),
    ));
    into.push(
        info(
            "INITCAP",
            "INITCAP(string)",
            "The text with each word's first letter in upper case, the others in lower case; ASCII letters only.",
            ("INITCAP('hello wORLD')", "Hello World"),
        )
        .takes(
            &[Param::Text],
            Returns::By(same_as_first),
            map1::<Text, Text>(|_, text| Some(Cow::Owned(capitalise(text)))),
        ),
    );
}

fn capitalise(text: &str) -> String {
    let mut begins = true;
    let change = |c: char| {
        let changed = if begins { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        begins = !c.is_ascii_alphanumeric();
        changed
    };
    text.chars().map(change).collect()
}

/// The place of `part` in `text` from the place `from` on; 0 where it is not.
fn locate(part: &str, text: &str, from: i32) -> i32 {
    let skipped = usize::try_from(from).map_or(0, |from| from.saturating_sub(1));
    if skipped > length(text) {
        return 0;
    }
    let start = byte_of(text, skipped);
    text[start..].find(part).map_or(0, |at| place_of(text, start + at))
}

fn place(into: &mut Vec<FunctionInfo>) {
    let int = || Returns::Of(K::Int);
    into.push(
        info(
            "POSITION",
            "POSITION(part IN string)",
            "Where a part of a text begins, from 1; 0 where it is not in it.",
            ("POSITION('b' IN 'abcb')", "2"),
        )
        .takes(
            &[Param::Text, Param::Text],
            int(),
            map2::<Text, Text, I32>(|_, part, text| Some(locate(part, text, 1))),
        ),
    );
    into.push(
        info(
            "INSTR",
            "INSTR(string, part)",
            "Where a part of a text begins, from 1; 0 where it is not in it.",
            ("INSTR('hello', 'l')", "3"),
        )
        .takes(
            &[Param::Text, Param::Text],
            int(),
            map2::<Text, Text, I32>(|_, text, part| Some(locate(part, text, 1))),
        ),
    );
    into.push(
        info(
            "LOCATE",
            "LOCATE(part, string[, from])",
            "Where a part of a text begins at or after a place; 0 where it is not there.",
            ("LOCATE('l', 'hello', 4)", "4"),
        )
        .takes(&[Param::Text, Param::Text], int(), map2::<Text, Text, I32>(|_, part, text| Some(locate(part, text, 1))))
        .takes(
            &[Param::Text, Param::Text, Param::Int],
            int(),
            map3::<Text, Text, I32, I32>(|_, part, text, from| Some(locate(part, text, from))),
        ),
    );
}

fn codes(into: &mut Vec<FunctionInfo>) {
    into.push(
        info(
            "ASCII",
            "ASCII(string)",
            "The first byte, as a signed number; 0 of an empty text.",
            ("ASCII('abc')", "97"),
        )
        .takes(
            &[Param::Text],
            Returns::Of(K::Int),
            map1::<Text, I32>(|_, text| Some(text.as_bytes().first().map_or(0, |byte| i32::from(*byte as i8)))),
        ),
    );
    into.push(
        info(
            "CHR",
            "CHR(integer)",
            "The character of a code, modulo 256; empty where it is negative.",
            ("CHR(353)", "a"),
        )
        .takes(
            &[Param::BigInt],
            Returns::Nullable(K::STRING),
            map1::<crate::expr::function::native::I64, Text>(|_, code| {
                let text = if code < 0 { String::new() } else { char::from((code & 0xFF) as u8).to_string() };
                Some(Cow::Owned(text))
            }),
        ),
    );
}
