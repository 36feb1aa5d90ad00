//! `WHERE` and `SELECT`: rows of which the filter is true, projected.

use std::sync::Arc;

use arrow_array::Array;

use super::{
    eval::{arrow_failure, condition, evaluate},
    spec::CalcSpec,
    step::{Step, emit},
};
use crate::{
    expr::{EvalContext, Expr},
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    types::Batch,
};

/// The operator of a [`CalcSpec`].
pub struct Calc {
    spec: CalcSpec,
    context: Arc<EvalContext>,
    /// Whether an expression asks for the watermark.
    reads_watermark: bool,
}

impl Step for Calc {
    type Spec = CalcSpec;

    fn open(spec: &CalcSpec, context: OperatorContext<'_>) -> Result<Self, Stop> {
        Ok(Self {
            spec: spec.clone(),
            context: Arc::clone(&context.task.eval),
            reads_watermark: spec.expressions().any(Expr::reads_watermark),
        })
    }

    fn watermark(&mut self, watermark: i64, _: &mut dyn Output) -> Result<bool, Stop> {
        if self.reads_watermark {
            Arc::make_mut(&mut self.context).watermark = Some(watermark);
        }
        Ok(true)
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let kept = match &self.spec.filter {
            None => batch.clone(),
            Some(filter) => {
                let keep = condition(filter, batch, &self.context)?;
                if keep.null_count() == 0 && keep.true_count() == batch.rows {
                    batch.clone()
                } else {
                    batch.filter(&keep).map_err(arrow_failure)?
                }
            }
        };
        let Some(projection) = self.spec.projection.as_ref().filter(|_| kept.rows > 0) else { return emit(kept, out) };
        let columns = projection.iter().map(|expr| evaluate(expr, &kept, &self.context));
        emit(kept.with_columns(columns.collect::<Result<_, _>>()?), out)
    }
}
