//! Evidence over time: the same derivation as the checks use, over the snapshots that are kept.

use model::{ClusterSnapshot, Evidence, EvidenceSeries, Finding, Point};

use super::graph::History;

/// At most so many series go with one page; more than that nobody looks at.
const MAX_SERIES: usize = 24;

/// The values of every measured piece of evidence.
pub fn series(history: &History, id: &str, findings: &[Finding]) -> Vec<EvidenceSeries> {
    let measured =
        findings.iter().flat_map(|f| f.evidence.iter().map(move |e| (f, e))).filter(|(_, e)| e.value.is_some());
    let drawn = measured.take(MAX_SERIES).map(|(finding, evidence)| EvidenceSeries {
        finding: finding.id.clone(),
        evidence: evidence.clone(),
        points: points(history, id, evidence),
    });
    drawn.filter(|series| series.points.iter().any(|(_, value)| value.is_some())).collect()
}

/// The values of one signal of the job's instance `id`.
pub fn points(history: &History, id: &str, evidence: &Evidence) -> Vec<Point> {
    let history: Vec<&ClusterSnapshot> = history.iter().map(AsRef::as_ref).collect();
    doctor::series(&history, id, evidence)
}
