//! What is asked of a text: its beginning and end, letters and digits.

use std::sync::Arc;

use arrow_array::BooleanArray;
use arrow_buffer::BooleanBuffer;

use crate::{
    expr::function::{
        kernel::{Kernel, map2, operand},
        native::{Bool, Bytes, Text, View},
        registry::{FunctionInfo, Group},
        signature::{Param, Returns},
    },
    types::TypeKind as K,
};

/// A test that is false, not NULL, of NULL.
fn test(f: fn(&str) -> bool) -> Kernel {
    Kernel::new(move |site, arguments| {
        let datum = operand(arguments, 0)?;
        let texts = View::<Text>::new(datum)?;
        let holds = |row: usize| !datum.is_null(row) && f(texts.get(row));
        Ok(Arc::new(BooleanArray::new(BooleanBuffer::collect_bool(site.rows, holds), None)))
    })
    .total()
}

fn all(text: &str, f: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(f)
}

fn is_decimal(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit() || c == '.');
    digits && text.parse::<f64>().is_ok()
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::String, name, signature, doc, example);
    let boolean = || Returns::Of(K::Boolean);
    into.push(
        info(
            "STARTSWITH",
            "STARTSWITH(string, start)",
            "Whether a text begins with another.",
            ("STARTSWITH('hello', 'he')", "TRUE"),
        )
        .takes(
            &[Param::Text, Param::Text],
            boolean(),
            map2::<Text, Text, Bool>(|_, text, part| Some(text.starts_with(part))),
        )
        .takes(
            &[Param::Bytes, Param::Bytes],
            boolean(),
            map2::<Bytes, Bytes, Bool>(|_, a, b| Some(a.starts_with(b))),
        ),
    );
    into.push(
        info(
            "ENDSWITH",
            "ENDSWITH(string, end)",
            "Whether a text ends with another.",
            ("ENDSWITH('hello', 'lo')", "TRUE"),
        )
        .takes(
            &[Param::Text, Param::Text],
            boolean(),
            map2::<Text, Text, Bool>(|_, text, part| Some(text.ends_with(part))),
        )
        .takes(
            &[Param::Bytes, Param::Bytes],
            boolean(),
            map2::<Bytes, Bytes, Bool>(|_, a, b| Some(a.ends_with(b))),
        ),
    );
    let not_null = || Returns::NotNull(K::Boolean);
    into.push(
        info("IS_ALPHA", "IS_ALPHA(string)", "Whether there are only letters.", ("IS_ALPHA('abc')", "TRUE")).takes(
            &[Param::Text],
            not_null(),
            test(|text| all(text, char::is_alphabetic)),
        ),
    );
    into.push(
        info("IS_DIGIT", "IS_DIGIT(string)", "Whether there are only digits.", ("IS_DIGIT('123')", "TRUE")).takes(
            &[Param::Text],
            not_null(),
            test(|text| all(text, |c| c.is_ascii_digit())),
        ),
    );
    into.push(
        info("IS_DECIMAL", "IS_DECIMAL(string)", "Whether the text is a number.", ("IS_DECIMAL('-1e5')", "TRUE"))
            .takes(&[Param::Text], not_null(), test(is_decimal)),
    );
}
