//! Counts rows that came too late.

use std::sync::Arc;

use crate::runtime::{metrics::TaskMetrics, operator::OperatorContext};

/// The metric `numLateRecordsDropped` of an operator.
pub struct LateRecords {
    metrics: Arc<TaskMetrics>,
    operator: usize,
}

impl LateRecords {
    /// That of the operator of this context.
    pub fn new(context: &OperatorContext<'_>) -> Self {
        Self { metrics: Arc::clone(&context.task.metrics), operator: context.index }
    }

    /// So many more were dropped.
    pub fn add(&self, rows: u64) {
        if let Some((_, flow)) = self.metrics.operators.get(self.operator) {
            flow.late_dropped.add(rows);
        }
    }
}
