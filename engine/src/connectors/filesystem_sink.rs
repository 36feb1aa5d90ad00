//! `'connector' = 'filesystem'` as a sink: part files, hidden while they are written.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{Sink, files::local_path};
use crate::{
    formats::Format,
    options::Options,
    runtime::{Failure, Stop, TaskContext, failure::io_failure},
    sql::{catalog::Table, value::Row},
};

/// Flink's default size at which a part is completed.
const DEFAULT_FILE_BYTES: u64 = 128 << 20;
/// Flink's default age at which a part is completed.
const DEFAULT_ROLLOVER: Duration = Duration::from_secs(30 * 60);

/// Writes the part files of one subtask.
pub struct FilesystemSink {
    format: Format,
    directory: PathBuf,
    prefix: String,
    parts: u64,
    part: Option<Part>,
    max_bytes: u64,
    rollover: Duration,
    line: Vec<u8>,
}

struct Part {
    hidden: PathBuf,
    visible: PathBuf,
    writer: BufWriter<File>,
    bytes: u64,
    begun: Instant,
}

impl FilesystemSink {
    /// Makes the directory.
    pub fn open(table: &Table, context: &TaskContext) -> Result<Self, Failure> {
        let options = Options(&table.options);
        let directory = local_path(options.get("path").unwrap_or_default());
        fs::create_dir_all(&directory).map_err(|error| io_failure("make the directory", &directory, &error))?;
        Ok(Self {
            format: Format::of(table),
            directory,
            prefix: format!("part-{}-{}", context.attempt_id, context.subtask),
            parts: 0,
            part: None,
            max_bytes: options.bytes("sink.rolling-policy.file-size").unwrap_or(DEFAULT_FILE_BYTES),
            rollover: options.duration("sink.rolling-policy.rollover-interval").unwrap_or(DEFAULT_ROLLOVER),
            line: Vec::new(),
        })
    }

    fn begin_part(&mut self) -> Result<Part, Failure> {
        let name = format!("{}-{}", self.prefix, self.parts);
        self.parts += 1;
        let hidden = self.directory.join(format!(".{name}.inprogress"));
        let file = File::create(&hidden).map_err(|error| io_failure("write", &hidden, &error))?;
        let visible = self.directory.join(name);
        Ok(Part { hidden, visible, writer: BufWriter::new(file), bytes: 0, begun: Instant::now() })
    }

    /// Makes the part under way durable, then visible under its name.
    fn complete_part(&mut self) -> Result<(), Failure> {
        let Some(mut part) = self.part.take() else { return Ok(()) };
        let durable = part.writer.flush().and_then(|()| part.writer.get_ref().sync_all());
        durable
            .and_then(|()| fs::rename(&part.hidden, &part.visible))
            .map_err(|error| io_failure("complete", &part.visible, &error))
    }
}

impl Sink for FilesystemSink {
    fn write(&mut self, row: &Row, _: &TaskContext) -> Result<u64, Stop> {
        let mut part = match self.part.take() {
            Some(part) => part,
            None => self.begin_part()?,
        };
        self.line.clear();
        self.format.encode(row, &mut self.line);
        self.line.push(b'\n');
        part.writer.write_all(&self.line).map_err(|error| io_failure("write", &part.hidden, &error))?;
        let bytes = self.line.len() as u64;
        part.bytes += bytes;
        let full = part.bytes >= self.max_bytes;
        self.part = Some(part);
        if full {
            self.complete_part()?;
        }
        Ok(bytes)
    }

    fn flush(&mut self, _: &TaskContext) -> Result<(), Stop> {
        let Some(part) = &mut self.part else { return Ok(()) };
        part.writer.flush().map_err(|error| io_failure("write", &part.hidden, &error))?;
        if part.begun.elapsed() >= self.rollover {
            self.complete_part()?;
        }
        Ok(())
    }

    fn finish(&mut self, _: &TaskContext) -> Result<(), Stop> {
        Ok(self.complete_part()?)
    }
}
