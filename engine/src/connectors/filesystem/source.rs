//! Files as a source: bounded, watched for new files, or replayed at a pace, once or for ever.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::tz::TimeZone;

use super::{
    line_reader::LineReader,
    list::{FileInfo, list},
    parquet_reader::ParquetReader,
    sink::{DEFAULT_PARTITION, unescape},
    splits::{Splits, schema},
};
use crate::{
    connectors::{BATCH_ROWS, format::Format, layout::Layout, pace::Pace},
    expr::{EvalContext, Expr, ExprKind},
    runtime::operator::{Chunk, Next, OperatorContext, Source, SourceFactory},
    runtime::{Failure, Stop, TaskContext},
    state::SnapshotWriter,
    types::{Batch, DataType, Field, TypeKind, Value},
};

/// The metadata of a filesystem table.
pub const METADATA: [(&str, TypeKind); 4] = [
    ("file.path", TypeKind::STRING),
    ("file.name", TypeKind::STRING),
    ("file.size", TypeKind::BigInt),
    ("file.modification-time", TypeKind::TimestampLtz(3)),
];

/// Before the name of a partition column, as the key of its metadata.
pub const PARTITION: &str = "partition.";

/// The value of metadata of a file.
pub fn metadata(key: &str, field: &Field, file: &FileInfo) -> Value {
    if let Some(column) = key.strip_prefix(PARTITION) {
        return partition(column, &field.data_type, &file.path);
    }
    match key {
        "file.path" => Value::Text(file.path.to_string_lossy().into()),
        "file.name" => Value::Text(file.path.file_name().unwrap_or_default().to_string_lossy().into()),
        "file.size" => Value::Integer(file.size as i64),
        "file.modification-time" => Value::Timestamp(file.modified_ms * 1000),
        _ => Value::Null,
    }
}

/// The value that the path of a file names for a partition column: `…/day=2020-01-01/…`; NULL where it names none.
fn partition(column: &str, data_type: &DataType, path: &Path) -> Value {
    let parts = path.iter().rev().filter_map(|part| part.to_str()?.split_once('='));
    let named = parts.map(|(name, value)| (unescape(name), value)).find(|(name, _)| name == column);
    let Some((_, value)) = named.filter(|(_, value)| *value != DEFAULT_PARTITION) else { return Value::Null };
    let text = Expr::literal(Value::Text(unescape(value).into()), TypeKind::STRING);
    let cast = Expr { kind: ExprKind::Cast { input: Box::new(text), lenient: true }, data_type: data_type.clone() };
    let context = EvalContext::new(TimeZone::UTC);
    cast.fold(&context).as_literal().cloned().unwrap_or(Value::Null)
}

/// What files hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFormat {
    /// A record a line.
    Lines(Format),
    /// Parquet.
    Parquet,
}

/// What is read, and how.
#[derive(Debug, Clone)]
pub struct FilesystemSourceConfig {
    /// The table's name.
    pub table: String,
    /// A file, or a directory.
    pub path: PathBuf,
    /// What the files hold.
    pub format: FileFormat,
    /// All fields of a record.
    pub record: Vec<Field>,
    /// What of it is read.
    pub layout: Layout,
    /// `source.monitor-interval`: how often the directory is looked at for new files; `None`: once.
    pub monitor_interval: Option<Duration>,
    /// `source.replay.rows-per-second`, over all subtasks.
    pub rows_per_second: Option<u64>,
    /// `source.replay.loop`
    pub looped: bool,
}

/// What a reader did.
pub enum FileRead {
    /// It read rows: the layout's columns.
    Rows(Batch),
    /// It read only what is skipped.
    Skipped,
    /// All splits were read.
    End,
}

/// Reads files of one format.
pub trait FileReader: Send {
    /// How many chunks a file has.
    fn chunks(&self, file: &FileInfo) -> Result<u64, Failure>;
    /// Reads up to `most` rows of the first splits, and says in them how far it came.
    fn read(&mut self, splits: &mut Splits, most: usize, context: &TaskContext) -> Result<FileRead, Failure>;
}

impl SourceFactory for FilesystemSourceConfig {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let (subtask, parallelism) = (context.task.subtask, context.task.parallelism);
        let watched = self.monitor_interval.is_some();
        let elements = context.restored.and_then(|mut restored| restored.lists.remove("splits"));
        let reader: Box<dyn FileReader> = match &self.format {
            FileFormat::Lines(format) => Box::new(LineReader::new(self, format, context.index)),
            FileFormat::Parquet => Box::new(ParquetReader::new(self, context.index)),
        };
        let mut source = FilesystemSource {
            pace: Pace::share(self.rows_per_second, parallelism),
            splits: Splits::default(),
            listed: Instant::now(),
            reader,
            config: self.clone(),
        };
        let restored = elements.is_some();
        if let Some(elements) = elements {
            source.splits = Splits::restore(&elements, subtask, parallelism, watched)?;
        }
        if !restored || watched {
            source.list(context.task)?;
        }
        Ok(Box::new(source))
    }
}

/// Reads the chunks of files that fall to one subtask.
struct FilesystemSource {
    config: FilesystemSourceConfig,
    reader: Box<dyn FileReader>,
    pace: Option<Pace>,
    splits: Splits,
    listed: Instant,
}

impl FilesystemSource {
    /// Deals out the files that are new.
    fn list(&mut self, context: &TaskContext) -> Result<(), Failure> {
        let mut files = Vec::new();
        for file in list(&self.config.path)? {
            let chunks = if self.splits.has_seen(&file.path) { 0 } else { self.reader.chunks(&file)? };
            files.push((file, chunks));
        }
        let watched = self.config.monitor_interval.is_some();
        self.splits.deal(&files, context.subtask, context.parallelism, watched);
        self.listed = Instant::now();
        Ok(())
    }
}

impl Source for FilesystemSource {
    fn next(&mut self, context: &TaskContext) -> Result<Next, Stop> {
        let most = match &mut self.pace {
            None => BATCH_ROWS,
            Some(pace) => match pace.permits() {
                Ok(allowed) => (allowed as usize).min(BATCH_ROWS),
                Err(wait) => return Ok(Next::Wait(wait)),
            },
        };
        match self.reader.read(&mut self.splits, most, context)? {
            FileRead::Rows(batch) => {
                if let Some(pace) = &mut self.pace {
                    pace.emitted(batch.rows as u64);
                }
                return Ok(Next::Chunk(Chunk::Batch(self.config.layout.arrange(batch))));
            }
            FileRead::Skipped => return Ok(Next::Wait(Duration::ZERO)),
            FileRead::End => {}
        }
        if self.config.looped {
            self.splits = Splits::default();
            self.list(context)?;
            return Ok(match self.splits.first() {
                Some(_) => Next::Wait(Duration::ZERO),
                None => Next::End,
            });
        }
        let Some(interval) = self.config.monitor_interval else { return Ok(Next::End) };
        let left = interval.saturating_sub(self.listed.elapsed());
        if left.is_zero() {
            self.list(context)?;
            // What is there now is read at the next call.
            return Ok(Next::Wait(Duration::ZERO));
        }
        Ok(Next::Wait(left))
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        writer.list("splits", schema(), self.splits.elements());
        Ok(())
    }
}
