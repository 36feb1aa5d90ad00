//! The files of a table.

use std::{
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use crate::runtime::{Failure, failure::io_failure};

/// The most files that a table's directory can hold.
const MAX_FILES: usize = 100_000;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileInfo {
    /// Where it is.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
    /// When it was last written: milliseconds since 1970.
    pub modified_ms: i64,
}

/// The `path` option as a path.
pub fn local_path(option: &str) -> PathBuf {
    match option.strip_prefix("file:") {
        // `file:///data` and `file:/data`
        Some(rest) => PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)),
        None => PathBuf::from(option),
    }
}

/// A file, or all files below a directory in the order of their names; hidden ones are left out, as in Flink.
pub fn list(path: &Path) -> Result<Vec<FileInfo>, Failure> {
    let mut files = Vec::new();
    let mut pending = vec![path.to_owned()];
    while let Some(next) = pending.pop() {
        let failed = |error| io_failure("read", &next, &error);
        let metadata = match std::fs::metadata(&next) {
            // A file of a directory that went while it was listed.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && next != path => continue,
            found => found.map_err(failed)?,
        };
        if metadata.is_file() {
            let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let modified_ms = modified.map_or(0, |time| time.as_millis() as i64);
            files.push(FileInfo { path: next, size: metadata.len(), modified_ms });
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
