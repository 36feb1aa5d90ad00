//! Files of values in JSON.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read as _, Seek, SeekFrom},
    marker::PhantomData,
    path::PathBuf,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{BoxError, Read, Source, SplitReader, record::Data};
use crate::connectors::filesystem::list::list;

/// So many values are read at once.
const AT_ONCE: usize = 1024;
/// The longest line.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// Reads a file, or all files below a directory in the order of their names, to their end: each line is a value in JSON.
///
/// ```
/// use engine::dataflow::{Dataflow, JsonLines, run_collect};
///
/// let directory = tempfile::tempdir()?;
/// std::fs::write(directory.path().join("a.json"), "{\"user\": 1}\n{\"user\": 2}\n")?;
///
/// #[derive(Clone, serde::Deserialize)]
/// struct Visit {
///     user: u32,
/// }
///
/// let flow = Dataflow::new("visits");
/// let visits = flow.source("visits", JsonLines::<Visit>::at(directory.path())).map("user", |visit| visit.user);
/// assert_eq!(run_collect(&flow, visits)?, [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct JsonLines<T> {
    path: PathBuf,
    item: PhantomData<fn() -> T>,
}

impl<T> JsonLines<T> {
    /// The lines of this file, or of the files below this directory.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), item: PhantomData }
    }
}

/// A file, read up to a byte.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileSplit {
    path: PathBuf,
    offset: u64,
}

impl<T: Data + DeserializeOwned> Source for JsonLines<T> {
    type Item = T;
    type Split = FileSplit;

    fn splits(&self) -> Result<Vec<FileSplit>, BoxError> {
        let files = list(&self.path).map_err(|failure| failure.message)?;
        Ok(files.into_iter().map(|file| FileSplit { path: file.path, offset: 0 }).collect())
    }

    fn open(&self, split: FileSplit) -> Result<Box<dyn SplitReader<T, FileSplit>>, BoxError> {
        let failed = |error: std::io::Error| format!("could not read {}: {error}", split.path.display());
        let mut file = File::open(&split.path).map_err(failed)?;
        file.seek(SeekFrom::Start(split.offset)).map_err(failed)?;
        Ok(Box::new(Lines { file: BufReader::new(file), split, line: Vec::new() }))
    }
}

struct Lines {
    file: BufReader<File>,
    split: FileSplit,
    line: Vec<u8>,
}

impl Lines {
    /// The next line that is not blank; `None` at the end.
    fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, BoxError> {
        loop {
            let wrong = |error: &dyn std::fmt::Display| {
                BoxError::from(format!("{} at byte {}: {error}", self.split.path.display(), self.split.offset))
            };
            self.line.clear();
            let mut limited = self.file.by_ref().take(MAX_LINE_BYTES);
            let length = limited.read_until(b'\n', &mut self.line).map_err(|error| wrong(&error))? as u64;
            if length == MAX_LINE_BYTES {
                return Err(wrong(&format!("the line is longer than {MAX_LINE_BYTES} bytes, which is the most")));
            }
            let value = match self.line.trim_ascii() {
                [] => None,
                text => Some(serde_json::from_slice(text).map_err(|error| wrong(&error))?),
            };
            self.split.offset += length;
            if length == 0 || value.is_some() {
                return Ok(value);
            }
        }
    }
}

impl<T: Data + DeserializeOwned> SplitReader<T, FileSplit> for Lines {
    fn read(&mut self) -> Result<Read<T>, BoxError> {
        let mut items = Vec::new();
        while items.len() < AT_ONCE
            && let Some(item) = self.next()?
        {
            items.push(item);
        }
        Ok(if items.is_empty() { Read::End } else { Read::Items(items) })
    }

    fn position(&self) -> FileSplit {
        self.split.clone()
    }
}
