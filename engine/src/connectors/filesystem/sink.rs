//! Files as a sink, exactly once where the job makes checkpoints.
//!
//! A part is written under a hidden name. At a barrier all parts under way are closed and made durable, and their names
//! become part of the checkpoint (list state `pending`). When the checkpoint is complete they are renamed. A job that goes on
//! from a checkpoint first renames what that checkpoint says (some may have been renamed already), then deletes hidden parts
//! of earlier attempts, which no checkpoint knows: their rows are read again. Hidden names carry the sink's id, which stays
//! the same over restarts, so that other jobs may write to the same directory.
//!
//! Invariant: a row is in exactly one of: a visible part; a hidden part that the last complete checkpoint names; a hidden
//! part that only later attempts delete, whose source positions the last complete checkpoint does not cover.
//!
//! Without checkpoints a part is renamed as soon as it is closed: when it is large or old enough, and at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::part::{Part, PartNames};
use crate::{
    clock::now_ms,
    connectors::{
        format::{Encoder, view::View},
        layout::arrow_failure,
        sink::{SinkTask, SinkWriter},
    },
    runtime::operator::OperatorContext,
    runtime::{Failure, Stop, failure::io_failure},
    state::SnapshotWriter,
    types::{Batch, Field, RowReader, RowWriter, TypeKind},
};

/// Flink's default size at which a part is closed.
pub const DEFAULT_FILE_BYTES: u64 = 128 << 20;
/// Flink's default age, and time without a row, at which a part is closed.
pub const DEFAULT_ROLLOVER: Duration = Duration::from_secs(30 * 60);

/// What is written, and how.
#[derive(Debug, Clone)]
pub struct FilesystemSinkConfig {
    /// The directory.
    pub directory: PathBuf,
    /// Writes lines of the columns that are not partition columns; `None` where files are Parquet.
    pub encoder: Option<Encoder>,
    /// These columns.
    pub fields: Vec<Field>,
    /// The columns of the records, among those of the rows.
    pub written: Vec<usize>,
    /// `PARTITIONED BY`: columns of the rows.
    pub partitioned_by: Vec<(usize, Field)>,
    /// `sink.rolling-policy.file-size`
    pub max_bytes: u64,
    /// `sink.rolling-policy.rollover-interval`
    pub rollover: Duration,
    /// `sink.rolling-policy.inactivity-interval`
    pub inactivity: Duration,
    /// Whether the job makes checkpoints.
    pub checkpoints: bool,
}

/// Writes the parts of one subtask.
pub struct FilesystemSink {
    config: FilesystemSinkConfig,
    /// The same over all attempts of the job.
    sink_id: String,
    prefix: String,
    parts: u64,
    /// The part under way of each directory.
    open: BTreeMap<PathBuf, Part>,
    /// Closed parts, and the checkpoint that covers them; `None` before its barrier.
    pending: Vec<(Option<u64>, PartNames)>,
    lines: Vec<u8>,
}

impl FilesystemSink {
    /// A sink that is not open yet.
    pub fn new(config: FilesystemSinkConfig) -> Self {
        Self {
            config,
            sink_id: String::new(),
            prefix: String::new(),
            parts: 0,
            open: BTreeMap::new(),
            pending: Vec::new(),
            lines: Vec::new(),
        }
    }

    fn part(&mut self, directory: &Path) -> Result<&mut Part, Failure> {
        // Not `entry`: beginning a part may fail.
        if !self.open.contains_key(directory) {
            let name = format!("{}-{}", self.prefix, self.parts);
            self.parts += 1;
            let names = PartNames {
                hidden: directory.join(format!(".{name}.{}.inprogress", self.sink_id)),
                visible: directory.join(name),
            };
            let columns = self.config.encoder.is_none().then_some(self.config.fields.as_slice());
            let part = Part::begin(names, columns, now_ms())?;
            self.open.insert(directory.to_owned(), part);
        }
        let missing = || Failure::new("java.lang.IllegalStateException", "A part was not begun");
        self.open.get_mut(directory).ok_or_else(missing)
    }

