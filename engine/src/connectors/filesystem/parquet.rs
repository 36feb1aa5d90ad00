//! Parquet files: read by row group with only the columns that are used, and written.

use std::{fs::File, path::Path, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{Field as ArrowField, Schema as ArrowSchema, SchemaRef};
use parquet::{
    arrow::{
        ArrowWriter, ProjectionMask,
        arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    },
    basic::Compression,
    errors::ParquetError,
    file::properties::WriterProperties,
};

use super::conform::conform;
use crate::{
    connectors::BATCH_ROWS,
    runtime::{Failure, failure::io_failure},
    types::{Batch, Field},
};

/// How many row groups a file has: its chunks.
pub fn row_groups(path: &Path) -> Result<u64, Failure> {
    Ok(builder(path)?.metadata().num_row_groups() as u64)
}

fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, Failure> {
    let file = File::open(path).map_err(|error| io_failure("read", path, &error))?;
    // The types are those of the parquet file, not those of whatever wrote it.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(|error| failure("read", path, &error))
}

fn failure(doing: &str, path: &Path, error: &ParquetError) -> Failure {
    Failure::new("java.io.IOException", format!("Could not {doing} {}: {error}", path.display()))
}

/// The rows of one row group.
pub struct RowGroup {
    reader: ParquetRecordBatchReader,
    /// For each field, where it is in the reader's batches; `None` where the file has no such column.
    places: Vec<Option<usize>>,
    fields: Vec<Field>,
    name: String,
    /// How many rows were read.
    pub rows: u64,
}

impl RowGroup {
    /// Opens the row group `group` of a file behind its first `skipped` rows.
    pub fn open(path: &Path, group: u64, skipped: u64, fields: &[Field]) -> Result<Self, Failure> {
        let builder = builder(path)?;
        let schema = Arc::clone(builder.schema());
        let roots: Vec<usize> = fields
            .iter()
            .filter_map(|field| schema.fields().iter().position(|found| *found.name() == field.name))
            .collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        let reader = builder
            .with_projection(mask)
            .with_row_groups(vec![group as usize])
            .with_offset(skipped as usize)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|error| failure("read", path, &error))?;
        let read = arrow_array::RecordBatchReader::schema(&reader);
        let place = |field: &Field| read.fields().iter().position(|found| *found.name() == field.name);
        Ok(Self {
            places: fields.iter().map(place).collect(),
            reader,
            fields: fields.to_vec(),
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            rows: skipped,
        })
    }

    /// The next rows; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Batch>, Failure> {
        let Some(batch) = self.reader.next() else { return Ok(None) };
        let batch = batch
            .map_err(|error| Failure::new("java.io.IOException", format!("Could not read {}: {error}", self.name)))?;
        let rows = batch.num_rows();
        let column = |(field, place): (&Field, &Option<usize>)| match place {
            None => Ok(new_null_array(&field.data_type.kind.arrow(), rows)),
            Some(place) => conform(batch.column(*place), &field.data_type.kind).map_err(|wrong| {
                let message = format!("{}, column {}: {wrong}", self.name, field.name);
                Failure::new(crate::connectors::PARSE_EXCEPTION, message)
            }),
        };
        let columns: Vec<ArrayRef> = self.fields.iter().zip(&self.places).map(column).collect::<Result<_, _>>()?;
        self.rows += rows as u64;
        Ok(Some(Batch::inserts(columns, rows)))
    }
}

/// Writes a parquet file.
pub struct ParquetFile {
    writer: ArrowWriter<File>,
    schema: SchemaRef,
}

impl ParquetFile {
    /// Begins a file of these columns.
    pub fn begin(path: &Path, fields: &[Field]) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| io_failure("write", path, &error))?;
        let column =
            |field: &Field| ArrowField::new(&field.name, field.data_type.kind.arrow(), field.data_type.nullable);
        let schema = Arc::new(ArrowSchema::new(fields.iter().map(column).collect::<Vec<_>>()));
        // Flink's default.
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))
            .map_err(|error| failure("write", path, &error))?;
        Ok(Self { writer, schema })
    }

    /// Writes rows; answers how many bytes the file has now, about.
    pub fn write(&mut self, path: &Path, batch: &Batch) -> Result<u64, Failure> {
        let columns: Vec<ArrayRef> = batch.columns.iter().map(Arc::clone).collect();
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.rows));
        let rows = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options);
        rows.map_err(ParquetError::from)
            .and_then(|rows| self.writer.write(&rows))
            .map_err(|error| failure("write", path, &error))?;
        Ok((self.writer.bytes_written() + self.writer.in_progress_size()) as u64)
    }

    /// Ends the file, and makes it durable.
    pub fn close(self, path: &Path) -> Result<(), Failure> {
        let file = self.writer.into_inner().map_err(|error| failure("write", path, &error))?;
        file.sync_all().map_err(|error| io_failure("write", path, &error))
    }
}
