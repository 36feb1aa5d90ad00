//! Jobs on disk: one JSON file each, replaced as a whole.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::record::JobRecord;
use crate::EngineError;

/// The directory of jobs.
pub struct Store {
    directory: PathBuf,
}

impl Store {
    /// Makes the directories below `data`.
    pub fn open(data: &Path) -> Result<Self, EngineError> {
        let directory = data.join("jobs");
        for needed in [&directory, &data.join("workers")] {
            fs::create_dir_all(needed).map_err(|error| EngineError::Data { path: needed.clone(), error })?;
        }
        Ok(Self { directory })
    }

    /// All jobs, oldest first. A file that cannot be read is left where it is, and named in the log.
    pub fn load(&self) -> Result<Vec<JobRecord>, EngineError> {
        let failed = |error| EngineError::Data { path: self.directory.clone(), error };
        let mut records: Vec<JobRecord> = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match fs::read(&path)
                .map_err(|error| error.to_string())
                .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()))
            {
                Ok(record) => records.push(record),
                Err(error) => {
                    tracing::error!(path = %path.display(), error, "a stored job cannot be read; it is left out")
                }
            }
        }
        records.sort_by(|a, b| (a.submitted_ms, &a.id).cmp(&(b.submitted_ms, &b.id)));
        Ok(records)
    }

    /// Writes a job: beside the old file, then in its place; both are on the disk when this is done.
    pub fn save(&self, record: &JobRecord) -> io::Result<()> {
        let fresh = self.directory.join(format!("{}.tmp", record.id));
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(record)?)?;
        file.sync_all()?;
        fs::rename(fresh, self.path(&record.id))?;
        File::open(&self.directory)?.sync_all()
    }

    /// Forgets a job.
    pub fn remove(&self, id: &str) {
        if let Err(error) = fs::remove_file(self.path(id)) {
            tracing::warn!(job.id = id, error = %error, "a stored job could not be removed");
        }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.directory.join(format!("{id}.json"))
    }
}
