//! `CASE` and `COALESCE`: each row takes one of several expressions.

use arrow_array::{Array, BooleanArray, UInt32Array, new_null_array};
use arrow_select::interleave::interleave;

use crate::{
    expr::{Datum, EvalContext, EvalError, Expr, function::native::downcast},
    types::{Batch, Value},
};

/// Which expression each row takes.
struct Choice<'a> {
    batch: &'a Batch,
    context: &'a EvalContext,
    /// For each row the source and the place in it.
    places: Vec<(usize, usize)>,
    sources: Vec<Datum>,
}

impl<'a> Choice<'a> {
    fn new(batch: &'a Batch, context: &'a EvalContext) -> Self {
        Self { batch, context, places: vec![(0, 0); batch.rows], sources: Vec::new() }
    }

    /// Adds a source of which row `n` is that of the batch's row `n`, or its only one, and gives it to some rows.
    fn whole(&mut self, source: Datum, rows: &[u32]) {
        for row in rows {
            self.places[*row as usize] = (self.sources.len(), source.place(*row as usize));
        }
        self.sources.push(source);
    }

    /// Gives an expression to some rows; computes it for them only, where that matters.
    fn give(&mut self, expr: &Expr, rows: &[u32]) -> Result<(), EvalError> {
        if rows.is_empty() {
            return Ok(());
        }
        if rows.len() == self.batch.rows || expr.cheap() {
            self.whole(expr.datum(self.batch, self.context)?, rows);
            return Ok(());
        }
        let source = expr.eval_at(self.batch, &UInt32Array::from(rows.to_vec()), self.context)?;
        for (place, row) in rows.iter().enumerate() {
            self.places[*row as usize] = (self.sources.len(), source.place(place));
        }
        self.sources.push(source);
        Ok(())
    }

    fn finish(mut self, expr: &Expr) -> Result<Datum, EvalError> {
        if self.sources.len() == 1
            && let Some(only) = self.sources.pop_if(|only| only.is_constant() || only.array().len() == self.batch.rows)
        {
            return Ok(only);
        }
        if self.places.is_empty() {
            return Ok(Datum::rows(new_null_array(&expr.data_type.kind.arrow(), 0)));
        }
        let arrays: Vec<&dyn Array> = self.sources.iter().map(|source| source.array().as_ref()).collect();
        Ok(Datum::rows(interleave(&arrays, &self.places)?))
    }
}

/// `CASE`
pub fn case(
    expr: &Expr,
    branches: &[(Expr, Expr)],
    otherwise: Option<&Expr>,
    batch: &Batch,
    context: &EvalContext,
) -> Result<Datum, EvalError> {
    let mut choice = Choice::new(batch, context);
    let mut open: Vec<u32> = (0..batch.rows as u32).collect();
    for (condition, result) in branches {
        if open.is_empty() {
            break;
        }
        let (taken, left) = split(condition, &open, batch, context)?;
        choice.give(result, &taken)?;
        open = left;
    }
    match otherwise {
        Some(otherwise) => choice.give(otherwise, &open)?,
        None if !open.is_empty() => choice.whole(Datum::constant(&Value::Null, &expr.data_type.kind), &open),
        None => {}
    }
    choice.finish(expr)
}

/// Of the open rows those for which a condition is true, and the others.
fn split(
    condition: &Expr,
    open: &[u32],
    batch: &Batch,
    context: &EvalContext,
) -> Result<(Vec<u32>, Vec<u32>), EvalError> {
    let whole = open.len() == batch.rows || condition.cheap();
    let datum = if whole {
        condition.datum(batch, context)?
    } else {
        condition.eval_at(batch, &UInt32Array::from(open.to_vec()), context)?
    };
    let truth = downcast::<BooleanArray>(datum.array())?;
    let mut taken = Vec::new();
    let mut left = Vec::new();
    for (place, row) in open.iter().enumerate() {
        let place = datum.place(if whole { *row as usize } else { place });
        let yes = truth.is_valid(place) && truth.value(place);
        (if yes { &mut taken } else { &mut left }).push(*row);
    }
    Ok((taken, left))
}

/// `COALESCE`
pub fn coalesce(expr: &Expr, parts: &[Expr], batch: &Batch, context: &EvalContext) -> Result<Datum, EvalError> {
    let mut choice = Choice::new(batch, context);
    let mut open: Vec<u32> = (0..batch.rows as u32).collect();
    for part in parts {
        if open.is_empty() {
            break;
        }
        choice.give(part, &open)?;
        let Some(source) = choice.sources.last() else { break };
        if source.array().logical_null_count() == 0 {
            break;
        }
        let nulls = source.array().logical_nulls();
        open.retain(|row| nulls.as_ref().is_some_and(|nulls| nulls.is_null(choice.places[*row as usize].1)));
    }
    choice.finish(expr)
}
