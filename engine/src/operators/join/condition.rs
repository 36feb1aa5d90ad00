//! What must be true of two rows beside the equality of their keys.

use std::sync::Arc;

use arrow_array::ArrayRef;

use crate::{
    expr::{EvalContext, Expr},
    operators::eval,
    runtime::Stop,
    types::Batch,
};

/// A condition over the left columns followed by the right ones.
#[derive(Debug, Clone)]
pub struct Condition {
    expr: Option<Expr>,
    context: Arc<EvalContext>,
}

impl Condition {
    /// `None` is true of all rows.
    pub fn new(expr: Option<Expr>, context: Arc<EvalContext>) -> Self {
        Self { expr, context }
    }

    /// Whether there is nothing to compute.
    pub fn always(&self) -> bool {
        self.expr.is_none()
    }

    /// Of which rows it is true; NULL is not true.
    pub fn holds(&self, columns: Vec<ArrayRef>, rows: usize) -> Result<Vec<bool>, Stop> {
        let Some(expr) = &self.expr else { return Ok(vec![true; rows]) };
        if rows == 0 {
            return Ok(Vec::new());
        }
        let truths = eval::condition(expr, &Batch::inserts(columns, rows), &self.context)?;
        Ok((0..rows).map(|row| eval::is_true(&truths, row)).collect())
    }
}
