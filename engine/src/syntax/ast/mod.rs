//! Statements, queries and expressions as they were written, each with its place.
//!
//! Nothing is resolved: a dotted name may be a column, a field of a row or a table. Names keep their case, as Flink's
//! names of tables and columns are case sensitive; names of functions are not, and are compared by whoever binds them.

mod expr;
mod json;
mod query;
mod statement;
mod table;
mod types;

pub use expr::*;
pub use json::*;
pub use query::*;
pub use statement::*;
pub use table::*;
pub use types::*;

use super::Position;

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name, quotes undone.
    pub text: String,
    /// Where it stands.
    pub at: Position,
}

/// A string literal outside an expression: the key of an option, a comment, a job's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text, quotes undone.
    pub text: String,
    /// Where it stands.
    pub at: Position,
}

/// A name of one part or more: `orders`, `default_catalog.default_database.orders`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    /// Its first part, which gives the place of the whole.
    pub first: Name,
    /// The parts after it.
    pub rest: Vec<Name>,
}

impl ObjectName {
    /// Where it stands.
    pub fn at(&self) -> Position {
        self.first.at
    }

    /// Its parts, from the first.
    pub fn parts(&self) -> impl Iterator<Item = &Name> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Its last part, which is the object's own name.
    pub fn last(&self) -> &Name {
        self.rest.last().unwrap_or(&self.first)
    }

    /// Its parts joined with points, quotes undone.
    pub fn dotted(&self) -> String {
        self.parts().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
    }
}
