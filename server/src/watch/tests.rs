//! Findings and cells over a course of evaluations.
#![allow(clippy::unwrap_used)]

use doctor::Examination;
use model::{
    CellVerdict, ClusterSnapshot, Confidence, Diagnosis, Evidence, Finding, FindingState, JobSnapshot, Reading,
    Severity, Subject, SubjectKind, Timestamp, Unknown, Verdict,
};

use super::{Changes, ClusterWatch, GONE_AFTER_MS};

/// A watcher that is fed one job's evaluations ten seconds apart.
struct Course {
    watch: ClusterWatch,
    at: Timestamp,
    ids: u32,
    id: &'static str,
    state: &'static str,
}

fn course() -> Course {
    Course { watch: ClusterWatch::default(), at: Timestamp(1_763_810_000_000), ids: 0, id: "one", state: "RUNNING" }
}

impl Course {
    fn step(&mut self, findings: &[Finding], unknown: &[&str]) -> Changes {
        self.step_with(findings, unknown, &[])
    }

    fn step_with(&mut self, findings: &[Finding], unknown: &[&str], readings: &[Reading]) -> Changes {
        self.at = self.at.plus_ms(10_000);
        let job = JobSnapshot {
            id: self.id.into(),
            name: "ads".into(),
            state: self.state.into(),
            start: Some(self.at),
            ..JobSnapshot::default()
        };
        let snapshot = ClusterSnapshot { at: self.at, jobs: vec![job], ..ClusterSnapshot::default() };
        let verdict = if findings.is_empty() { Verdict::Healthy } else { Verdict::Critical };
        let unknown = unknown.iter().map(|c| Unknown { check: (*c).into(), missing: "metrics".into() }).collect();
        let diagnosis = Diagnosis {
            name: "ads".into(),
            id: self.id.into(),
            status: self.state.into(),
            score: Some(50),
            verdict,
            findings: findings.to_vec(),
            unknown,
        };
        self.observe(&snapshot, &[Examination { diagnosis, readings: readings.to_vec() }])
    }

    fn observe(&mut self, snapshot: &ClusterSnapshot, examinations: &[Examination]) -> Changes {
        let ids = &mut self.ids;
        let mut new_id = || {
            *ids += 1;
            format!("F{ids}")
        };
        self.watch.observe(snapshot, examinations, &mut new_id)
    }

    /// The ids of open findings, in the order they are shown.
    fn open(&self) -> Vec<String> {
        self.watch.jobs["ads"].findings().into_iter().map(|f| f.id).collect()
    }

    fn closed_because(&self) -> String {
        self.watch.jobs["ads"].closed.front().and_then(|f| f.close_reason.clone()).unwrap()
    }
}

fn finding(check: &str, severity: Severity) -> Finding {
    let mut finding = Finding {
        id: String::new(),
        job: "ads".into(),
        check: check.into(),
        category: "throughput".into(),
        cause: "data-skew".into(),
        severity,
        state: FindingState::Open,
        opened_at: Timestamp(0),
        closed_at: None,
        close_reason: None,
        subject: Subject::new(SubjectKind::Vertex, "v", "sink"),
        title: "The sink is slow".into(),
        why: String::new(),
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
    };
    finding.id = finding.key();
    finding
}

fn reading(subject: Subject, verdict: CellVerdict, value: f64) -> Reading {
    Reading { check: "skew".into(), subject, value: Some(value), unit: String::new(), threshold: None, verdict }
}

#[test]
fn a_finding_keeps_its_id_and_opening_time_while_it_is_seen() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    let opened = course.at;
    let mut again = finding("skew", Severity::Critical);
    again.title = "Worse now".into();
    let changes = course.step(&[again], &[]);
    assert_eq!(changes.findings.len(), 1);
    let now = &changes.findings[0];
    assert_eq!((now.id.as_str(), now.opened_at, now.title.as_str()), ("F1", opened, "Worse now"));
    let series = now.evidence[0].series.as_deref();
    assert_eq!(series, Some("/api/v1/jobs/ads/signals?metric=busyTimeMsPerSecond&subject=sink"));
}

