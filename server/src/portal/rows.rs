//! Jobs in the list: worst first, each with one sentence.

use model::{Counts, Finding, JobRow, Timestamp, Verdict};

use super::graph;
use crate::collect::ClusterState;
use crate::watch::JobWatch;

/// The place of a verdict in the list: the on-call reads from the top. What is not known comes before what is well.
pub fn urgency(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Critical => 0,
        Verdict::Degraded => 1,
        Verdict::Unknown => 2,
        Verdict::Healthy => 3,
    }
}

/// The jobs of all clusters, worst first.
pub fn all<'a>(states: impl IntoIterator<Item = &'a ClusterState>, now: Timestamp) -> Vec<JobRow> {
    let mut rows: Vec<JobRow> =
        states.into_iter().flat_map(|state| state.jobs.values().map(move |job| row(state, job, now))).collect();
    rows.sort_by(|a, b| place(a).cmp(&place(b)));
    rows
}

fn place(row: &JobRow) -> (u8, u32, &str, &str) {
    // Without a score a job stands after those of its verdict that have one.
    (urgency(row.verdict), row.score.unwrap_or(u32::MAX), &row.name, &row.cluster)
}

/// How many jobs are in each state of health.
pub fn counts(rows: &[JobRow]) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        match row.verdict {
            Verdict::Critical => counts.critical += 1,
            Verdict::Degraded => counts.degraded += 1,
            Verdict::Unknown => counts.unknown += 1,
            Verdict::Healthy => counts.healthy += 1,
        }
    }
    counts
}

/// One job of the list.
pub fn row(state: &ClusterState, job: &JobWatch, now: Timestamp) -> JobRow {
    let findings = job.findings();
    let verdict = verdict(state, job);
    let first = findings.first();
    let newest = state.latest().and_then(|s| s.jobs.iter().find(|j| j.id == job.id));
    let roots = findings.iter().filter(|f| f.caused_by.is_none()).count();
    JobRow {
        name: job.name.clone(),
        cluster: state.record.name.clone(),
        id: job.id.clone(),
        status: job.status.clone(),
        verdict,
        score: if verdict == Verdict::Unknown { None } else { job.score },
        headline: headline(state, job, verdict, first),
        cause: first.map(|f| f.cause.clone()),
        since: if job.gone_since.is_some() { job.gone_since } else { first.map(|f| f.opened_at) },
        causes: u32::try_from(roots).unwrap_or(u32::MAX),
        consequences: u32::try_from(findings.len() - roots).unwrap_or(u32::MAX),
        lag_ms: newest.and_then(graph::lag_ms),
        records_in_per_s: graph::source_rate(&state.history, &job.id),
        started_at: job.started_at,
        as_of: job.seen_at,
        strip: job.grid.strip(now),
    }
}

/// The doctor's verdict, unless what it rests on can no longer be seen. An open finding outlives that: a cluster that
/// stopped answering does not make its sick job any less sick.
fn verdict(state: &ClusterState, job: &JobWatch) -> Verdict {
    let unseen = job.gone_since.is_some() || (state.error.is_some() && job.open.is_empty());
    if unseen { Verdict::Unknown } else { job.verdict }
}

fn headline(state: &ClusterState, job: &JobWatch, verdict: Verdict, first: Option<&Finding>) -> Option<String> {
    if job.gone_since.is_some() {
        return Some(format!("{} does not know this job any more", state.record.name));
    }
    match (first, &state.error, verdict) {
        (Some(finding), _, _) => Some(finding.title.clone()),
        (None, Some(error), _) => Some(format!("Not assessed: {}", error.message)),
        (None, None, Verdict::Unknown) => {
            job.unknown.first().map(|unknown| format!("Not assessed: {} ({})", unknown.missing, unknown.check))
        }
        (None, None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::{ApiError, Severity, Verdict};

    use super::{all, counts};
    use crate::portal::fixtures::{NOW, finding, state};

    fn names(rows: &[model::JobRow]) -> Vec<&str> {
        rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn worst_first_and_unknown_before_healthy() {
        let jobs =
            [("a", Verdict::Healthy), ("b", Verdict::Unknown), ("c", Verdict::Critical), ("d", Verdict::Degraded)];
        let rows = all([&state("flink", &jobs)], NOW);
        assert_eq!(names(&rows), ["c", "d", "b", "a"]);
        let counts = counts(&rows);
        assert_eq!((counts.critical, counts.degraded, counts.unknown, counts.healthy), (1, 1, 1, 1));
    }

    #[test]
    fn the_first_root_gives_the_sentence() {
        let mut state = state("flink", &[("a", Verdict::Critical)]);
        let job = state.jobs.get_mut("a").unwrap();
        let root = finding("1", "root", Severity::Severe);
        let mut symptom = finding("2", "symptom", Severity::Critical);
        symptom.caused_by = Some("1".into());
        for f in [symptom, root] {
            job.open.insert(f.key(), crate::watch::Open::new(f, NOW));
        }
        let row = &all([&state], NOW)[0];
        assert_eq!(row.headline.as_deref(), Some("About root"));
        assert_eq!((row.causes, row.consequences, row.since), (1, 1, Some(NOW)));
    }

    #[test]
    fn a_cluster_that_does_not_answer_makes_its_well_jobs_unknown_and_leaves_the_sick_ones_sick() {
        let mut state = state("flink", &[("sick", Verdict::Critical), ("well", Verdict::Healthy)]);
        state.error = Some(ApiError::external("cluster_unreachable", "no answer within 4000 ms", "Check"));
        let f = finding("1", "root", Severity::Critical);
        state.jobs.get_mut("sick").unwrap().open.insert(f.key(), crate::watch::Open::new(f, NOW));
        let rows = all([&state], NOW);
        assert_eq!((rows[0].name.as_str(), rows[0].verdict), ("sick", Verdict::Critical));
        assert_eq!((rows[1].verdict, rows[1].score), (Verdict::Unknown, None));
        assert_eq!(rows[1].headline.as_deref(), Some("Not assessed: no answer within 4000 ms"));
    }

    #[test]
    fn a_job_that_is_gone_says_so() {
        let mut state = state("flink", &[("a", Verdict::Unknown)]);
        state.jobs.get_mut("a").unwrap().gone_since = Some(NOW);
        let row = &all([&state], NOW)[0];
        assert_eq!(row.headline.as_deref(), Some("flink does not know this job any more"));
        assert_eq!(row.since, Some(NOW));
    }
}
