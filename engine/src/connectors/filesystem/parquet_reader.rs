//! Reads Parquet files; a chunk is a row group.

use super::{
    list::FileInfo,
    parquet::{RowGroup, row_groups},
    source::{FileRead, FileReader, FilesystemSourceConfig, metadata},
    splits::Splits,
};
use crate::{
    connectors::{
        format::Columns,
        layout::{Layout, arrow_failure},
    },
    runtime::{Failure, TaskContext},
    types::{Field, Value},
};

/// Reads Parquet files.
pub struct ParquetReader {
    index: usize,
    layout: Layout,
    remember: bool,
    current: Option<RowGroup>,
}

impl ParquetReader {
    /// A reader for the operator at `index`.
    pub fn new(config: &FilesystemSourceConfig, index: usize) -> Self {
        let remember = config.monitor_interval.is_some();
        Self { index, layout: config.layout.clone(), remember, current: None }
    }
}

impl FileReader for ParquetReader {
    fn chunks(&self, file: &FileInfo) -> Result<u64, Failure> {
        if file.size == 0 { Ok(0) } else { row_groups(&file.path) }
    }

    fn read(&mut self, splits: &mut Splits, _: usize, context: &TaskContext) -> Result<FileRead, Failure> {
        let Some(piece) = splits.first() else { return Ok(FileRead::End) };
        let group = match &mut self.current {
            Some(group) => group,
            None => {
                let group = RowGroup::open(&piece.file.path, piece.next, piece.offset, &self.layout.physical)?;
                self.current.insert(group)
            }
        };
        let Some(mut batch) = group.next()? else {
            self.current = None;
            splits.advance(self.remember);
            return Ok(FileRead::Skipped);
        };
        if !self.layout.metadata.is_empty() {
            let fields: Vec<Field> = self.layout.metadata.iter().map(|(_, field)| field.clone()).collect();
            let mut columns = Columns::new(&fields);
            let values: Vec<Value> =
                self.layout.metadata.iter().map(|(key, field)| metadata(key, field, &piece.file)).collect();
            for _ in 0..batch.rows {
                values.iter().zip(&mut columns.writers).for_each(|(value, writer)| writer.push(value));
                columns.end_row();
            }
            batch.columns.extend(columns.finish().map_err(|error| arrow_failure(&error))?.columns);
        }
        splits.reached(group.rows);
        // What is read of a compressed file is not known by row: its columns in memory stand for it.
        let bytes = batch.bytes() as u64;
        context.metrics.operators[self.index].1.bytes_in.add(bytes);
        context.metrics.task.bytes_in.add(bytes);
        Ok(FileRead::Rows(batch))
    }
}
