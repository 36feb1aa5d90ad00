//! What every format says, before it is said: the cluster, the jobs, each cause with its consequences, numbers in words.

use std::time::Duration;

use model::{ClusterSnapshot, Diagnosis, Evidence, Finding, Severity, Subject, Timestamp, Verdict};
use serde::Serialize;

use crate::cli::duration;

/// A report over some jobs of one cluster.
#[derive(Debug)]
pub struct Report {
    /// Where the snapshots came from.
    pub cluster: Cluster,
    /// The jobs, worst first.
    pub jobs: Vec<Diagnosis>,
}

/// The cluster, as it was last seen.
#[derive(Debug, Serialize)]
pub struct Cluster {
    /// The address or the recording's file.
    pub source: String,
    /// `embedded` or `flink`.
    pub kind: model::ClusterKind,
    /// The version it says it is.
    pub version: Option<String>,
    /// Task managers registered.
    pub task_managers: Option<usize>,
    /// Slots in all.
    pub slots_total: Option<u32>,
    /// Slots that are free.
    pub slots_available: Option<u32>,
    /// How many snapshots were judged.
    pub snapshots: usize,
    /// The first of them.
    pub from: Option<Timestamp>,
    /// The last of them.
    pub to: Option<Timestamp>,
}

/// A root cause with what follows from it.
pub struct Cause<'a> {
    /// The cause.
    pub finding: &'a Finding,
    /// Its consequences.
    pub consequences: Vec<&'a Finding>,
}

impl Report {
    /// A report over `jobs`, judged on `history`.
    pub fn new(source: String, history: &[ClusterSnapshot], jobs: Vec<Diagnosis>) -> Report {
        let last = history.last();
        let embedded = last.is_some_and(|last| last.embedded);
        let cluster = Cluster {
            source,
            kind: if embedded { model::ClusterKind::Embedded } else { model::ClusterKind::Flink },
            version: last.and_then(|last| last.version.clone()),
            task_managers: last.and_then(|last| last.task_managers.as_ref()).map(Vec::len),
            slots_total: last.and_then(|last| last.slots_total),
            slots_available: last.and_then(|last| last.slots_available),
            snapshots: history.len(),
            from: history.first().map(|first| first.at),
            to: last.map(|last| last.at),
        };
        Report { cluster, jobs }
    }

    /// The jobs that a person wants to read of: those that are not over, or all where all are.
    pub fn judged(&self) -> impl Iterator<Item = &Diagnosis> {
        let all = self.jobs.iter().all(over);
        self.jobs.iter().filter(move |job| all || !over(job))
    }

    /// What a person should know of the others, in one sentence; `None` where there are none.
    pub fn ended(&self) -> Option<String> {
        const NAMED: usize = 5;
        let over: Vec<&Diagnosis> = self.jobs.iter().filter(|job| over(job)).collect();
        if over.is_empty() || over.len() == self.jobs.len() {
            return None;
        }
        let names: Vec<String> = over.iter().take(NAMED).map(|job| format!("{} ({})", job.name, job.status)).collect();
        let more = over.len().checked_sub(NAMED).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        Some(format!("Over, and not judged: {}{more}.", names.join(", ")))
    }

    /// Whether anything found is severe or critical.
    pub fn severe(&self) -> bool {
        self.jobs.iter().flat_map(|job| &job.findings).any(|finding| finding.severity >= Severity::Severe)
    }

    /// Whether there was enough to judge any job by.
    pub fn assessed(&self) -> bool {
        self.jobs.iter().any(|job| job.verdict != Verdict::Unknown || !job.findings.is_empty())
    }
}

/// Whether a job was ended on purpose, or came to its end.
pub fn over(job: &Diagnosis) -> bool {
    matches!(job.status.as_str(), "CANCELED" | "FINISHED")
}

impl Cluster {
    /// `Flink 2.3.0, 3 snapshots over 24 s`.
    pub fn summary(&self) -> String {
        let make = match self.kind {
            model::ClusterKind::Embedded => "Embedded engine",
            model::ClusterKind::Flink => "Flink",
        };
        let version = self.version.as_deref().unwrap_or("of unknown version");
        let plural = if self.snapshots == 1 { "" } else { "s" };
        let over = self.to.zip(self.from).map(|(to, from)| to.since_ms(from)).filter(|ms| *ms > 0);
        let over = over.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        let over = over.map(|over| format!(" over {}", duration::words(over))).unwrap_or_default();
        format!("{make} {version}, {} snapshot{plural}{over}", self.snapshots)
    }
}

