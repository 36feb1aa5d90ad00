//! What the value of an option must be.

use crate::{
    options::{parse_bool, parse_bytes, parse_duration},
    syntax::{Position, SqlError},
};

/// What the value of an option must be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number from 0.
    Count,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// `5 ms`, `1 min`.
    Duration,
    /// `128mb`.
    Bytes,
    /// One character.
    Character,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// Refuses a value that is not of its kind.
pub fn check_value(kind: Kind, key: &str, value: &str, at: Position) -> Result<(), SqlError> {
    let text = value.trim();
    let (valid, right) = match kind {
        Kind::Text => (true, String::new()),
        Kind::Count => (text.parse::<u64>().is_ok(), "a whole number from 0".to_owned()),
        Kind::Number => (text.parse::<f64>().is_ok_and(f64::is_finite), "a number".to_owned()),
        Kind::Flag => (parse_bool(text).is_some(), "true or false".to_owned()),
        Kind::Duration => (parse_duration(text).is_some(), "a duration like 5 ms or 1 min".to_owned()),
        Kind::Bytes => (parse_bytes(text).is_some(), "a size like 128mb".to_owned()),
        Kind::Character => (value.chars().count() == 1 || value == "\\t", "one character".to_owned()),
        Kind::OneOf(values) => (values.contains(&text), format!("one of: {}", values.join(", "))),
    };
    if valid {
        return Ok(());
    }
    Err(SqlError::invalid(at, format!("Invalid value '{value}' for option '{key}'. Set it to {right}")))
}
