//! Recordings: files of answered requests, one JSON line each, that are read into the same snapshots as a live cluster.
//!
//! A request that was already answered begins the next snapshot. The file is read snapshot by snapshot, so that only one of
//! them is held as text at a time.

mod file;
mod line;
mod replay;

use std::{collections::HashSet, path::Path, sync::Arc};

use model::ClusterSnapshot;

use self::{file::Lines, line::Line, replay::Replay};
use super::{
    cache::SnapshotCache,
    client::FlinkClient,
    error::{Failure, FlinkError},
};

pub(super) use line::encode;

/// The most snapshots that are read from one file: five hours at one every ten seconds.
const MAX_SNAPSHOTS: usize = 2000;

/// A recording that cannot be read, or is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("recording {file}{}: {problem}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct RecordingError {
    /// The file.
    pub file: String,
    /// The line that is wrong, counted from 1, where it is one line.
    pub line: Option<u64>,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// Reads all snapshots of the recording at `path`, oldest first; at least one.
///
/// # Errors
/// [`RecordingError`] naming the line, where the file is no recording; also where it holds no `/jobs/overview` at all.
pub async fn read(path: &Path) -> Result<Vec<ClusterSnapshot>, RecordingError> {
    let name = path.display().to_string();
    let wrong = |line: Option<u64>, problem: String| RecordingError { file: name.clone(), line, problem };
    let mut lines = Lines::open(path).map_err(|problem| wrong(None, problem))?;
    let mut reading = Reading::default();
    while let Some(text) = lines.next_line().map_err(|problem| wrong(Some(lines.number()), problem))? {
        let line = Line::parse(text).map_err(|problem| wrong(Some(lines.number()), problem))?;
        reading.take(line, lines.number()).await.map_err(|(at, problem)| wrong(Some(at), problem))?;
    }
    let snapshots = reading.finish().await.map_err(|(at, problem)| wrong(Some(at), problem))?;
    match (snapshots.is_empty(), lines.number()) {
        (false, _) => Ok(snapshots),
        (true, 0) => Err(wrong(None, "the file is empty; a recording has one answered request a line".into())),
        (true, _) => {
            Err(wrong(None, "there is no answer to /jobs/overview in it; record again with `drsquirrel record`".into()))
        }
    }
}

/// A line's number and what is wrong with it.
type Wrong = (u64, String);

#[derive(Default)]
struct Reading {
    cache: SnapshotCache,
    snapshots: Vec<ClusterSnapshot>,
    seen: HashSet<(String, String)>,
    lines: Vec<Line>,
    /// The line of the current snapshot's list of jobs.
    jobs_line: u64,
}

impl Reading {
    async fn take(&mut self, line: Line, number: u64) -> Result<(), Wrong> {
        if !self.seen.insert((line.path.clone(), line.query.clone())) {
            self.close().await?;
            self.seen.insert((line.path.clone(), line.query.clone()));
        }
        if line.path == "/jobs/overview" {
            self.jobs_line = number;
        }
        self.lines.push(line);
        Ok(())
    }

    async fn finish(mut self) -> Result<Vec<ClusterSnapshot>, Wrong> {
        self.close().await?;
        self.snapshots.sort_by_key(|snapshot| snapshot.at);
        Ok(self.snapshots)
    }

    /// Puts the snapshot together whose lines have been taken.
    async fn close(&mut self) -> Result<(), Wrong> {
        self.seen.clear();
        let lines = std::mem::take(&mut self.lines);
        // A file may begin or end in the middle of a snapshot.
        if !lines.iter().any(|line| line.path == "/jobs/overview") {
            return Ok(());
        }
        let replay = Replay::new(lines);
        match FlinkClient::new("recording", Arc::new(replay)).snapshot(&self.cache).await {
            Ok(_) if self.snapshots.len() == MAX_SNAPSHOTS => Err((
                self.jobs_line,
                format!("more than {MAX_SNAPSHOTS} snapshots, which is the most that is read; cut the file"),
            )),
            Ok(snapshot) => {
                self.snapshots.push(snapshot);
                Ok(())
            }
            // What was recorded may be that the cluster refused to answer.
            Err(FlinkError { failure: Failure::Status { .. }, .. }) => Ok(()),
            Err(FlinkError { request, failure, .. }) => Err((self.jobs_line, format!("{request}: {failure}"))),
        }
    }
}

#[cfg(test)]
mod tests;