#[test]
fn it_closes_after_three_clean_evaluations_and_not_before() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    course.step(&[], &[]);
    course.step(&[], &[]);
    assert_eq!(course.open(), ["F1"]);
    assert_eq!(course.watch.jobs["ads"].verdict, Verdict::Degraded, "two clean looks are not health yet");
    let changes = course.step(&[], &[]);
    assert!(course.open().is_empty());
    assert_eq!(course.watch.jobs["ads"].verdict, Verdict::Healthy);
    assert_eq!(changes.findings[0].state, FindingState::Closed);
    assert_eq!(changes.findings[0].closed_at, Some(course.at));
    assert_eq!(course.closed_because(), "not seen in 3 evaluations since 11:13:40 UTC");
}

#[test]
fn three_looks_within_a_moment_prove_nothing() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    for _ in 0..5 {
        course.at = course.at.plus_ms(-9_000);
        course.step(&[], &[]);
    }
    assert_eq!(course.open(), ["F1"]);
    course.step(&[], &[]);
    assert!(course.open().is_empty());
}

#[test]
fn a_sighting_in_between_starts_the_count_again() {
    let mut course = course();
    for seen in [true, false, false, true, false, false] {
        let findings = if seen { vec![finding("skew", Severity::Severe)] } else { Vec::new() };
        course.step(&findings, &[]);
    }
    assert_eq!(course.open(), ["F1"]);
}

#[test]
fn unknown_never_closes() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Critical)], &[]);
    for _ in 0..20 {
        course.step(&[], &["skew"]);
    }
    assert_eq!(course.open(), ["F1"]);
    assert_eq!(course.watch.jobs["ads"].verdict, Verdict::Critical);
    for _ in 0..3 {
        course.step(&[], &["another"]);
    }
    assert!(course.open().is_empty(), "another check's ignorance does not keep it open");
}

#[test]
fn a_job_without_an_examination_keeps_its_findings() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Critical)], &[]);
    let job = JobSnapshot { id: "one".into(), name: "ads".into(), state: "RUNNING".into(), ..JobSnapshot::default() };
    let snapshot = ClusterSnapshot { at: course.at.plus_ms(10_000), jobs: vec![job], ..ClusterSnapshot::default() };
    for _ in 0..5 {
        course.observe(&snapshot, &[]);
    }
    assert_eq!(course.open(), ["F1"]);
    assert_eq!(course.watch.jobs["ads"].verdict, Verdict::Unknown);
}

#[test]
fn what_comes_back_after_closing_is_a_new_finding() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    for _ in 0..3 {
        course.step(&[], &[]);
    }
    course.step(&[finding("skew", Severity::Severe)], &[]);
    assert_eq!(course.open(), ["F2"]);
}

#[test]
fn a_cancelled_job_closes_its_findings_at_once() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    course.state = "CANCELED";
    course.step(&[], &["skew"]);
    assert!(course.open().is_empty());
    assert_eq!(course.closed_because(), "the job was cancelled");
}

#[test]
fn a_failed_job_keeps_what_is_not_known_to_be_over() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    course.state = "FAILED";
    course.step(&[], &["skew"]);
    assert_eq!(course.open(), ["F1"]);
}

#[test]
fn a_replaced_job_is_the_same_job() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    course.id = "two";
    course.step(&[finding("skew", Severity::Severe)], &[]);
    assert_eq!(course.open(), ["F1"], "the new instance has the same problem");
    for _ in 0..3 {
        course.step(&[], &[]);
    }
    assert!(course.closed_because().starts_with("not seen in 3 evaluations"));
}

#[test]
fn after_a_replacement_an_unknown_check_holds_a_finding_only_for_a_while() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    course.id = "two";
    for _ in 0..5 {
        course.step(&[], &["skew"]);
    }
    assert_eq!(course.open(), ["F1"]);
    course.step(&[], &["skew"]);
    assert!(course.open().is_empty());
    assert!(course.closed_because().starts_with("the instance it was seen on was replaced"));
}

