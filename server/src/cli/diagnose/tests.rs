//! The command's judgement on recordings, and its report in every format.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use model::Severity;

use super::*;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/recordings"))
}

async fn report(name: &str) -> Report {
    let source = format!("{name}.jsonl.gz");
    let history = recording::read(&folder().join(&source)).await.unwrap();
    let jobs = examine(&history, None, &source).unwrap();
    Report::new(source, &history, jobs)
}

/// What falls short of a row of the table; the rule is the one that acceptance uses.
fn problem(report: &Report, causes: &str, subjects: &str, verdicts: &str) -> Option<String> {
    let live = report.jobs.iter().filter(|job| !over(job));
    let job = live.min_by_key(|job| job.score.unwrap_or(100)).or(report.jobs.first())?;
    let root = job.findings.iter().find(|finding| finding.caused_by.is_none());
    let severe = job.findings.iter().find(|finding| finding.severity >= Severity::Severe);
    let verdict = report::lower(&job.verdict);
    if !verdicts.split('|').any(|allowed| allowed == verdict) {
        return Some(format!("verdict {verdict}, not {verdicts}"));
    }
    if causes == "-" {
        return severe.map(|finding| format!("false alarm: {}: {}", finding.cause, finding.title));
    }
    let Some(root) = root else { return Some("nothing found".into()) };
    let about = format!("{} {}", report::lower(&root.subject.kind), root.subject.name);
    // The table's expressions hold alternatives, and `.*` between words.
    let fits = |pattern: &str| pattern.split(".*").all(|part| about.contains(part));
    if !causes.split('|').any(|cause| cause == root.cause) {
        return Some(format!("first cause {}, not {causes}", root.cause));
    }
    if !subjects.split('|').any(fits) {
        return Some(format!("{} on {about}, not {subjects}", root.cause));
    }
    let complete = !root.instructions.is_empty() && !root.evidence.is_empty() && !root.why.is_empty();
    (!complete).then(|| "no instructions, evidence or why".to_string())
}

#[tokio::test]
async fn every_recording_gives_the_expected_verdict() {
    let table = std::fs::read_to_string(folder().join("expect.tsv")).unwrap();
    let mut problems = Vec::new();
    let mut rows = 0;
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let row: Vec<&str> = line.split('\t').collect();
        let [name, causes, subjects, verdicts] = row[..] else { panic!("{line}") };
        rows += 1;
        if let Some(problem) = problem(&report(name).await, causes, subjects, verdicts) {
            problems.push(format!("{name}: {problem}"));
        }
    }
    assert!(rows >= 10 && problems.is_empty(), "{problems:#?}");
}

#[tokio::test]
async fn the_text_of_a_slow_sink() {
    insta::assert_snapshot!(text::render(&report("flink-2.3.0-slow-sink").await, false));
}

#[tokio::test]
async fn every_format_names_the_cause_and_escapes_what_the_cluster_says() {
    let mut report = report("flink-2.3.0-slow-sink").await;
    report.jobs[0].name = "<b>\x1b[31m`|evil".into();
    let (text, markdown, html) = (text::render(&report, false), markdown::render(&report), html::render(&report));
    let json: serde_json::Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
    for page in [&text, &markdown, &html] {
        assert!(page.contains("slow-external-call") && !page.contains('\x1b'), "{page}");
    }
    assert!(markdown.contains("# \\<b\\>\\[31m\\`\\|evil") && html.contains("<h1>&lt;b&gt;[31m`|evil</h1>"));
    assert_eq!(json["jobs"][0]["findings"][0]["cause"], "slow-external-call");
    assert_eq!((&json["cluster"]["kind"], &json["cluster"]["snapshots"]), (&"flink".into(), &3.into()));
    assert!(text::render(&report, true).contains("\x1b[1;31m"));
}

#[tokio::test]
async fn an_unknown_job_is_refused_with_the_nearest() {
    let history = recording::read(&folder().join("flink-2.3.0-none.jsonl.gz")).await.unwrap();
    let refused = examine(&history, Some("orders-pipelin"), "x").unwrap_err();
    assert!(refused.contains("did you mean `orders-pipeline`"), "{refused}");
    let by_id = examine(&history, Some("a951c49de500ebc5c77cb2a1fc44025b"), "x").unwrap();
    assert_eq!(by_id.len(), 1);
}

#[tokio::test]
async fn a_cluster_without_jobs_cannot_be_assessed() {
    let empty = ClusterSnapshot::default();
    let refused = examine(&[empty], None, "http://flink:8081").unwrap_err();
    assert!(refused.starts_with("http://flink:8081 has no job"), "{refused}");
}
