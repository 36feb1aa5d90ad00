//! One job's page.

use model::{ExampleView, ExceptionEntry, GridRow, JobView, SubjectKind, Timestamp};

use super::{clusters, evidence, graph, rows};
use crate::collect::ClusterState;
use crate::watch::{JobWatch, Row};

/// At most so many exceptions are shown.
const MAX_EXCEPTIONS: usize = 50;

/// The page without what must be fetched for it.
pub fn view(state: &ClusterState, job: &JobWatch, example: Option<ExampleView>, now: Timestamp) -> JobView {
    let findings = job.findings();
    JobView {
        row: rows::row(state, job, now),
        cluster: clusters::view(state),
        closed: job.closed.iter().cloned().collect(),
        evidence: evidence::series(&state.history, &job.id, &findings),
        grid: grid(job, now),
        graph: graph(&state.history, &job.id, &findings),
        exceptions: exceptions(state, job),
        unknown: job.unknown.clone(),
        output: Vec::new(),
        example: example.filter(|e| e.job == job.name && e.cluster == state.record.name),
        findings,
    }
}

/// The hour grid with the names that rows are shown under.
pub fn grid(job: &JobWatch, now: Timestamp) -> Vec<GridRow> {
    job.grid.shown(now, label)
}

/// The job's exceptions, newest first.
pub fn exceptions(state: &ClusterState, job: &JobWatch) -> Vec<ExceptionEntry> {
    let newest = state.latest().and_then(|s| s.jobs.iter().find(|j| j.id == job.id));
    newest
        .and_then(|j| j.exceptions.as_ref())
        .map(|e| e.iter().take(MAX_EXCEPTIONS).cloned().collect())
        .unwrap_or_default()
}

fn label(row: &Row) -> String {
    let subject = &row.subject;
    let title = doctor::checks().iter().find(|check| check.name == row.check).map_or(row.check.as_str(), |c| c.title);
    match (subject.kind, subject.subtask) {
        (SubjectKind::Job, _) => title.to_owned(),
        (_, Some(subtask)) => format!("{} · subtask {subtask}", subject.name),
        (_, None) => subject.name.clone(),
    }
}
