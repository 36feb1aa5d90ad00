//! One part file: hidden while it is written, then complete under its name.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::parquet::ParquetFile;
use crate::{
    runtime::{Failure, failure::io_failure},
    types::{Batch, Field},
};

/// A part under way.
pub struct Part {
    /// Where it will be.
    pub names: PartNames,
    writer: PartWriter,
    /// Its bytes so far.
    pub bytes: u64,
    /// When it was begun: milliseconds since 1970.
    pub begun_ms: i64,
    /// When it was last written to.
    pub written_ms: i64,
}

/// Writes a part.
enum PartWriter {
    Lines(BufWriter<File>),
    Parquet(Box<ParquetFile>),
}

/// Where a part is, and where it will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartNames {
    /// While it is hidden.
    pub hidden: PathBuf,
    /// Once it is complete.
    pub visible: PathBuf,
}

impl Part {
    /// Begins a part of lines, or, where `columns` are given, a Parquet file of them; makes its directory where there is
    /// none.
    pub fn begin(names: PartNames, columns: Option<&[Field]>, now_ms: i64) -> Result<Self, Failure> {
        if let Some(directory) = names.hidden.parent() {
            fs::create_dir_all(directory).map_err(|error| io_failure("make the directory", directory, &error))?;
        }
        let writer = match columns {
            Some(columns) => PartWriter::Parquet(Box::new(ParquetFile::begin(&names.hidden, columns)?)),
            None => {
                let file = File::create(&names.hidden).map_err(|error| io_failure("write", &names.hidden, &error))?;
                PartWriter::Lines(BufWriter::new(file))
            }
        };
        Ok(Self { names, writer, bytes: 0, begun_ms: now_ms, written_ms: now_ms })
    }

    /// Writes lines to it; answers how many bytes that took.
    pub fn write_lines(&mut self, lines: &[u8], now_ms: i64) -> Result<u64, Failure> {
        self.written_ms = now_ms;
        self.bytes += lines.len() as u64;
        if let PartWriter::Lines(writer) = &mut self.writer {
            writer.write_all(lines).map_err(|error| io_failure("write", &self.names.hidden, &error))?;
        }
        Ok(lines.len() as u64)
    }

    /// Writes rows to a Parquet file; answers how many bytes that took, about.
    pub fn write_rows(&mut self, batch: &Batch, now_ms: i64) -> Result<u64, Failure> {
        self.written_ms = now_ms;
        let before = self.bytes;
        if let PartWriter::Parquet(file) = &mut self.writer {
            self.bytes = file.write(&self.names.hidden, batch)?;
        }
        Ok(self.bytes.saturating_sub(before))
    }

    /// Hands what was written to the system.
    pub fn flush(&mut self) -> Result<(), Failure> {
        match &mut self.writer {
            PartWriter::Lines(writer) => {
                writer.flush().map_err(|error| io_failure("write", &self.names.hidden, &error))
            }
            PartWriter::Parquet(_) => Ok(()),
        }
    }

    /// Makes it durable, still hidden.
    pub fn close(mut self) -> Result<PartNames, Failure> {
        self.flush()?;
        match self.writer {
            PartWriter::Lines(writer) => {
                writer.get_ref().sync_all().map_err(|error| io_failure("write", &self.names.hidden, &error))?;
            }
            PartWriter::Parquet(file) => file.close(&self.names.hidden)?,
        }
        Ok(self.names)
    }
}

impl PartNames {
    /// Shows it under its name. Where that was done already, it stays so.
    pub fn commit(&self) -> Result<(), Failure> {
        match fs::rename(&self.hidden, &self.visible) {
            Ok(()) => sync_directory(&self.visible),
            // It was committed before the job failed, and whoever reads the directory may have moved it since.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(io_failure("complete", &self.visible, &error)),
        }
    }
}

fn sync_directory(path: &Path) -> Result<(), Failure> {
    let Some(directory) = path.parent() else { return Ok(()) };
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| io_failure("write", directory, &error))
}
