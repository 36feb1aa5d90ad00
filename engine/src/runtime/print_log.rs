//! The file that stands for the standard output of a worker: where the print connector writes.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use super::{Failure, failure::io_failure};
use crate::bounded_file::BoundedFile;

/// The file. It keeps the last of what was written.
#[derive(Debug)]
pub struct PrintLog(Mutex<BoundedFile>);

impl PrintLog {
    /// Opens it; made when the first line comes.
    pub fn new(path: PathBuf) -> Self {
        Self(Mutex::new(BoundedFile::new(path)))
    }

    /// Appends lines.
    pub fn append(&self, lines: &str) -> Result<(), Failure> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.append(lines.as_bytes()).map_err(|error| io_failure("write", file.path(), &error))
    }
}
