//! Expressions over batches, with the failures of the runtime.

use arrow_array::{Array, ArrayRef, BooleanArray, cast::AsArray};

use crate::{
    clock,
    expr::{EvalContext, Expr},
    runtime::{Failure, Stop},
    types::Batch,
};

/// The values of an expression: one for each row.
pub fn evaluate(expr: &Expr, batch: &Batch, context: &EvalContext) -> Result<ArrayRef, Stop> {
    expr.eval(batch, context).map_err(|error| Failure::new(error.class, error.message).into())
}

/// The values of a condition.
pub fn condition(expr: &Expr, batch: &Batch, context: &EvalContext) -> Result<BooleanArray, Stop> {
    let values = evaluate(expr, batch, context)?;
    values.as_boolean_opt().cloned().ok_or_else(|| {
        let message = format!("A condition has values of type {}, not BOOLEAN.", expr.data_type);
        Failure::new("java.lang.ClassCastException", message).into()
    })
}

/// Where a condition is true: not where it is NULL.
pub fn is_true(condition: &BooleanArray, row: usize) -> bool {
    condition.is_valid(row) && condition.value(row)
}

/// The clock, milliseconds since 1970: that of the context where it is fixed.
pub fn now_ms(context: &EvalContext) -> i64 {
    context.now_us.map_or_else(clock::now_ms, |now| now.div_euclid(1000))
}

/// Arrow refused what it was given: an error in this engine.
pub fn arrow_failure(error: arrow_schema::ArrowError) -> Stop {
    Failure::new("java.lang.IllegalStateException", format!("columns do not fit together: {error}")).into()
}

/// State that cannot be read.
pub fn state_failure(what: &str, error: &crate::state::StateError) -> Stop {
    let message = format!("The state of {what} in the checkpoint cannot be read: {error}");
    Failure::new("org.apache.flink.util.StateMigrationException", message).into()
}
