//! The SQL front: Flink's dialect, as far as this cut goes, from text to a [`plan::JobPlan`].
//!
//! Text becomes tokens ([`lexer`]), tokens become statements ([`parser`]), names become columns and types ([`bind`]), a
//! statement becomes a plan ([`plan`]). Every error carries the line and column that it is about. What is not supported
//! is refused here, at submission, never at run time.

pub mod ast;
pub mod bind;
pub mod cast;
pub mod catalog;
mod coerce;
pub mod config;
pub mod error;
pub mod eval;
pub mod expr;
mod functions;
mod functions_numeric;
mod functions_text;
pub mod lexer;
pub mod like;
pub mod nearest;
pub mod parser;
mod parser_ddl;
mod parser_expr;
pub mod plan;
pub mod script;
pub mod time;
pub mod types;
pub mod value;

#[cfg(test)]
mod tests;

pub use error::{Position, SqlError};
