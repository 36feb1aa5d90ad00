//! Flink's SQL dialect, from text to a tree in which every name, expression and clause has its place.
//!
//! A script becomes statements ([`split_statements`]), text becomes tokens, tokens become an [`ast::Statement`]
//! ([`parse`]); nothing is resolved here. What Flink parses is parsed, also where this engine never runs it: the planner
//! refuses it with the clause and its place.

pub mod ast;
pub mod error;
mod format;
mod keywords;
mod lexer;
mod literal;
pub mod nearest;
mod parser;
mod power;
#[cfg(test)]
mod script;
#[cfg(test)]
mod tests;

pub use error::{Position, SqlError};
#[cfg(test)]
pub use parser::{MAX_DEPTH, MAX_HEIGHT};
pub use parser::{parse, parse_expression};
#[cfg(test)]
pub use script::{MAX_SCRIPT_BYTES, split_statements};
