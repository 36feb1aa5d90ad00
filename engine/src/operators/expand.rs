//! Grouping sets: each row becomes one per set.

use std::sync::Arc;

use super::{
    eval::{arrow_failure, evaluate},
    spec::ExpandSpec,
    step::{Step, emit},
};
use crate::{
    expr::EvalContext,
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    types::Batch,
};

/// The operator of an [`ExpandSpec`].
pub struct Expand {
    spec: ExpandSpec,
    context: Arc<EvalContext>,
}

impl Step for Expand {
    type Spec = ExpandSpec;

    fn open(spec: &ExpandSpec, context: OperatorContext<'_>) -> Result<Self, Stop> {
        Ok(Self { spec: spec.clone(), context: Arc::clone(&context.task.eval) })
    }

    /// The rows of one row stand together, as in Flink: a change is seen by all sets before the next.
    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let set = |projection: &Vec<_>| {
            let columns = projection.iter().map(|expr| evaluate(expr, batch, &self.context));
            Ok(batch.with_columns(columns.collect::<Result<_, Stop>>()?))
        };
        let sets: Vec<Batch> = self.spec.projections.iter().map(set).collect::<Result<_, Stop>>()?;
        let Some(all) = Batch::concat(&sets).map_err(arrow_failure)? else { return Ok(()) };
        let rows = batch.rows as u32;
        let order: Vec<u32> =
            (0..rows).flat_map(|row| (0..sets.len() as u32).map(move |set| set * rows + row)).collect();
        emit(all.take(&order).map_err(arrow_failure)?, out)
    }
}
