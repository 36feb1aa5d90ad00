//! A source of rows that are made up: numbered, at a pace, each subtask every n-th.

use super::{BATCH_ROWS, format::Columns, layout::Layout, pace::Pace, progress::Progress};
use crate::{
    connectors::format::column::ColumnWriter,
    runtime::operator::{Chunk, Next, OperatorContext, Source},
    runtime::{Stop, TaskContext},
    state::SnapshotWriter,
};

/// What is made of rows by their number.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The columns that are read.
    pub layout: Layout,
    /// How many rows there are, over all subtasks; `None` without end.
    pub rows: Option<u64>,
    /// The pace, over all subtasks; 0 as fast as it goes.
    pub rows_per_second: u64,
}

impl Generated {
    /// The source of a subtask; `make` pushes a value into the writer of each physical column.
    pub fn open(
        &self,
        context: OperatorContext<'_>,
        make: impl FnMut(u64, &mut [ColumnWriter]) + Send + 'static,
    ) -> Result<Box<dyn Source>, Stop> {
        let (subtask, parallelism) = (context.task.subtask, context.task.parallelism);
        let elements = context.restored.and_then(|mut restored| restored.lists.remove("splits"));
        let progress = match elements {
            Some(elements) => Progress::restore(&elements, subtask, parallelism)?,
            None => Progress::begin(subtask, parallelism),
        };
        let pace = Pace::share(Some(self.rows_per_second), parallelism);
        Ok(Box::new(Generator { what: self.clone(), columns: self.layout.columns(), pace, progress, make }))
    }
}

struct Generator<M> {
    what: Generated,
    columns: Columns,
    pace: Option<Pace>,
    progress: Progress,
    make: M,
}

impl<M: FnMut(u64, &mut [ColumnWriter]) + Send> Source for Generator<M> {
    fn next(&mut self, _: &TaskContext) -> Result<Next, Stop> {
        let most = match self.pace.as_mut().map(Pace::permits) {
            None => BATCH_ROWS,
            Some(Ok(allowed)) => (allowed as usize).min(BATCH_ROWS),
            Some(Err(wait)) => return Ok(Next::Wait(wait)),
        };
        for _ in 0..most {
            let is_there = |number: &u64| self.what.rows.is_none_or(|rows| *number < rows);
            let Some(number) = self.progress.peek().filter(is_there) else { break };
            self.progress.next();
            (self.make)(number, &mut self.columns.writers);
            self.columns.end_row();
        }
        let rows = self.columns.rows();
        if rows == 0 {
            return Ok(Next::End);
        }
        if let Some(pace) = &mut self.pace {
            pace.emitted(rows as u64);
        }
        Ok(Next::Chunk(Chunk::Batch(self.what.layout.finish(&mut self.columns)?)))
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        writer.list("splits", Progress::schema(), self.progress.elements());
        Ok(())
    }
}
