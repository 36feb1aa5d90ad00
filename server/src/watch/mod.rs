//! The watcher: turns what was read off a cluster into findings that open and close, and into one-minute cells.
//!
//! Everything here is pure: snapshots, the doctor's examinations and the time go in; the new state and what must be made
//! durable come out. `watcher` drives it and writes the changes down.

mod grid;
mod instances;
mod job;
mod reconcile;

use std::collections::BTreeMap;

use doctor::Examination;
use model::{Cell, ClusterSnapshot, Finding, Subject, Timestamp};

pub use grid::{Grid, Row, first_minute};
pub use instances::is_ended;
pub use job::{CLOSED_SHOWN, CLOSED_SHOWN_MS, JobWatch};
pub use reconcile::Open;

/// A job that its cluster no longer knows is shown for this long, in milliseconds, as unknown; then it leaves the list.
pub const GONE_AFTER_MS: i64 = 10 * 60_000;
/// At most so many jobs of one cluster are watched; the others are counted in the log.
const MAX_JOBS: usize = 500;
/// At most so many cells wait for a store that cannot be written; the oldest are given up.
const MAX_UNSAVED_CELLS: usize = 100_000;

/// What one evaluation changed, to be made durable in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Jobs as they are now.
    pub jobs: Vec<JobWatch>,
    /// Findings as they are now, open and just closed, each with its job's name.
    pub findings: Vec<Finding>,
    /// The cells of the current minute.
    pub cells: Vec<CellChange>,
    /// Names of jobs that left the list.
    pub forgotten: Vec<String>,
}

impl Changes {
    /// Adds what changed later. Of a job, a finding and a cell only the last state is kept, so that this stays bounded
    /// however long it cannot be written down.
    pub fn add(&mut self, later: Changes) {
        self.forgotten.retain(|name| !later.jobs.iter().any(|job| job.name == *name));
        self.jobs.retain(|job| !later.jobs.iter().any(|l| l.name == job.name) && !later.forgotten.contains(&job.name));
        self.findings.retain(|finding| !later.findings.iter().any(|l| l.id == finding.id));
        let same =
            |a: &CellChange, b: &CellChange| a.job == b.job && a.row.key == b.row.key && a.cell.minute == b.cell.minute;
        self.cells.retain(|cell| !later.cells.iter().any(|l| same(l, cell)) && !later.forgotten.contains(&cell.job));
        self.jobs.extend(later.jobs);
        self.findings.extend(later.findings);
        self.cells.extend(later.cells);
        self.forgotten.extend(later.forgotten);
        self.cells.drain(..self.cells.len().saturating_sub(MAX_UNSAVED_CELLS));
    }
}

/// One cell of one row of one job's grid.
#[derive(Debug, Clone)]
pub struct CellChange {
    /// The job's name.
    pub job: String,
    /// The row that the cell is in, without its other cells.
    pub row: Row,
    /// The cell.
    pub cell: Cell,
}

/// The watcher of one cluster.
#[derive(Debug, Clone, Default)]
pub struct ClusterWatch {
    /// The jobs by name.
    pub jobs: BTreeMap<String, JobWatch>,
}

impl ClusterWatch {
    /// Takes in one reading of the cluster, as the doctor examined it. `new_id` makes the ids of findings.
    pub fn observe(
        &mut self,
        snapshot: &ClusterSnapshot,
        examinations: &[Examination],
        new_id: &mut dyn FnMut() -> String,
    ) -> Changes {
        let mut changes = Changes::default();
        let current = instances::current(&snapshot.jobs);
        if current.len() > MAX_JOBS {
            tracing::warn!(
                jobs = current.len(),
                watched = MAX_JOBS,
                "too many jobs on one cluster: the rest is not watched"
            );
        }
        for (name, job) in current.iter().take(MAX_JOBS) {
            let examination = examinations.iter().find(|e| e.diagnosis.id == job.id);
            let watch = self.jobs.entry(name.clone()).or_insert_with(|| JobWatch::new(name, job, snapshot.at));
            watch.observe(snapshot.at, job, examination, new_id, &mut changes);
        }
        for (name, watch) in &mut self.jobs {
            if !current.contains_key(name) {
                watch.missing(snapshot.at, &mut changes);
            }
        }
        for name in &changes.forgotten {
            self.jobs.remove(name);
        }
        changes
    }

    /// Closes every open finding, for a cluster that is no longer watched.
    pub fn close_all(&mut self, at: Timestamp, reason: &str) -> Vec<Finding> {
        self.jobs.values_mut().flat_map(|job| job.close_all(at, reason)).collect()
    }
}

/// The key of a grid row: what is judged, and on whom.
fn row_key(check: &str, subject: &Subject) -> String {
    let kind = serde_json::to_value(subject.kind).ok();
    let kind = kind.as_ref().and_then(|v| v.as_str()).unwrap_or_default();
    match subject.subtask {
        Some(subtask) => format!("{check}/{kind}/{}/{subtask}", subject.id),
        // A job's rows outlive its instances, whose ids differ.
        None if subject.kind == model::SubjectKind::Job => format!("{check}/{kind}"),
        None => format!("{check}/{kind}/{}", subject.id),
    }
}

#[cfg(test)]
mod tests;
