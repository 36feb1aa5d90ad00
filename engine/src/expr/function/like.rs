//! `LIKE` and `SIMILAR TO`.

use std::sync::Arc;

use arrow_array::BooleanArray;
use memchr::memmem;
use regex::Regex;

use super::{
    compiled::Compiled,
    kernel::{Kernel, each, operand},
    native::{Bool, Native, Text, View},
};
use crate::expr::EvalError;

/// Which kind of pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// `LIKE`: `%` is any text, `_` any character.
    Like,
    /// `SIMILAR TO`: these and the signs of regular expressions.
    Similar,
}

/// A pattern made ready for the texts that it is to match.
#[derive(Debug)]
enum Matcher {
    /// No wildcards.
    Equals(String),
    /// `text%`
    Starts(String),
    /// `%text`
    Ends(String),
    /// `%text%`
    Contains(Box<memmem::Finder<'static>>),
    /// Everything else.
    Regex(Regex),
}

impl Matcher {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Equals(pattern) => text == pattern,
            Self::Starts(pattern) => text.starts_with(pattern.as_str()),
            Self::Ends(pattern) => text.ends_with(pattern.as_str()),
            Self::Contains(finder) => finder.find(text.as_bytes()).is_some(),
            Self::Regex(regex) => regex.is_match(text),
        }
    }

    fn like(pattern: &str, escape: Option<char>) -> Result<Self, EvalError> {
        let special = |text: &str| text.contains(['%', '_']) || escape.is_some_and(|escape| text.contains(escape));
        if !special(pattern) {
            return Ok(Self::Equals(pattern.to_owned()));
        }
        let (start, end) = (pattern.strip_prefix('%'), pattern.strip_suffix('%'));
        match (start, end) {
            (Some(_), Some(_)) if pattern.len() > 1 && !special(&pattern[1..pattern.len() - 1]) => {
                let text = &pattern.as_bytes()[1..pattern.len() - 1];
                return Ok(Self::Contains(Box::new(memmem::Finder::new(text).into_owned())));
            }
            (Some(rest), _) if !special(rest) => return Ok(Self::Ends(rest.to_owned())),
            (_, Some(rest)) if !special(rest) => return Ok(Self::Starts(rest.to_owned())),
            _ => {}
        }
        let mut regex = String::from("(?s)^");
        let mut chars = pattern.chars();
        while let Some(next) = chars.next() {
            match next {
                _ if Some(next) == escape => match chars.next() {
                    Some(escaped) if matches!(escaped, '%' | '_') || Some(escaped) == escape => {
                        push_literal(&mut regex, escaped)
                    }
                    _ => return Err(invalid_escape(pattern)),
                },
                '%' => regex.push_str(".*"),
                '_' => regex.push('.'),
                _ => push_literal(&mut regex, next),
            }
        }
        regex.push('$');
        compile(&regex, pattern).map(Self::Regex)
    }

    fn similar(pattern: &str, escape: Option<char>) -> Result<Self, EvalError> {
        let mut regex = String::from("(?s)^(?:");
        let mut chars = pattern.chars();
        let mut in_set = false;
        while let Some(next) = chars.next() {
            match next {
                _ if Some(next) == escape => match chars.next() {
                    Some(escaped) => push_literal(&mut regex, escaped),
                    None => return Err(invalid_escape(pattern)),
                },
                '[' | ']' => {
                    in_set = next == '[';
                    regex.push(next);
                }
                _ if in_set => regex.push(next),
                '%' => regex.push_str(".*"),
                '_' => regex.push('.'),
                '\\' | '^' | '$' => push_literal(&mut regex, next),
                _ => regex.push(next),
            }
        }
        regex.push_str(")$");
        compile(&regex, pattern).map(Self::Regex)
    }
}

fn push_literal(regex: &mut String, literal: char) {
    regex.push_str(&regex::escape(literal.encode_utf8(&mut [0; 4])));
}

fn compile(regex: &str, pattern: &str) -> Result<Regex, EvalError> {
    Regex::new(regex).map_err(|error| {
        EvalError::new("java.util.regex.PatternSyntaxException", format!("The pattern '{pattern}' is none: {error}"))
    })
}

fn invalid_escape(pattern: &str) -> EvalError {
    EvalError::new("java.lang.RuntimeException", format!("Invalid escape sequence in the pattern '{pattern}'"))
}

/// What matches text against a pattern, with a third argument for the escape character. Without one a backslash escapes
/// nothing in LIKE, as in Flink.
pub fn kernel(pattern: Pattern) -> Kernel {
    Kernel::new(move |site, arguments| {
        let texts = View::<Text>::new(operand(arguments, 0)?)?;
        let patterns = View::<Text>::new(operand(arguments, 1)?)?;
        let escape = match arguments.get(2) {
            Some(escape) if !escape.is_null(0) => {
                let text = View::<Text>::new(escape)?.get(0);
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(escape), None) => Some(escape),
                    _ => return Err(invalid_escape(text)),
                }
            }
            _ => None,
        };
        let compile = |text: &str| match pattern {
            Pattern::Like => Matcher::like(text, escape),
            Pattern::Similar => Matcher::similar(text, escape),
        };
        let constant = arguments.iter().skip(1).all(|argument| argument.is_constant() && !argument.is_null(0));
        if constant {
            let matcher = compile(patterns.get(0))?;
            let nulls = operand(arguments, 0)?.clone().into_array(site.rows)?;
            let nulls = arrow_array::Array::nulls(&nulls).cloned();
            let matched = arrow_buffer::BooleanBuffer::collect_bool(site.rows, |row| matcher.matches(texts.get(row)));
            return Ok(Arc::new(BooleanArray::new(matched, nulls)));
        }
        let mut compiled = Compiled::new();
        each::<Bool>(site, arguments, |builder, row| {
            let matched = compiled.get(patterns.get(row), compile)?.matches(texts.get(row));
            Bool::push(builder, Some(matched));
            Ok(())
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn like() {
        let cases = [
            ("abc", "a%", None, true),
            ("abc", "_b_", None, true),
            ("abc", "b%", None, false),
            ("abc", "%c", None, true),
            ("abc", "%b%", None, true),
            ("abc", "%%", None, true),
            ("a.c", "a.c", None, true),
            ("a\\c", "a\\\\c", None, false),
            ("a%c", "a!%c", Some('!'), true),
            ("abc", "a!%c", Some('!'), false),
            ("😀x", "_x", None, true),
            ("a\nb", "a%b", None, true),
            ("", "%", None, true),
        ];
        for (text, pattern, escape, expected) in cases {
            assert_eq!(Matcher::like(pattern, escape).unwrap().matches(text), expected, "{text} LIKE {pattern}");
        }
        assert!(Matcher::like("a!b", Some('!')).is_err());
    }

    #[test]
    fn similar() {
        let cases = [
            ("abc", "a(b|x)c", true),
            ("abc", "[a-c]+", true),
            ("abc", "b", false),
            ("abc", "a_c", true),
            ("xx", "x{2}", true),
            ("a.c", "a.c", true),
            ("abc", "a.c", true),
        ];
        for (text, pattern, expected) in cases {
            assert_eq!(Matcher::similar(pattern, None).unwrap().matches(text), expected, "{text} SIMILAR TO {pattern}");
        }
    }
}
