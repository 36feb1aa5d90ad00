//! A file that keeps the last of what is appended to it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// At least this much of the end is kept, and no more is served.
pub const KEPT_BYTES: u64 = 64 * 1024;
/// At this size the file is cut back.
const MAX_BYTES: u64 = 4 * KEPT_BYTES;

/// The writing side.
#[derive(Debug)]
pub struct BoundedFile {
    path: PathBuf,
    file: Option<File>,
    size: u64,
}

impl BoundedFile {
    /// A file at `path`, made when the first line comes.
    pub fn new(path: PathBuf) -> Self {
        Self { path, file: None, size: 0 }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends, and cuts the file back where it has grown too long.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = OpenOptions::new().create(true).append(true).open(&self.path)?;
                self.size = file.metadata()?.len();
                self.file.insert(file)
            }
        };
        file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        if self.size > MAX_BYTES {
            let kept = read_tail(&self.path)?;
            let fresh = self.path.with_extension("tmp");
            fs::write(&fresh, kept)?;
            fs::rename(&fresh, &self.path)?;
            self.file = None;
        }
        Ok(())
    }
}

/// The last whole lines of a file, at most [`KEPT_BYTES`].
pub fn read_tail(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let skipped = size.saturating_sub(KEPT_BYTES);
    file.seek(SeekFrom::Start(skipped))?;
    let mut tail = Vec::new();
    file.take(KEPT_BYTES).read_to_end(&mut tail)?;
    if skipped > 0
        && let Some(end) = tail.iter().position(|byte| *byte == b'\n')
    {
        tail.drain(..=end);
    }
    Ok(tail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_last_lines_are_kept_whole() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = BoundedFile::new(directory.path().join("out"));
        for number in 0..100_000 {
            file.append(format!("line {number}\n").as_bytes()).unwrap();
        }
        assert!(fs::metadata(file.path()).unwrap().len() <= MAX_BYTES + 100);
        let tail = String::from_utf8(read_tail(file.path()).unwrap()).unwrap();
        assert!(tail.len() as u64 <= KEPT_BYTES && tail.starts_with("line ") && tail.ends_with("line 99999\n"));
    }
}
