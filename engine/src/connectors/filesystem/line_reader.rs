//! Reads files of one record a line.

use std::fs::File;

use super::{
    lines::{CHUNK_BYTES, ChunkLines, MAX_LINE_BYTES, line_number},
    list::FileInfo,
    source::{FileRead, FileReader, FilesystemSourceConfig, metadata},
    splits::Splits,
};
use crate::{
    connectors::{
        PARSE_EXCEPTION,
        format::{Columns, DecodeError, Decoder, Format},
        layout::{Layout, arrow_failure},
    },
    runtime::{Failure, TaskContext, failure::io_failure},
};

/// At most so many bytes of lines become one batch, so that long lines do not make a batch last.
const BATCH_BYTES: usize = 1024 * 1024;

/// Reads files of one record a line.
pub struct LineReader {
    table: String,
    index: usize,
    ignores_errors: bool,
    layout: Layout,
    /// Whether files that were read are remembered.
    remember: bool,
    decoder: Decoder,
    columns: Columns,
    current: Option<Current>,
    /// A record that could not be read, after those before it were handed on.
    failed: Option<Failure>,
    errors: u64,
}

/// The file that is read.
struct Current {
    info: FileInfo,
    file: File,
    lines: ChunkLines,
    /// Whether the lines are those of a chunk that is not done.
    open: bool,
}

impl LineReader {
    /// A reader for the operator at `index`.
    pub fn new(config: &FilesystemSourceConfig, format: &Format, index: usize) -> Self {
        Self {
            table: config.table.clone(),
            index,
            ignores_errors: format.ignores_errors(),
            remember: config.monitor_interval.is_some(),
            decoder: format.decoder(&config.record, &config.layout.physical),
            columns: config.layout.columns(),
            layout: config.layout.clone(),
            current: None,
            failed: None,
            errors: 0,
        }
    }

    /// Opens the next chunk; `false` where there is none.
    fn open_chunk(&mut self, splits: &Splits) -> Result<bool, Failure> {
        let Some(piece) = splits.first() else { return Ok(false) };
        let same = self.current.as_ref().is_some_and(|current| current.info.path == piece.file.path);
        if !same {
            let file = File::open(&piece.file.path).map_err(|error| io_failure("read", &piece.file.path, &error))?;
            let lines = self.current.take().map_or_else(ChunkLines::default, |current| current.lines);
            self.current = Some(Current { info: piece.file.clone(), file, lines, open: false });
        }
        if let Some(current) = &mut self.current {
            current.lines.read(&current.file, &current.info.path, piece.next, piece.offset)?;
            current.open = true;
        }
        Ok(true)
    }

    /// Counts a record that is to be skipped; keeps the failure where it is not to be.
    fn reject(&mut self, error: &DecodeError, context: &TaskContext) {
        self.columns.undo_row();
        self.errors += 1;
        context.metrics.gauge(self.index, "numRecordsInErrors", self.errors as f64);
        if self.ignores_errors {
            return;
        }
        let Some(current) = &self.current else { return };
        let file = current.info.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let line = line_number(&current.info.path, current.lines.position());
        let failure = Failure::new(PARSE_EXCEPTION, error.at(&format!("{file} line {line}")));
        self.failed = Some(failure.at(format!("Source: {}.deserialize({file}:{line})", self.table)));
    }

    /// Writes the metadata of the rows that have none yet.
    fn metadata(&mut self) {
        let Some(current) = self.current.as_ref().filter(|_| !self.layout.metadata.is_empty()) else { return };
        let rows = self.columns.rows();
        let first = self.layout.physical.len();
        for ((key, field), writer) in self.layout.metadata.iter().zip(&mut self.columns.writers[first..]) {
            let value = metadata(key, field, &current.info);
            for _ in writer.len()..rows {
                writer.push(&value);
            }
        }
    }
}

impl FileReader for LineReader {
    fn chunks(&self, file: &FileInfo) -> Result<u64, Failure> {
        Ok(file.size.div_ceil(CHUNK_BYTES))
    }

    fn read(&mut self, splits: &mut Splits, most: usize, context: &TaskContext) -> Result<FileRead, Failure> {
        if let Some(failure) = self.failed.take() {
            return Err(failure);
        }
        let mut bytes = 0;
        let mut ended = false;
        // A bound on bytes too: a file of blank lines must not keep the task from hearing that it is to stop.
        while self.columns.rows() < most && bytes < BATCH_BYTES {
            let open = self.current.as_ref().is_some_and(|current| current.open);
            if !open && !self.open_chunk(splits)? {
                ended = true;
                break;
            }
            let Some(current) = &mut self.current else { break };
            match read_lines(&mut self.decoder, &mut self.columns, current, most, &mut bytes) {
                Ok(()) if current.open => splits.reached(current.lines.position()),
                Ok(()) => splits.advance(self.remember),
                Err(error) => {
                    splits.reached(current.lines.position());
                    self.reject(&error, context);
                    if self.failed.is_some() {
                        break;
                    }
                }
            }
            self.metadata();
        }
        context.metrics.operators[self.index].1.bytes_in.add(bytes as u64);
        context.metrics.task.bytes_in.add(bytes as u64);
        if self.columns.rows() > 0 {
            return Ok(FileRead::Rows(self.columns.finish().map_err(|error| arrow_failure(&error))?));
        }
        Ok(if ended { FileRead::End } else { FileRead::Skipped })
    }
}

/// Reads lines up to `most` rows, up to a bound of bytes, or to the end of the chunk, which then is no longer open.
fn read_lines(
    decoder: &mut Decoder,
    columns: &mut Columns,
    current: &mut Current,
    most: usize,
    bytes: &mut usize,
) -> Result<(), Box<DecodeError>> {
    while columns.rows() < most && *bytes < BATCH_BYTES {
        let Some((line, taken)) = current.lines.next() else {
            current.open = false;
            return Ok(());
        };
        *bytes += taken;
        if line.len() > MAX_LINE_BYTES {
            let message = format!("the line is longer than {MAX_LINE_BYTES} bytes, which is the most");
            return Err(DecodeError::record(message));
        }
        if !line.is_empty() && decoder.decode(line, columns, 0)? {
            columns.end_row();
        }
    }
    Ok(())
}
