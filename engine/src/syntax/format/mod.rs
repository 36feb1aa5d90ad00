//! The tree back to SQL, as Flink writes it: names in backticks, keywords in capitals, everything on one line.
//!
//! What is written can be parsed again and is then the same tree. The one use of a text that is not the user's own is to
//! show it: computed columns in `DESCRIBE`, expressions in plans.

mod call;
mod expr;
mod query;
mod types;

use std::fmt::{self, Display, Formatter};

use super::ast::{Name, ObjectName};
use super::keywords::{has_own_syntax, is_function};

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.text.replace('`', "``"))
    }
}

impl Display for ObjectName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.rest.iter().try_for_each(|part| write!(f, ".{part}"))
    }
}

/// Writes the items with commas between them.
struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{item}")?;
        }
        Ok(())
    }
}

/// A string literal.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

/// A function's name, in backticks only where it needs them.
struct FunctionName<'a>(&'a ObjectName);

impl Display for FunctionName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = &self.0.first.text;
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let bare = self.0.rest.is_empty() && !text.starts_with(|c: char| c.is_numeric()) && text.chars().all(plain);
        // A word with a syntax of its own is no name of a function, unless it is quoted.
        if bare && is_function(text) && !has_own_syntax(text) { write!(f, "{text}") } else { write!(f, "{}", self.0) }
    }
}
