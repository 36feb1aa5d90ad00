//! Files as chunks of lines: subtasks share a file by chunk, and read each line exactly once.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use crate::runtime::{Failure, failure::io_failure};

/// The bytes of a chunk. Chunks are dealt out in turn, so that the order of a file is roughly kept.
pub const CHUNK_BYTES: u64 = 64 * 1024;
/// The most files that a table's directory can hold.
const MAX_FILES: usize = 100_000;
/// The longest line that is read.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// The `path` option as a path.
pub fn local_path(option: &str) -> PathBuf {
    PathBuf::from(option.strip_prefix("file://").unwrap_or(option))
}

/// A file, or all files below a directory in the order of their names; hidden ones are left out, as in Flink.
pub fn list(path: &Path) -> Result<Vec<(PathBuf, u64)>, Failure> {
    let mut files = Vec::new();
    let mut pending = vec![path.to_owned()];
    while let Some(next) = pending.pop() {
        let failed = |error| io_failure("read", &next, &error);
        let metadata = std::fs::metadata(&next).map_err(failed)?;
        if metadata.is_file() {
            files.push((next, metadata.len()));
        } else {
            for entry in std::fs::read_dir(&next).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                if !entry.file_name().to_string_lossy().starts_with(['.', '_']) {
                    pending.push(entry.path());
                }
            }
        }
        if files.len() + pending.len() > MAX_FILES {
            let message = format!("{} holds more than {MAX_FILES} files, which is the most", path.display());
            return Err(Failure::new("java.io.IOException", message));
        }
    }
    files.sort();
    Ok(files)
}

/// The lines that begin within one chunk of a file.
pub struct ChunkLines {
    reader: BufReader<File>,
    path: PathBuf,
    /// Where the next line begins.
    offset: u64,
    end: u64,
}

impl ChunkLines {
    /// Opens the chunk of `path` from `start`, at the first line that begins in it.
    pub fn open(path: &Path, start: u64) -> Result<Self, Failure> {
        let failed = |error| io_failure("read", path, &error);
        let mut file = File::open(path).map_err(failed)?;
        // The line under way at `start` belongs to the chunk before, unless it begins exactly there.
        let back = start.saturating_sub(1);
        file.seek(SeekFrom::Start(back)).map_err(failed)?;
        let end = start + CHUNK_BYTES;
        let mut lines = Self { reader: BufReader::new(file), path: path.to_owned(), offset: back, end };
        if start > 0 {
            lines.skip_line().map_err(failed)?;
        }
        Ok(lines)
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let (used, done) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(used);
            self.offset += used as u64;
            if done {
                return Ok(());
            }
        }
    }

    /// Reads the next line into `line`, without its end; answers the bytes it took in the file, or `None` at the end of
    /// the chunk.
    pub fn next(&mut self, line: &mut Vec<u8>) -> Result<Option<u64>, Failure> {
        line.clear();
        if self.offset >= self.end {
            return Ok(None);
        }
        let limit = MAX_LINE_BYTES as u64 + 2;
        let read = (&mut self.reader).take(limit).read_until(b'\n', line);
        let read = read.map_err(|error| io_failure("read", &self.path, &error))? as u64;
        if read == 0 {
            return Ok(None);
        }
        self.offset += read;
        if line.last() == Some(&b'\n') {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
        }
        if line.len() > MAX_LINE_BYTES {
            let place = format!("{} line {}", self.path.display(), self.line_number());
            let message = format!("{place} is longer than {MAX_LINE_BYTES} bytes, which is the most");
            return Err(Failure::new("drsquirrel.connector.RecordParseException", message));
        }
        Ok(Some(read))
    }

    /// The number of the line that was read last, counted from 1; counted only when somebody asks.
    pub fn line_number(&self) -> u64 {
        let Ok(file) = File::open(&self.path) else { return 0 };
        let mut before = BufReader::new(file.take(self.offset.saturating_sub(1)));
        let mut lines = 1;
        while let Ok(buffer) = before.fill_buf() {
            if buffer.is_empty() {
                break;
            }
            lines += buffer.iter().filter(|byte| **byte == b'\n').count() as u64;
            let used = buffer.len();
            before.consume(used);
        }
        lines
    }

    /// The file's name.
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Reads a file chunk by chunk.
    fn all_lines(path: &Path) -> Vec<(String, Option<u64>)> {
        let size = std::fs::metadata(path).unwrap().len();
        let mut lines: Vec<(String, Option<u64>)> = Vec::new();
        for start in (0..size).step_by(CHUNK_BYTES as usize) {
            let mut chunk = ChunkLines::open(path, start).unwrap();
            let mut line = Vec::new();
            while chunk.next(&mut line).unwrap().is_some() {
                let number = lines.len().is_multiple_of(997).then(|| chunk.line_number());
                lines.push((String::from_utf8(line.clone()).unwrap(), number));
            }
        }
        lines
    }

    #[test]
    fn every_line_is_read_once_whatever_the_chunk_borders() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines.txt");
        // Lines of many lengths, so that borders fall within, before and after ends of lines.
        let expect: Vec<String> = (0..20_000).map(|n| format!("{n}{}", "x".repeat(n % 23))).collect();
        for end in ["\n", "\r\n"] {
            std::fs::write(&path, expect.join(end)).unwrap();
            let got = all_lines(&path);
            assert!(got.iter().map(|(line, _)| line).eq(expect.iter()));
            let numbered = got.iter().filter_map(|(line, number)| Some((line, (*number)?)));
            assert!(numbered.clone().count() > 10);
            for (line, number) in numbered {
                assert_eq!(*line, expect[number as usize - 1]);
            }
        }
    }

    #[test]
    fn a_line_can_span_chunks_and_a_border_can_be_an_end_of_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines.txt");
        let long = "y".repeat(3 * CHUNK_BYTES as usize);
        let exact = "z".repeat(CHUNK_BYTES as usize - 1);
        std::fs::write(&path, format!("{exact}\n{long}\nlast\n")).unwrap();
        let got: Vec<_> = all_lines(&path).into_iter().map(|(line, _)| line).collect();
        assert_eq!(got, [exact, long, "last".to_owned()]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = list(Path::new("/nowhere/flights.csv")).unwrap_err();
        assert_eq!(error.class, "java.io.FileNotFoundException");
        assert!(error.message.contains("/nowhere/flights.csv"), "{}", error.message);
    }
}
