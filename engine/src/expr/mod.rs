//! Expressions: bound to columns and types, and evaluated over batches with Flink's semantics.
//!
//! [`bind`] turns a syntax tree into an [`Expr`] whose every part has its type, and whose implicit casts are written out;
//! [`Expr::eval`] computes it over a batch, column by column.

pub mod bind;
mod cast;
mod datum;
pub mod decimal;
mod display;
mod eval;
pub mod eval_context;
mod fold;
pub mod function;
pub mod time;
mod tree;
pub mod value_text;

pub use bind::{Scope, Settings, assign, bind, coerce, common_type};
pub use datum::Datum;
pub use eval_context::EvalContext;
pub use function::registry::functions;

use std::sync::Arc;

use arrow_array::ArrayRef;

use crate::types::{DataType, Value};

/// A bound expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub data_type: DataType,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A column of the input.
    Column(usize),
    /// A constant.
    Literal(Value),
    /// A scalar function or operator.
    Call(Arc<dyn ScalarFunction>, Vec<Expr>),
    /// `CASE WHEN condition THEN result … ELSE result END`. A branch is computed only for the rows that take it.
    Case {
        /// Conditions and results.
        branches: Vec<(Expr, Expr)>,
        /// The result where no condition is true; NULL where there is none.
        otherwise: Option<Box<Expr>>,
    },
    /// `COALESCE`: the first that is not NULL; each is computed only for the rows that come to it.
    Coalesce(Vec<Expr>),
    /// `a AND b AND …`, each computed only for the rows that come to it.
    And(Vec<Expr>),
    /// `a OR b OR …`, likewise.
    Or(Vec<Expr>),
    /// `CAST` to the expression's type.
    Cast {
        /// What is cast.
        input: Box<Expr>,
        /// `TRY_CAST`: a value that cannot be cast becomes NULL.
        lenient: bool,
    },
}

/// A scalar function with the types of its arguments settled.
pub trait ScalarFunction: std::fmt::Debug + Send + Sync {
    /// Its name, as Flink shows it.
    fn name(&self) -> &str;
    /// Its results: one a row.
    fn eval(&self, arguments: &[Datum], rows: usize, context: &EvalContext) -> Result<ArrayRef, EvalError>;
    /// Whether it gives the same result for the same arguments, so that a call of constants is one.
    fn deterministic(&self) -> bool {
        true
    }
    /// Whether there are arguments of which it cannot be computed: then it must not be called for rows that do not ask for it.
    fn fallible(&self) -> bool {
        true
    }
}

/// A value that cannot be computed: the job fails with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{class}: {message}")]
pub struct EvalError {
    /// The exception class under which Flink reports it.
    pub class: &'static str,
    /// What cannot be computed, of which value.
    pub message: String,
}

impl EvalError {
    /// An error of a class.
    pub fn new(class: &'static str, message: impl Into<String>) -> Self {
        Self { class, message: message.into() }
    }

    /// What Java's arithmetic throws.
    pub fn arithmetic(message: impl Into<String>) -> Self {
        Self::new("java.lang.ArithmeticException", message)
    }

    /// Arrow refused an operation on columns of known types: a fault of this engine.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::new("org.apache.flink.table.api.TableException", format!("Columns do not fit together: {error}"))
    }
}

impl From<arrow_schema::ArrowError> for EvalError {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests;
