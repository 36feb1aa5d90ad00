//! How a job is run: its checkpoints and its restarts, under Flink's names.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::DataflowError;
use crate::{
    host::checkpoints::coordinator::Policy,
    ids,
    planner::settings::{Checkpointing, Reader, RestartStrategy, Settings},
    runtime::graph::JobGraph,
    state::{
        StateError,
        restore::Restore,
        storage::Directory,
        store::{CheckpointStore, delete},
    },
    syntax::SqlError,
};

/// A dataflow that can be run: what it does, and how.
pub struct Job {
    pub(crate) graph: Arc<JobGraph>,
    pub(super) execution: Execution,
}

impl Job {
    /// Its vertices, each with its name and its number of subtasks: operators that are chained are one.
    pub fn vertices(&self) -> impl Iterator<Item = (&str, u32)> {
        self.graph.vertices.iter().map(|vertex| (vertex.name.as_str(), vertex.parallelism))
    }
}

/// How a job is run.
#[derive(Debug, Clone)]
pub struct Execution {
    pub checkpointing: Checkpointing,
    pub restart: RestartStrategy,
    restore_path: Option<String>,
    ignore_unclaimed_state: bool,
}

impl Execution {
    /// Reads the settings; and the keys that mean something.
    pub fn read(settings: &Settings) -> Result<(Self, BTreeSet<String>), DataflowError> {
        let read = Reader::new(settings);
        let bad = |error: SqlError| DataflowError::Setting(error.to_string());
        let checkpointing = Checkpointing::read(&read).map_err(bad)?;
        if checkpointing.interval_ms.is_some() && checkpointing.directory.is_none() {
            let message = "execution.checkpointing.interval says when checkpoints are taken, and nothing where they go; \
                           set execution.checkpointing.dir";
            return Err(DataflowError::Setting(message.to_owned()));
        }
        let execution = Self {
            restart: RestartStrategy::read(&read, checkpointing.interval_ms.is_some()).map_err(bad)?,
            checkpointing,
            restore_path: read.text("execution.state-recovery.path").map(str::to_owned),
            ignore_unclaimed_state: read.flag("execution.state-recovery.ignore-unclaimed-state", false).map_err(bad)?,
        };
        Ok((execution, read.asked()))
    }

    /// When checkpoints are taken.
    pub fn policy(&self) -> Policy {
        let millis = |ms: i64| Duration::from_millis(ms.max(0).unsigned_abs());
        Policy {
            interval: self.checkpointing.interval_ms.map(millis),
            timeout: millis(self.checkpointing.timeout_ms),
            min_pause: millis(self.checkpointing.min_pause_ms),
            tolerable_failures: self.checkpointing.tolerable_failures,
        }
    }

    /// Where the job's checkpoints are: in a directory of its own, which its name leads to again.
    pub fn checkpoints(&self, job: &str) -> Result<Option<CheckpointStore>, StateError> {
        let Some(directory) = &self.checkpointing.directory else { return Ok(None) };
        CheckpointStore::open(&format!("{}/{}", directory.trim_end_matches('/'), ids::stable(job))).map(Some)
    }

    /// What the job goes on from: its newest whole checkpoint, below `before` where that is given; else what the
    /// configuration says; `None` where it begins anew.
    pub fn restore(
        &self,
        graph: &JobGraph,
        checkpoints: Option<&CheckpointStore>,
        before: Option<u64>,
    ) -> Result<Option<Restore>, StateError> {
        let (newest, passed) = checkpoints.map_or(Ok((None, Vec::new())), |store| store.latest(before))?;
        for error in passed {
            tracing::warn!(job.name = graph.name, error = %error, "a checkpoint is passed over");
        }
        let given = |url: &String| Restore::open(Directory::at(url, false)?);
        let restore = match newest {
            Some(newest) => Some(newest),
            None => self.restore_path.as_ref().map(given).transpose()?,
        };
        if let Some(restore) = &restore {
            restore.check(graph, self.ignore_unclaimed_state)?;
            tracing::info!(job.name = graph.name, checkpoint.url = restore.url(), "the job goes on from a checkpoint");
        }
        Ok(restore)
    }
}

/// Deletes the checkpoints of a job that has ended: it begins anew when it is started again.
pub fn forget(checkpoints: &CheckpointStore) -> Result<(), StateError> {
    let completed = checkpoints.completed()?;
    completed.iter().try_for_each(|checkpoint| delete(&checkpoints.directory(*checkpoint)))?;
    completed.first().map_or(Ok(()), |newest| checkpoints.clean(&[], *newest))
}
