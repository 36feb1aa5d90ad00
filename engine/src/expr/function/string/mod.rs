//! Functions of text. Positions and lengths count characters (code points), from 1.

mod basic;
mod cut;
mod encode;
mod format;
mod join;
mod pad;
mod regular;
mod split;
mod test;
mod url;

use crate::types::{DataType, TypeKind};

use super::registry::FunctionInfo;

pub use cut::trim;
pub use encode::to_base64;
pub use join::concat_two;
pub use split::split_text;

/// Adds the functions of text.
pub fn register(into: &mut Vec<FunctionInfo>) {
    basic::register(into);
    cut::register(into);
    encode::register(into);
    format::register(into);
    join::register(into);
    pad::register(into);
    regular::register(into);
    split::register(into);
    test::register(into);
    url::register(into);
}

/// The same text type, of any length up to its own.
pub fn varying(kind: &TypeKind) -> TypeKind {
    match kind {
        TypeKind::Char(n) | TypeKind::Varchar(n) => TypeKind::Varchar(*n),
        _ => TypeKind::STRING,
    }
}

fn varying_as_first(takes: &[DataType]) -> DataType {
    let kind = takes.first().map_or(TypeKind::STRING, |first| varying(&first.kind));
    kind.nullable().with_nullable(takes.iter().any(|taken| taken.nullable))
}

fn varying_or_null(takes: &[DataType]) -> DataType {
    varying_as_first(takes).with_nullable(true)
}

/// How many characters there are.
fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Where the character at a place begins; the end where there are not so many.
fn byte_of(text: &str, place: usize) -> usize {
    if text.is_ascii() {
        return place.min(text.len());
    }
    text.char_indices().nth(place).map_or(text.len(), |(at, _)| at)
}

/// The characters from a place up to another.
fn slice(text: &str, from: usize, to: usize) -> &str {
    let start = byte_of(text, from);
    &text[start..start + byte_of(&text[start..], to.saturating_sub(from))]
}

/// The place of a byte, from 1.
fn place_of(text: &str, byte: usize) -> i32 {
    length(&text[..byte]) as i32 + 1
}