    /// Closes the parts that are to be.
    fn close(&mut self, is_due: impl Fn(&Part) -> bool) -> Result<(), Failure> {
        let due: Vec<PathBuf> =
            self.open.iter().filter(|(_, part)| is_due(part)).map(|(path, _)| path.clone()).collect();
        for directory in due {
            let Some(part) = self.open.remove(&directory) else { continue };
            let names = part.close()?;
            if self.config.checkpoints {
                self.pending.push((None, names));
            } else {
                names.commit()?;
            }
        }
        Ok(())
    }

    /// Appends rows to the part of their directory.
    fn append(&mut self, directory: &Path, batch: &Batch) -> Result<u64, Failure> {
        let Some(encoder) = &self.config.encoder else {
            return self.part(directory)?.write_rows(batch, now_ms());
        };
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        let views = encoder.views(batch, 0);
        for row in 0..batch.rows {
            if encoder.encode(&views, row, &mut lines) {
                lines.push(b'\n');
            }
        }
        let bytes = self.part(directory)?.write_lines(&lines, now_ms())?;
        self.lines = lines;
        Ok(bytes)
    }

    /// Commits what the checkpoint names, and deletes what no checkpoint does. One subtask does it for all.
    fn recover(&mut self, elements: &[Box<[u8]>], attempt: &str) -> Result<(), Failure> {
        let mut named = BTreeSet::new();
        for element in elements {
            let (sink_id, names) = decode(element).ok_or_else(broken)?;
            self.sink_id = sink_id;
            let Some(names) = names else { continue };
            names.commit()?;
            named.insert(names.hidden);
        }
        let ending = format!(".{}.inprogress", self.sink_id);
        let own = format!(".part-{attempt}-");
        let mut pending = vec![self.config.directory.clone()];
        while let Some(directory) = pending.pop() {
            let Ok(entries) = fs::read_dir(&directory) else { continue };
            for entry in entries.flatten() {
                let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
                if !self.config.partitioned_by.is_empty() && name.contains('=') && path.is_dir() {
                    pending.push(path);
                } else if name.ends_with(&ending) && !name.starts_with(&own) && !named.contains(&path) {
                    fs::remove_file(&path).map_err(|error| io_failure("delete", &path, &error))?;
                }
            }
        }
        Ok(())
    }
}

impl SinkWriter for FilesystemSink {
    fn open(&mut self, context: &mut OperatorContext<'_>) -> Result<(), Stop> {
        let directory = &self.config.directory;
        fs::create_dir_all(directory).map_err(|error| io_failure("make the directory", directory, &error))?;
        self.prefix = format!("part-{}-{}", context.task.attempt_id, context.task.subtask);
        self.sink_id = context.task.attempt_id.to_string();
        let restored = context.restored.as_mut().and_then(|restored| restored.lists.remove("pending"));
        let Some(elements) = restored else { return Ok(()) };
        if let Some((sink_id, _)) = elements.first().and_then(|element| decode(element)) {
            self.sink_id = sink_id;
        }
        if context.task.subtask == 0 {
            self.recover(&elements, &context.task.attempt_id)?;
        }
        Ok(())
    }

    fn write(&mut self, batch: &Batch, _: &SinkTask) -> Result<u64, Stop> {
        let directory = self.config.directory.clone();
        let written = batch.project(&self.config.written);
        let mut bytes = 0;
        if self.config.partitioned_by.is_empty() {
            bytes += self.append(&directory, &written)?;
        } else {
            for (name, rows) in partitions(&self.config.partitioned_by, batch) {
                let rows = written.take(&rows).map_err(|error| arrow_failure(&error))?;
                bytes += self.append(&directory.join(name), &rows)?;
            }
        }
        let max_bytes = self.config.max_bytes;
        self.close(|part| part.bytes >= max_bytes)?;
        Ok(bytes)
    }