/// The causes of a job, in the doctor's order, each with what follows from it. A consequence whose cause is not among the
/// findings stands as a cause: nothing is left out.
pub fn causes(job: &Diagnosis) -> Vec<Cause<'_>> {
    let known = |id: &Option<String>| id.as_ref().is_some_and(|id| job.findings.iter().any(|f| f.id == *id));
    let roots = job.findings.iter().filter(|finding| !known(&finding.caused_by));
    let follows = |root: &Finding| job.findings.iter().filter(|f| f.caused_by.as_ref() == Some(&root.id)).collect();
    roots.map(|finding| Cause { finding, consequences: follows(finding) }).collect()
}

/// What could not be assessed: what was missing, and the checks that missed it.
pub fn missing(job: &Diagnosis) -> Vec<(&str, String)> {
    let mut missing: Vec<(&str, String)> = Vec::new();
    for unknown in &job.unknown {
        match missing.iter_mut().find(|(what, _)| *what == unknown.missing) {
            Some((_, checks)) => {
                checks.push_str(", ");
                checks.push_str(&unknown.check);
            }
            None => missing.push((&unknown.missing, unknown.check.clone())),
        }
    }
    missing
}

/// A subject in words: `vertex sink-call, subtask 1`.
pub fn subject(subject: &Subject) -> String {
    let kind = lower(&subject.kind).replace('-', " ");
    let subtask = subject.subtask.map(|subtask| format!(", subtask {subtask}")).unwrap_or_default();
    format!("{kind} {}{subtask}", subject.name)
}

/// A unit enum of the model as it is on the wire: `severe`, `task-manager`.
pub fn lower(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A verdict as the first word of a report.
pub fn verdict(job: &Diagnosis) -> String {
    let score = job.score.map(|score| format!(", score {score} of 100")).unwrap_or_default();
    format!("{}{score}", lower(&job.verdict))
}

/// What was measured: a number with its unit, or the text that is the evidence.
pub fn measured(evidence: &Evidence) -> String {
    match (&evidence.text, evidence.value) {
        (Some(text), None) => text.clone(),
        (Some(text), Some(value)) => format!("{} ({text})", quantity(value, &evidence.unit)),
        (None, Some(value)) => quantity(value, &evidence.unit),
        (None, None) => "absent".into(),
    }
}

/// The threshold that was in force; empty where there was none.
pub fn threshold(evidence: &Evidence) -> String {
    evidence.threshold.map(|threshold| quantity(threshold, &evidence.unit)).unwrap_or_default()
}

pub fn quantity(value: f64, unit: &str) -> String {
    let (value, unit) = match unit.split_once('/') {
        _ if matches!(unit, "bytes" | "B") => bytes(value),
        Some(("bytes" | "B", per)) => (bytes(value).0, format!("{}/{per}", bytes(value).1)),
        _ => (value, unit.to_string()),
    };
    let number = number(value);
    if unit.is_empty() { number } else { format!("{number} {unit}") }
}

/// Bytes in the unit that leaves the fewest digits, and that unit.
fn bytes(value: f64) -> (f64, String) {
    const STEPS: [(f64, &str); 3] = [(1024.0 * 1024.0 * 1024.0, "GiB"), (1024.0 * 1024.0, "MiB"), (1024.0, "KiB")];
    let step = STEPS.iter().find(|(size, _)| value.abs() >= *size);
    step.map_or((value, "bytes".to_string()), |(size, unit)| (value / size, (*unit).to_string()))
}

/// A number with at most three digits that matter after the point, and thousands apart: `1,954`, `0.03`, `89.6`.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 || v.fract() == 0.0 => 0,
        v if v >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |text| ("-", text));
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut apart = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n) % 3 == 0 {
            apart.push(',');
        }
        apart.push(digit);
    }
    format!("{sign}{apart}{fraction}")
}

/// `text` without control characters, so that a job's name or an exception cannot steer a terminal; line breaks are kept.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (1000.0, "ms/s", "1,000 ms/s"),
            (0.034, "", "0.03"),
            (89.56, "%", "89.6 %"),
            (-1_234_567.0, "", "-1,234,567"),
            (467.0 * 1024.0 * 1024.0, "bytes", "467 MiB"),
            (624_210_905.0, "B/min", "595 MiB/min"),
            (999.5, "ms", "1,000 ms"),
        ];
        for (value, unit, expect) in cases {
            assert_eq!(quantity(value, unit), expect);
        }
    }

    #[test]
    fn a_name_cannot_steer_a_terminal() {
        assert_eq!(plain("a\x1b[31mb\r\nc\u{9b}"), "a[31mb\nc");
    }
}
