//! The operators of one task after its input: rows pass through them one by one, in one call.

use std::time::{Duration, Instant};

use super::{
    Failure, Stop, TaskContext,
    exchange::{FLUSH_INTERVAL, Output},
};
use crate::{
    connectors::{Sink, open_sink},
    sql::{
        catalog::Table,
        config::NotNullEnforcer,
        expr::Expr,
        plan::{Operator, OperatorKind},
        value::{Row, row_bytes},
    },
};

/// Where rows leave the task.
enum End {
    /// To another vertex.
    Exchange(Output),
    /// To the outside.
    Sink(SinkEnd),
    /// Nowhere: not met in a plan, which ends in a sink.
    Nothing,
}

struct SinkEnd {
    sink: Box<dyn Sink>,
    table: Table,
    name: String,
    operator: usize,
    not_null: NotNullEnforcer,
    /// When the oldest row that was written but not flushed came.
    oldest: Option<Instant>,
}

struct Calc {
    name: String,
    operator: usize,
    filter: Option<Expr>,
    projection: Vec<Expr>,
}

/// The chain.
pub struct Chain {
    calcs: Vec<Calc>,
    end: End,
}

impl Chain {
    /// Opens the operators after a source, or all of them where there is none.
    pub fn open(
        operators: &[Operator],
        output: Option<Output>,
        not_null: NotNullEnforcer,
        context: &TaskContext,
    ) -> Result<Self, Stop> {
        let mut chain = Self { calcs: Vec::new(), end: output.map_or(End::Nothing, End::Exchange) };
        for (index, operator) in operators.iter().enumerate() {
            match &operator.kind {
                OperatorKind::Source(_) => {}
                OperatorKind::Calc { filter, projection } => chain.calcs.push(Calc {
                    name: operator.name.clone(),
                    operator: index,
                    filter: filter.clone(),
                    projection: projection.clone(),
                }),
                OperatorKind::Sink(table) => {
                    let sink = open_sink(table, context).map_err(|stop| stop.at(format!("{}.open", operator.name)))?;
                    let (table, name) = (table.clone(), operator.name.clone());
                    chain.end = End::Sink(SinkEnd { sink, table, name, operator: index, not_null, oldest: None });
                }
            }
        }
        Ok(chain)
    }

    /// Passes a row through.
    pub fn push(&mut self, row: Row, context: &TaskContext) -> Result<(), Stop> {
        let mut row = row;
        for calc in &self.calcs {
            match calc.process(&row, context)? {
                Some(computed) => row = computed,
                None => return Ok(()),
            }
        }
        match &mut self.end {
            End::Exchange(output) => output.push(row, context),
            End::Sink(sink) => sink.write(&row, context),
            End::Nothing => Ok(()),
        }
    }

    /// How long until [`Chain::flush`] is due because rows are held back; `None` where none are.
    pub fn due_in(&self) -> Option<Duration> {
        match &self.end {
            End::Exchange(output) => output.due_in(),
            End::Sink(sink) => sink.oldest.map(|oldest| FLUSH_INTERVAL.saturating_sub(oldest.elapsed())),
            End::Nothing => None,
        }
    }

    /// Hands on what is held back.
    pub fn flush(&mut self, context: &TaskContext) -> Result<(), Stop> {
        match &mut self.end {
            End::Exchange(output) => output.flush(context),
            End::Sink(sink) => {
                sink.oldest = None;
                sink.sink.flush(context).map_err(|stop| stop.at(format!("{}.flush", sink.name)))
            }
            End::Nothing => Ok(()),
        }
    }

    /// There are no more rows.
    pub fn finish(&mut self, context: &TaskContext) -> Result<(), Stop> {
        match &mut self.end {
            End::Exchange(output) => output.end(context),
            End::Sink(sink) => sink.sink.finish(context).map_err(|stop| stop.at(format!("{}.finish", sink.name))),
            End::Nothing => Ok(()),
        }
    }
}

impl Calc {
    /// The new row; `None` where the filter left it out.
    fn process(&self, row: &Row, context: &TaskContext) -> Result<Option<Row>, Stop> {
        let flow = &context.metrics.operators[self.operator].1;
        flow.records_in.add(1);
        let failed = |error| Stop::from(Failure::from(error).at(format!("{}.processElement", self.name)));
        if let Some(filter) = &self.filter
            && filter.truth(row).map_err(failed)? != Some(true)
        {
            return Ok(None);
        }
        let computed = self.projection.iter().map(|expr| expr.eval(row)).collect::<Result<Row, _>>().map_err(failed)?;
        flow.records_out.add(1);
        Ok(Some(computed))
    }
}

impl SinkEnd {
    fn write(&mut self, row: &Row, context: &TaskContext) -> Result<(), Stop> {
        let flow = &context.metrics.operators[self.operator].1;
        flow.records_in.add(1);
        flow.bytes_in.add(row_bytes(row));
        if !self.admits(row)? {
            return Ok(());
        }
        let bytes = self.sink.write(row, context).map_err(|stop| stop.at(format!("{}.write", self.name)))?;
        self.oldest.get_or_insert_with(Instant::now);
        flow.records_out.add(1);
        flow.bytes_out.add(bytes);
        context.metrics.task.records_out.add(1);
        context.metrics.task.bytes_out.add(bytes);
        Ok(())
    }

    /// Whether every NOT NULL column has a value.
    fn admits(&self, row: &Row) -> Result<bool, Stop> {
        let missing = self.table.columns.iter().zip(row).find(|(column, value)| !column.nullable && value.is_null());
        match (missing, self.not_null) {
            (None, _) => Ok(true),
            (Some(_), NotNullEnforcer::Drop) => Ok(false),
            (Some((column, _)), NotNullEnforcer::Error) => {
                let message = format!(
                    "Column '{}' is NOT NULL, however, a null value is being written into it. You can set job \
                     configuration 'table.exec.sink.not-null-enforcer'='DROP' to suppress this exception and drop such \
                     records silently.",
                    column.name
                );
                let failure = Failure::new("org.apache.flink.table.api.TableRuntimeException", message);
                Err(failure.at(format!("{}.processElement", self.name)).into())
            }
        }
    }
}
