//! Evaluation over a batch, column by column; where a part can fail or is dear, only for the rows that come to it.

mod choice;
mod junction;

use std::sync::Arc;

use arrow_array::{ArrayRef, UInt32Array};
use arrow_select::take::take;

use super::{Datum, EvalContext, EvalError, Expr, ExprKind, cast, function::kernel::Site};
use crate::types::Batch;

/// An expression of so few parts is computed for all rows rather than for a selection of them, which costs a copy of
/// every column that it reads.
const CHEAP_PARTS: usize = 6;

impl Expr {
    /// Its value for each row of the batch.
    pub fn eval(&self, batch: &Batch, context: &EvalContext) -> Result<ArrayRef, EvalError> {
        self.datum(batch, context)?.into_array(batch.rows)
    }

    /// Its value for each row of the batch, or the one that holds for all.
    pub fn datum(&self, batch: &Batch, context: &EvalContext) -> Result<Datum, EvalError> {
        match &self.kind {
            ExprKind::Column(column) => {
                let missing = || EvalError::internal(format_args!("there is no column {column}"));
                Ok(Datum::rows(Arc::clone(batch.columns.get(*column).ok_or_else(missing)?)))
            }
            ExprKind::Literal(value) => Ok(Datum::constant(value, &self.data_type.kind)),
            ExprKind::Call(function, arguments) => {
                let arguments: Vec<Datum> =
                    arguments.iter().map(|argument| argument.datum(batch, context)).collect::<Result<_, _>>()?;
                Ok(Datum::rows(function.eval(&arguments, batch.rows, context)?))
            }
            ExprKind::Case { branches, otherwise } => {
                choice::case(self, branches, otherwise.as_deref(), batch, context)
            }
            ExprKind::Coalesce(parts) => choice::coalesce(self, parts, batch, context),
            ExprKind::And(parts) => junction::eval(parts, true, batch, context),
            ExprKind::Or(parts) => junction::eval(parts, false, batch, context),
            ExprKind::Cast { input, lenient } => {
                let unknown =
                    || EvalError::internal(format_args!("no cast from {} to {}", input.data_type, self.data_type));
                let kernel = cast::kernel(&input.data_type.kind, &self.data_type.kind, *lenient).ok_or_else(unknown)?;
                let takes = std::slice::from_ref(&input.data_type);
                let site = Site { rows: batch.rows, takes, returns: &self.data_type, context };
                Ok(Datum::rows(kernel.run(&site, &[input.datum(batch, context)?])?))
            }
        }
    }

    /// Whether it is better computed for rows that do not need it too.
    fn cheap(&self) -> bool {
        self.parts(CHEAP_PARTS) <= CHEAP_PARTS && !self.fallible()
    }

    /// How many parts it has, counted to a little over `most`.
    fn parts(&self, most: usize) -> usize {
        let mut count = 1;
        for child in self.children() {
            if count > most {
                break;
            }
            count += child.parts(most);
        }
        count
    }

    /// Its value for some rows of the batch, in their order.
    fn eval_at(&self, batch: &Batch, rows: &UInt32Array, context: &EvalContext) -> Result<Datum, EvalError> {
        let mut columns = batch.columns.clone();
        for column in self.columns() {
            columns[column] = take(&batch.columns[column], rows, None)?;
        }
        // The columns that are not read keep their rows.
        self.datum(&Batch::inserts(columns, rows.len()), context)
    }
}
