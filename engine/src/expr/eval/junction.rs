//! `AND` and `OR` in three-valued logic.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, UInt32Array};
use arrow_buffer::{BooleanBuffer, NullBuffer};

use crate::{
    expr::{Datum, EvalContext, EvalError, Expr, function::native::downcast},
    types::Batch,
};

/// Which rows are true and which are false; the others are NULL.
struct Truth {
    yes: BooleanBuffer,
    no: BooleanBuffer,
}

impl Truth {
    fn of(array: &ArrayRef) -> Result<Self, EvalError> {
        let array = downcast::<BooleanArray>(array)?;
        let values = array.values();
        Ok(match array.nulls() {
            None => Self { yes: values.clone(), no: !values },
            Some(nulls) => Self { yes: values & nulls.inner(), no: &!values & nulls.inner() },
        })
    }

    fn combine(&mut self, other: &Self, all: bool) {
        if all {
            self.yes = &self.yes & &other.yes;
            self.no = &self.no | &other.no;
        } else {
            self.yes = &self.yes | &other.yes;
            self.no = &self.no & &other.no;
        }
    }

    fn array(self) -> ArrayRef {
        let valid = &self.yes | &self.no;
        let nulls = NullBuffer::new(valid);
        let nulls = (nulls.null_count() > 0).then_some(nulls);
        Arc::new(BooleanArray::new(self.yes, nulls))
    }
}

/// Where all (or one) of the parts are true. A row for which an earlier part has decided does not come to a later one that
/// may fail or is dear.
pub fn eval(parts: &[Expr], all: bool, batch: &Batch, context: &EvalContext) -> Result<Datum, EvalError> {
    let Some((first, rest)) = parts.split_first() else {
        return Err(EvalError::internal("a condition without parts"));
    };
    let mut truth = Truth::of(&first.eval(batch, context)?)?;
    for part in rest {
        let decided = if all { &truth.no } else { &truth.yes };
        let open = batch.rows - decided.count_set_bits();
        if open == 0 {
            break;
        }
        if open == batch.rows || part.cheap() {
            truth.combine(&Truth::of(&part.eval(batch, context)?)?, all);
            continue;
        }
        let rows: Vec<u32> = (0..batch.rows as u32).filter(|row| !decided.value(*row as usize)).collect();
        let some = Truth::of(&part.eval_at(batch, &UInt32Array::from(rows.clone()), context)?.into_array(rows.len())?)?;
        truth.combine(&scatter(&some, &rows, batch.rows, all), all);
    }
    Ok(Datum::rows(truth.array()))
}

/// The truth of some rows among all; the others are decided already, so that what they get does not matter as long as it
/// does not change them: it is what the operation has no effect of.
fn scatter(some: &Truth, rows: &[u32], all_rows: usize, all: bool) -> Truth {
    let mut yes = vec![all; all_rows];
    let mut no = vec![!all; all_rows];
    for (place, row) in rows.iter().enumerate() {
        yes[*row as usize] = some.yes.value(place);
        no[*row as usize] = some.no.value(place);
    }
    Truth { yes: BooleanBuffer::from(yes), no: BooleanBuffer::from(no) }
}