    fn flush(&mut self, now_ms: i64, _: &SinkTask) -> Result<(), Stop> {
        self.open.values_mut().try_for_each(Part::flush)?;
        let (rollover, inactivity) =
            (self.config.rollover.as_millis() as i64, self.config.inactivity.as_millis() as i64);
        Ok(self.close(|part| now_ms - part.begun_ms >= rollover || now_ms - part.written_ms >= inactivity)?)
    }

    fn finish(&mut self, _: &SinkTask) -> Result<(), Stop> {
        Ok(self.close(|_| true)?)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        for (checkpoint, _) in &mut self.pending {
            checkpoint.get_or_insert(writer.id);
        }
        let names = self.pending.iter().map(|(_, names)| encode(&self.sink_id, Some(names)));
        // One without a part says which sink it is.
        let elements = names.chain([encode(&self.sink_id, None)]).collect();
        writer.list("pending", schema(), elements);
        Ok(())
    }

    fn checkpoint_complete(&mut self, checkpoint: u64, _: &SinkTask) -> Result<(), Stop> {
        for (_, names) in self.pending.extract_if(.., |(covered, _)| covered.is_some_and(|id| id <= checkpoint)) {
            names.commit()?;
        }
        Ok(())
    }
}

/// The directory of NULL and of empty text: Flink's default.
pub const DEFAULT_PARTITION: &str = "__DEFAULT_PARTITION__";

/// The rows of each partition, by its directory: `day=2020-01-01/hour=7`.
fn partitions(columns: &[(usize, Field)], batch: &Batch) -> BTreeMap<String, Vec<u32>> {
    let views: Vec<(&str, View<'_>)> = columns
        .iter()
        .map(|(index, field)| (field.name.as_str(), View::new(&batch.columns[*index], &field.data_type.kind)))
        .collect();
    let mut rows: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for row in 0..batch.rows {
        let mut name = String::new();
        for (column, view) in &views {
            if !name.is_empty() {
                name.push('/');
            }
            escape(column.as_bytes(), &mut name);
            name.push('=');
            let mut text = Vec::new();
            crate::connectors::print::write_value(view, row, &mut text);
            if view.is_null(row) || text.is_empty() {
                name.push_str(DEFAULT_PARTITION);
            } else {
                escape(&text, &mut name);
            }
        }
        rows.entry(name).or_default().push(row as u32);
    }
    rows
}

/// Appends text as a part of a path: what a path cannot hold as `%XX`, as in Hive and Flink.
fn escape(text: &[u8], into: &mut String) {
    for character in String::from_utf8_lossy(text).chars() {
        let special = character.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(character);
        if special {
            into.push_str(&format!("%{:02X}", character as u32));
        } else {
            into.push(character);
        }
    }
}

/// The text that [`escape`] wrote.
pub fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The columns of an element of the state.
fn schema() -> Vec<Field> {
    vec![
        Field::new("sink", TypeKind::STRING.not_null()),
        Field::new("hidden", TypeKind::STRING.nullable()),
        Field::new("visible", TypeKind::STRING.nullable()),
    ]
}

fn encode(sink_id: &str, names: Option<&PartNames>) -> Box<[u8]> {
    let mut row = RowWriter::new();
    row.slice(sink_id.as_bytes());
    match names {
        Some(names) => {
            row.slice(names.hidden.to_string_lossy().as_bytes());
            row.slice(names.visible.to_string_lossy().as_bytes());
        }
        None => {
            row.null();
            row.null();
        }
    }
    row.into_bytes().into()
}

fn decode(element: &[u8]) -> Option<(String, Option<PartNames>)> {
    let mut row = RowReader::new(element);
    let sink_id = row.read_text().ok()??.to_owned();
    let (hidden, visible) = (row.read_text().ok()?, row.read_text().ok()?);
    let names =
        hidden.zip(visible).map(|(hidden, visible)| PartNames { hidden: hidden.into(), visible: visible.into() });
    Some((sink_id, names))
}

fn broken() -> Failure {
    Failure::new("java.lang.IllegalStateException", "The state 'pending' of a filesystem sink cannot be read")
}
