//! States to try the views and the handlers on.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use model::{
    ClusterKind, ClusterSnapshot, Confidence, Evidence, Finding, FindingState, JobSnapshot, Severity, Subject,
    SubjectKind, Timestamp, Verdict,
};

use crate::collect::ClusterState;
use crate::store::{ClusterRecord, Origin};
use crate::watch::JobWatch;

/// The time of the fixtures.
pub const NOW: Timestamp = Timestamp(1_763_810_000_000);

/// A cluster with jobs of these names and verdicts, each seen running just now.
pub fn state(name: &str, jobs: &[(&str, Verdict)]) -> ClusterState {
    let snapshots: Vec<JobSnapshot> = jobs.iter().map(|(name, _)| job(name)).collect();
    let watches: BTreeMap<String, JobWatch> = jobs
        .iter()
        .zip(&snapshots)
        .map(|((name, verdict), job)| {
            let watch = JobWatch { verdict: *verdict, score: Some(50), ..JobWatch::new(name, job, NOW) };
            ((*name).to_owned(), watch)
        })
        .collect();
    let mut state = ClusterState::new(record(name), watches);
    let snapshot = ClusterSnapshot { at: NOW, jobs: snapshots, slots_total: Some(4), ..ClusterSnapshot::default() };
    state.history = VecDeque::from([Arc::new(snapshot)]);
    state.seen_at = Some(NOW);
    state.version = Some("2.3.0".into());
    state
}

/// A cluster that somebody added.
pub fn record(name: &str) -> ClusterRecord {
    ClusterRecord {
        name: name.into(),
        kind: ClusterKind::Flink,
        url: "http://127.0.0.1:1".into(),
        gateway_url: None,
        zone: name.into(),
        origin: Origin::User,
    }
}

fn job(name: &str) -> JobSnapshot {
    JobSnapshot { id: format!("id-of-{name}"), name: name.into(), state: "RUNNING".into(), ..JobSnapshot::default() }
}

/// An open finding of the job `ads`.
pub fn finding(id: &str, check: &str, severity: Severity) -> Finding {
    Finding {
        id: id.into(),
        job: "ads".into(),
        check: check.into(),
        category: "throughput".into(),
        cause: "data-skew".into(),
        severity,
        state: FindingState::Open,
        opened_at: NOW,
        closed_at: None,
        close_reason: None,
        subject: Subject::new(SubjectKind::Vertex, "v", "sink"),
        title: format!("About {check}"),
        why: "Because.".into(),
        confidence: Confidence::High,
        evidence: vec![Evidence {
            signal: "busyTimeMsPerSecond".into(),
            subject: "sink".into(),
            value: Some(990.0),
            text: None,
            unit: "ms/s".into(),
            threshold: Some(500.0),
            series: None,
        }],
        caused_by: None,
        consequences: Vec::new(),
        instructions: Vec::new(),
        actions: Vec::new(),
    }
}
