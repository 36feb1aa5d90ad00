//! What an attempt goes on from: the newest whole checkpoint of the job, else the savepoint that it was submitted with.

use super::{Host, Job, checkpoints::history::Restored};
use crate::{
    planner::JobConfig,
    runtime::Failure,
    state::{StateError, restore::Restore, storage::Directory, store::CheckpointStore},
};

/// A checkpoint or savepoint to go on from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where it is.
    pub url: String,
    /// Its number.
    pub checkpoint: u64,
    /// Whether it is a savepoint.
    pub is_savepoint: bool,
    /// Whether it is a checkpoint of the job itself, not what it was submitted with.
    pub is_own: bool,
}

/// What an attempt begins with.
#[derive(Debug)]
pub struct Beginning {
    /// The job's checkpoints.
    pub archive: CheckpointStore,
    /// What it goes on from; `None` where it begins anew.
    pub source: Option<Source>,
    /// What is wrong with checkpoints that are newer.
    pub passed: Vec<StateError>,
}

/// Why an attempt has nothing to begin with.
#[derive(Debug)]
pub enum Unusable {
    /// It may have at another time: the storage could not be read.
    Now(Failure),
    /// It will never have.
    Ever(Failure),
}

impl From<StateError> for Unusable {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Storage { .. } => Self::Now(error.into()),
            _ => Self::Ever(error.into()),
        }
    }
}

impl Source {
    /// What the history says of it.
    pub fn restored(&self, now_ms: i64) -> Restored {
        Restored { id: self.checkpoint, at_ms: now_ms, is_savepoint: self.is_savepoint, path: self.url.clone() }
    }
}

/// Where checkpoints of a job go that does not say.
pub fn checkpoint_directory(host: &Host, config: &JobConfig) -> String {
    let own = || format!("file://{}", host.options.data.join("checkpoints").display());
    config.checkpointing.directory.clone().unwrap_or_else(own)
}

/// Opens the job's checkpoints, and finds what it goes on from: the newest one that is whole, below the number `before` where
/// that is given, else the savepoint that it was submitted with. A job that has checkpoints never begins anew by itself.
pub async fn beginning(host: &Host, job: &Job, config: &JobConfig, before: Option<u64>) -> Result<Beginning, Unusable> {
    let (directory, id) = (checkpoint_directory(host, config), job.id.clone());
    let savepoint = config.restore_path.clone();
    let found = tokio::task::spawn_blocking(move || find(&directory, &id, savepoint.as_deref(), before)).await;
    let internal = |error: tokio::task::JoinError| Failure::new("drsquirrel.engine.InternalError", error.to_string());
    let Found { archive, restore, is_own, passed } = found.map_err(|error| Unusable::Ever(internal(error)))??;
    let Some(restore) = restore else { return Ok(Beginning { archive, source: None, passed }) };
    fits(job, config, &restore).map_err(Unusable::Ever)?;
    let manifest = restore.manifest();
    let (url, checkpoint, is_savepoint) = (restore.url(), manifest.checkpoint, manifest.savepoint);
    tracing::info!(job.id = job.id, checkpoint.url = url, "the job goes on from a checkpoint");
    Ok(Beginning { archive, source: Some(Source { url, checkpoint, is_savepoint, is_own }), passed })
}

struct Found {
    archive: CheckpointStore,
    restore: Option<Restore>,
    is_own: bool,
    passed: Vec<StateError>,
}

fn find(directory: &str, job_id: &str, savepoint: Option<&str>, before: Option<u64>) -> Result<Found, StateError> {
    let archive = CheckpointStore::open(&format!("{}/{job_id}", directory.trim_end_matches('/')))?;
    let (newest, passed) = archive.latest(before)?;
    let is_own = newest.is_some();
    let restore = match (newest, savepoint) {
        (Some(newest), _) => Some(newest),
        (None, Some(url)) => {
            let restore = Restore::open(Directory::at(url, false)?)?;
            restore.check_files()?;
            Some(restore)
        }
        (None, None) if archive.completed()?.is_empty() => None,
        (None, None) => return Err(StateError::NoneLeft(passed)),
    };
    Ok(Found { archive, restore, is_own, passed })
}

fn fits(job: &Job, config: &JobConfig, restore: &Restore) -> Result<(), Failure> {
    let (script, parallelism) = job.read(|state| (state.record.script.clone(), state.record.parallelism.clone()));
    let plan = super::shape::outline_of(&script, &parallelism);
    let plan = plan.map_err(|error| Failure::new(error.class(), error.to_string()))?;
    Ok(restore.check(&plan.graph, config.ignore_unclaimed_state)?)
}
