//! `'connector' = 'filesystem'` as a source: bounded, or replayed at a pace, once or for ever.

use std::path::PathBuf;

use super::{
    BATCH_ROWS, Next, Source,
    files::{CHUNK_BYTES, ChunkLines, list, local_path},
    pace::Pace,
};
use crate::{
    formats::{DecodeError, Format},
    options::Options,
    runtime::{Failure, Stop, TaskContext},
    sql::{catalog::Table, value::Row},
};

/// The class of the exception for a record that is not a row of its table.
pub const PARSE_EXCEPTION: &str = "drsquirrel.connector.RecordParseException";

/// Reads the chunks of the files that fall to one subtask.
pub struct FilesystemSource {
    operator: String,
    format: Format,
    pace: Option<Pace>,
    looped: bool,
    /// The chunks of this subtask: a file and where the chunk begins.
    chunks: Vec<(PathBuf, u64)>,
    next_chunk: usize,
    current: Option<ChunkLines>,
    line: Vec<u8>,
    errors: u64,
}

impl FilesystemSource {
    /// Lists the files and takes every n-th chunk.
    pub fn open(table: &Table, context: &TaskContext) -> Result<Self, Failure> {
        let options = Options(&table.options);
        let files = list(&local_path(options.get("path").unwrap_or_default()))?;
        let chunks = files
            .into_iter()
            .flat_map(|(path, size)| (0..size).step_by(CHUNK_BYTES as usize).map(move |start| (path.clone(), start)))
            .skip(context.subtask as usize)
            .step_by(context.parallelism as usize)
            .collect();
        Ok(Self {
            operator: format!("Source: {}", table.name),
            format: Format::of(table),
            pace: Pace::share(options.number("source.replay.rows-per-second"), context.parallelism),
            looped: options.flag("source.replay.loop"),
            chunks,
            next_chunk: 0,
            current: None,
            line: Vec::new(),
            errors: 0,
        })
    }

    /// Goes to the next chunk; `false` where there is none.
    fn advance(&mut self) -> Result<bool, Failure> {
        if self.next_chunk == self.chunks.len() && self.looped {
            self.next_chunk = 0;
        }
        let Some((path, start)) = self.chunks.get(self.next_chunk) else { return Ok(false) };
        self.current = Some(ChunkLines::open(path, *start)?);
        self.next_chunk += 1;
        Ok(true)
    }

    /// Reads up to `most` rows into `rows`; `true` where there are no more at all.
    fn read(&mut self, rows: &mut Vec<Row>, most: usize, context: &TaskContext) -> Result<bool, Failure> {
        let first = rows.len();
        // A bound on lines too: a file of blank lines must not keep the task from hearing that it is to stop.
        for _ in 0..BATCH_ROWS.max(most) {
            if rows.len() - first >= most {
                break;
            }
            let Some(chunk) = &mut self.current else {
                if self.advance()? {
                    continue;
                }
                return Ok(true);
            };
            match chunk.next(&mut self.line)? {
                None => self.current = None,
                Some(bytes) => {
                    context.metrics.task.bytes_in.add(bytes);
                    context.metrics.operators[0].1.bytes_in.add(bytes);
                    match self.format.decode(&self.line) {
                        Ok(row) => rows.extend(row),
                        Err(error) => self.reject(&error, context)?,
                    }
                }
            }
        }
        Ok(false)
    }

    /// Counts a record that is to be skipped; fails where it is not to be.
    fn reject(&mut self, error: &DecodeError, context: &TaskContext) -> Result<(), Failure> {
        self.errors += 1;
        context.metrics.gauge(0, "numRecordsInErrors", self.errors as f64);
        if self.format.ignores_errors() {
            return Ok(());
        }
        let Some(chunk) = &self.current else { return Ok(()) };
        let (file, line) = (chunk.file_name(), chunk.line_number());
        let column = error.column.as_ref().map_or_else(String::new, |column| format!(", column {column}"));
        let failure = Failure::new(PARSE_EXCEPTION, format!("{file} line {line}{column}: {}", error.message));
        Err(failure.at(format!("{}.deserialize({file}:{line})", self.operator)))
    }
}

impl Source for FilesystemSource {
    fn next(&mut self, rows: &mut Vec<Row>, context: &TaskContext) -> Result<Next, Stop> {
        if self.chunks.is_empty() {
            return Ok(Next::End);
        }
        let most = match &mut self.pace {
            None => BATCH_ROWS,
            Some(pace) => match pace.permits() {
                Ok(allowed) => (allowed as usize).min(BATCH_ROWS),
                Err(wait) => return Ok(Next::Wait(wait)),
            },
        };
        let ended = self.read(rows, most, context)?;
        if let Some(pace) = &mut self.pace {
            pace.emitted(rows.len() as u64);
        }
        Ok(if ended { Next::End } else { Next::Rows })
    }
}