#[test]
fn links_become_ids_and_consequences_follow_their_cause() {
    let mut course = course();
    let mut root = finding("root", Severity::Severe);
    let mut symptom = finding("symptom", Severity::Critical);
    let other = finding("other", Severity::Critical);
    root.consequences = vec![symptom.key(), "not/open/at/all".into()];
    symptom.caused_by = Some(root.key());
    course.step(&[symptom, root, other], &[]);
    let findings = course.watch.jobs["ads"].findings();
    let order: Vec<&str> = findings.iter().map(|f| f.check.as_str()).collect();
    assert_eq!(order, ["other", "root", "symptom"]);
    assert_eq!(findings[2].caused_by.as_ref(), Some(&findings[1].id));
    assert_eq!(findings[1].consequences, [findings[2].id.clone()]);
    // The links still hold one evaluation later, when the symptom alone is seen without its cause.
    let mut alone = finding("symptom", Severity::Critical);
    alone.caused_by = Some(findings[1].key());
    course.step(&[alone], &[]);
    let findings = course.watch.jobs["ads"].findings();
    assert_eq!(findings.iter().find(|f| f.check == "symptom").unwrap().caused_by.as_deref(), Some("F2"));
}

#[test]
fn a_job_that_vanished_is_unknown_and_then_leaves() {
    let mut course = course();
    course.step(&[finding("skew", Severity::Severe)], &[]);
    let gone = |at| ClusterSnapshot { at, ..ClusterSnapshot::default() };
    let first = course.at.plus_ms(10_000);
    course.observe(&gone(first), &[]);
    assert_eq!(course.watch.jobs["ads"].verdict, Verdict::Unknown);
    assert_eq!(course.open(), ["F1"]);
    let changes = course.observe(&gone(first.plus_ms(GONE_AFTER_MS)), &[]);
    assert_eq!(changes.forgotten, ["ads"]);
    assert_eq!(changes.findings[0].state, FindingState::Closed);
    assert!(course.watch.jobs.is_empty());
}

#[test]
fn the_worst_reading_of_a_minute_wins_and_gaps_are_unknown() {
    let mut course = course();
    let job = || Subject::new(SubjectKind::Job, "one", "ads");
    let vertex = Subject::new(SubjectKind::Vertex, "v", "sink");
    course.step_with(&[], &[], &[reading(job(), CellVerdict::Bad, 9.0), reading(vertex, CellVerdict::Ok, 1.0)]);
    course.step_with(&[], &[], &[reading(job(), CellVerdict::Ok, 2.0)]);
    course.at = course.at.plus_ms(170_000);
    // Another instance: the job's row goes on.
    course.id = "two";
    course.step_with(&[], &[], &[reading(Subject::new(SubjectKind::Job, "two", "ads"), CellVerdict::Warn, 5.0)]);
    let grid = &course.watch.jobs["ads"].grid;
    let rows = grid.shown(course.at, |row| row.check.clone());
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].cells.len(), model::CELLS);
    let last: Vec<(CellVerdict, Option<f64>)> = rows[0].cells[56..].iter().map(|c| (c.verdict, c.value)).collect();
    let unknown = (CellVerdict::Unknown, None);
    assert_eq!(last, [(CellVerdict::Bad, Some(9.0)), unknown, unknown, (CellVerdict::Warn, Some(5.0))]);
    let strip: Vec<CellVerdict> = grid.strip(course.at)[56..].iter().map(|c| c.verdict).collect();
    assert_eq!(strip, [CellVerdict::Bad, CellVerdict::Unknown, CellVerdict::Unknown, CellVerdict::Warn]);
    assert!(
        grid.shown(course.at.plus_ms(3_600_000), |row| row.check.clone()).is_empty(),
        "an hour later it is forgotten"
    );
}
