//! Patterns, regular expressions and paths, compiled once for as long as their text stays the same.

use crate::expr::EvalError;

/// Something that is compiled from text, and the text that it is of.
#[derive(Debug)]
pub struct Compiled<T> {
    last: Option<(String, T)>,
}

impl<T> Compiled<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { last: None }
    }

    /// What `text` compiles to.
    pub fn get(&mut self, text: &str, compile: impl FnOnce(&str) -> Result<T, EvalError>) -> Result<&T, EvalError> {
        let last = match self.last.take() {
            Some(last) if last.0 == text => last,
            _ => (text.to_owned(), compile(text)?),
        };
        Ok(&self.last.insert(last).1)
    }
}
