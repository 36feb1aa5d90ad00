//! Files as chunks of lines: subtasks share a file by chunk, and read each line exactly once.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    os::unix::fs::FileExt,
    path::Path,
};

use crate::runtime::{Failure, failure::io_failure};

/// The bytes of a chunk. Chunks are dealt out in turn, so that the order of a file is roughly kept.
pub const CHUNK_BYTES: u64 = 256 * 1024;
/// The longest line that is read.
pub const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;
/// How much is read at a time to find the end of the last line of a chunk.
const TAIL_BYTES: usize = 16 * 1024;

/// The lines that begin within one chunk of a file, in memory.
#[derive(Debug, Default)]
pub struct ChunkLines {
    bytes: Vec<u8>,
    /// Where the bytes begin in the file.
    base: u64,
    /// The next line.
    at: usize,
    /// Lines from here on are of the next chunk.
    end: usize,
}

impl ChunkLines {
    /// Reads the chunk `chunk` of a file in the same memory: from the first line that begins in it, or from `offset`, where
    /// a line begins, if that is not 0.
    pub fn read(&mut self, file: &File, path: &Path, chunk: u64, offset: u64) -> Result<(), Failure> {
        let failed = |error| io_failure("read", path, &error);
        let start = chunk * CHUNK_BYTES;
        // The line under way at `start` belongs to the chunk before, unless it begins exactly there.
        self.base = if offset > 0 { offset } else { start.saturating_sub(1) };
        let end = start + CHUNK_BYTES;
        self.bytes.clear();
        self.fill(file, end.saturating_sub(self.base) as usize).map_err(failed)?;
        self.end = self.bytes.len();
        self.at = 0;
        if start > 0 && offset == 0 {
            self.at = memchr::memchr(b'\n', &self.bytes).map_or(self.end, |newline| newline + 1);
        }
        while self.at < self.end && self.bytes.last() != Some(&b'\n') {
            let line = memchr::memrchr(b'\n', &self.bytes).map_or(0, |newline| newline + 1).max(self.at);
            if self.bytes.len() - line > MAX_LINE_BYTES {
                break;
            }
            let before = self.bytes.len();
            self.fill(file, TAIL_BYTES).map_err(failed)?;
            if let Some(newline) = memchr::memchr(b'\n', &self.bytes[before..]) {
                self.bytes.truncate(before + newline + 1);
            } else if self.bytes.len() == before {
                break;
            }
        }
        Ok(())
    }

    /// Appends up to `length` bytes of the file.
    fn fill(&mut self, file: &File, length: usize) -> std::io::Result<()> {
        let mut filled = self.bytes.len();
        let wanted = filled + length;
        self.bytes.resize(wanted, 0);
        while filled < wanted {
            match file.read_at(&mut self.bytes[filled..], self.base + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.bytes.truncate(filled);
        Ok(())
    }

    /// The next line without its end, and how many bytes it takes in the file; `None` at the end of the chunk.
    #[inline]
    pub fn next(&mut self) -> Option<(&[u8], usize)> {
        if self.at >= self.end {
            return None;
        }
        let rest = &self.bytes[self.at..];
        let (length, taken) = match memchr::memchr(b'\n', rest) {
            Some(newline) => (newline, newline + 1),
            None => (rest.len(), rest.len()),
        };
        self.at += taken;
        let line = &rest[..length];
        Some((line.strip_suffix(b"\r").unwrap_or(line), taken))
    }

    /// Where the next line begins in the file.
    pub fn position(&self) -> u64 {
        self.base + self.at as u64
    }
}

/// The number of the line that ends before `position`, counted from 1; counted only when somebody asks.
pub fn line_number(path: &Path, position: u64) -> u64 {
    let Ok(file) = File::open(path) else { return 0 };
    let mut before = BufReader::new(file.take(position.saturating_sub(1)));
    let mut lines = 1;
    while let Ok(buffer) = before.fill_buf() {
        if buffer.is_empty() {
            break;
        }
        lines += memchr::memchr_iter(b'\n', buffer).count() as u64;
        let used = buffer.len();
        before.consume(used);
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Reads a file chunk by chunk, each chunk in two goes.
    fn all_lines(path: &Path) -> Vec<String> {
        let size = std::fs::metadata(path).unwrap().len();
        let file = File::open(path).unwrap();
        let mut lines: Vec<String> = Vec::new();
        for chunk in 0..size.div_ceil(CHUNK_BYTES) {
            let mut reader = ChunkLines::default();
            reader.read(&file, path, chunk, 0).unwrap();
            for _ in 0..100 {
                let Some((line, _)) = reader.next() else { break };
                lines.push(String::from_utf8(line.to_vec()).unwrap());
            }
            let position = reader.position();
            if position < (chunk + 1) * CHUNK_BYTES && position < size {
                reader.read(&file, path, chunk, position).unwrap();
                if lines.len() % 997 == 1 {
                    assert_eq!(line_number(path, position), lines.len() as u64);
                }
            }
            while let Some((line, _)) = reader.next() {
                lines.push(String::from_utf8(line.to_vec()).unwrap());
            }
        }
        lines
    }

    #[test]
    fn every_line_is_read_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        for (ending, last) in [("\n", true), ("\r\n", false)] {
            for length in [0, 1, 63, 64, 1000, CHUNK_BYTES as usize - 8, CHUNK_BYTES as usize, 700_000] {
                let count = 1_500_000 / (length + 8);
                let expect: Vec<String> = (0..count).map(|n| format!("{n:07}{}", "x".repeat(length))).collect();
                let text = expect.join(ending) + if last { ending } else { "" };
                std::fs::write(&path, text).unwrap();
                assert_eq!(all_lines(&path), expect, "{length} {ending:?}");
            }
        }
    }
}
