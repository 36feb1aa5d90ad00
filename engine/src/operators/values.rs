//! `VALUES`: a source of constant rows.

use std::sync::Arc;

use super::eval::evaluate;
use crate::{
    expr::Expr,
    runtime::operator::{Chunk, Next, OperatorContext, Source, SourceFactory},
    runtime::{Stop, TaskContext},
    state::SnapshotWriter,
    types::{Batch, DataType, Field, TypeKind, Value},
};

/// Makes the source of the rows; the first subtask brings them all.
#[derive(Debug)]
pub struct Values {
    rows: Arc<[Vec<Expr>]>,
    types: Vec<DataType>,
}

impl Values {
    /// These rows, of columns of these types.
    pub fn new(rows: Vec<Vec<Expr>>, types: Vec<DataType>) -> Self {
        Self { rows: rows.into(), types }
    }
}

/// The state that says whether the rows were read.
const DONE: &str = "splits";

impl SourceFactory for Values {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let restored = context.restored.as_ref().and_then(|restored| restored.lists.get(DONE));
        let done = context.task.subtask > 0 || restored.is_some_and(|elements| !elements.is_empty());
        Ok(Box::new(Rows { rows: Arc::clone(&self.rows), types: self.types.clone(), done }))
    }
}

struct Rows {
    rows: Arc<[Vec<Expr>]>,
    types: Vec<DataType>,
    done: bool,
}

impl Source for Rows {
    fn next(&mut self, context: &TaskContext) -> Result<Next, Stop> {
        if self.done || self.rows.is_empty() {
            return Ok(Next::End);
        }
        self.done = true;
        // Of a row without columns the constants are computed.
        let nothing = Batch::inserts(Vec::new(), 1);
        let mut columns: Vec<_> =
            self.types.iter().map(|data_type| crate::types::ColumnBuilder::new(&data_type.kind)).collect();
        for row in self.rows.iter() {
            for ((expr, column), data_type) in row.iter().zip(&mut columns).zip(&self.types) {
                let value = evaluate(expr, &nothing, &context.eval)?;
                column.push(&Value::at(&value, 0, &data_type.kind));
            }
        }
        let columns = columns.iter_mut().map(crate::types::ColumnBuilder::finish).collect();
        Ok(Next::Chunk(Chunk::Batch(Batch::inserts(columns, self.rows.len()))))
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let elements = if self.done { vec![Box::from([1_u8])] } else { Vec::new() };
        writer.list(DONE, vec![Field::new("done", TypeKind::Boolean.not_null())], elements);
        Ok(())
    }
}
