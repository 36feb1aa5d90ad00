//! The file of a recording: plain, gzip or Zstandard by its first bytes, read line by line within bounds.

use std::{
    fs::File,
    io::{BufRead, BufReader, ErrorKind, Read},
    path::Path,
};

use flate2::read::MultiGzDecoder;

/// The most that is read of one file once unpacked, in bytes.
const MAX_FILE: u64 = 512 * 1024 * 1024;

/// The longest line, in bytes: an answer of the client's bound, with every character escaped once.
const MAX_LINE: u64 = 16 * 1024 * 1024;

/// The lines of a file.
pub struct Lines {
    from: Box<dyn BufRead + Send>,
    number: u64,
    unpacked: u64,
}

impl Lines {
    /// Opens the file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn open(path: &Path) -> Result<Lines, String> {
        let file = File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_string(),
            _ => format!("the file cannot be opened: {error}"),
        })?;
        let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
        let mut packed = BufReader::new(file);
        let magic = packed.fill_buf().map_err(unreadable)?;
        let from: Box<dyn BufRead + Send> = if magic.starts_with(&[0x1f, 0x8b]) {
            Box::new(BufReader::new(MultiGzDecoder::new(packed)))
        } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let decoder = ruzstd::decoding::StreamingDecoder::new(packed);
            Box::new(BufReader::new(decoder.map_err(|error| format!("the file is no whole .zst: {error}"))?))
        } else {
            Box::new(packed)
        };
        Ok(Lines { from, number: 0, unpacked: 0 })
    }

    /// The number of the line that was read last, counted from 1; 0 before the first.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is not blank, without its end; `None` after the last.
    ///
    /// # Errors
    /// What is wrong with the file at [`Lines::number`], in words.
    pub fn next_line(&mut self) -> Result<Option<Vec<u8>>, String> {
        loop {
            let mut line = Vec::new();
            let read = self.from.as_mut().take(MAX_LINE + 1).read_until(b'\n', &mut line);
            let read = read.map_err(|error| {
                self.number += 1;
                format!("the file cannot be unpacked any further: {error}")
            })?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.unpacked += read as u64;
            if line.len() as u64 > MAX_LINE {
                return Err(format!("the line is longer than {MAX_LINE} bytes, which is the most that is read"));
            }
            if self.unpacked > MAX_FILE {
                return Err(format!(
                    "the file is longer than {MAX_FILE} bytes once unpacked, which is the most that is read"
                ));
            }
            let end = line.trim_ascii_end().len();
            line.truncate(end);
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
    }
}
