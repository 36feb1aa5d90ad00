//! The columns of a batch under construction.

use arrow_schema::ArrowError;

use super::column::ColumnWriter;
use crate::types::{Batch, Field, RowKind};

/// The columns of a batch under construction.
#[derive(Debug)]
pub struct Columns {
    /// The columns; those that are shorter than the batch have NULL in its last rows.
    pub writers: Vec<ColumnWriter>,
    rows: usize,
    /// As many as there are rows, or fewer where the last are all inserts.
    kinds: Vec<RowKind>,
}

impl Columns {
    /// Columns of these types.
    pub fn new(fields: &[Field]) -> Self {
        let writers = fields.iter().map(|field| ColumnWriter::new(&field.data_type.kind)).collect();
        Self { writers, rows: 0, kinds: Vec::new() }
    }

    /// How many rows are complete.
    #[inline]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The row under way is complete: an insert.
    #[inline]
    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    /// The row under way is complete.
    pub fn end_row_of(&mut self, kind: RowKind) {
        if kind != RowKind::Insert {
            self.kinds.resize(self.rows, RowKind::Insert);
            self.kinds.push(kind);
        }
        self.rows += 1;
    }

    /// Forgets what was written of the row under way.
    #[cold]
    pub fn undo_row(&mut self) {
        self.writers.iter_mut().for_each(|writer| writer.undo(self.rows));
    }

    /// The batch; the columns are empty after.
    pub fn finish(&mut self) -> Result<Batch, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        let columns = self.writers.iter_mut().map(|writer| writer.finish(rows)).collect::<Result<_, _>>()?;
        let mut kinds = std::mem::take(&mut self.kinds);
        if kinds.is_empty() {
            return Ok(Batch::inserts(columns, rows));
        }
        kinds.resize(rows, RowKind::Insert);
        Ok(Batch::changes(columns, kinds))
    }
}
