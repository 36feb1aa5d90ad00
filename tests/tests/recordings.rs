//! What a real cluster answered while each fault ran, judged without a cluster: `diagnose --recording`.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::{fs, time::Duration};

use tests::{cli, expect, expect::Expected, parts, scene::Scene};

#[tokio::test]
async fn every_recording_gets_its_right_cause_and_subject() {
    let mut problems = Vec::new();
    for row in expect::table() {
        if let Err(problem) = judge(&row).await {
            problems.push(format!("{}: {problem}", row.name));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

async fn judge(row: &Expected) -> Result<(), String> {
    let file = parts::root().join("tests/recordings").join(format!("{}.jsonl.gz", row.name));
    let said = cli::diagnose_recording(&file).await;
    let diagnosis = said.json()?;
    row.check_job(cli::worst_job(&diagnosis)?)?;
    let findings = diagnosis["jobs"].as_array().into_iter().flatten().flat_map(|job| job["findings"].as_array());
    let severe = findings.flatten().any(expect::is_severe);
    let right = if severe { 1 } else { 0 };
    if said.code == Some(right) { Ok(()) } else { Err(format!("exit status {:?}, not {right}", said.code)) }
}

#[tokio::test]
async fn text_and_markdown_name_the_cause_too() {
    let file = parts::root().join("tests/recordings/flink-2.3.0-slow-sink.jsonl.gz").display().to_string();
    for format in ["text", "markdown", "html"] {
        let words = ["diagnose", "--recording", &file, "--format", format];
        let said = cli::drsquirrel(&words, Duration::from_secs(10)).await;
        assert!(said.out.contains("sink-call"), "{format} does not name the operator:\n{}{}", said.out, said.err);
        assert_eq!(said.code, Some(1), "{format}");
    }
}

#[tokio::test]
async fn bad_input_is_refused_with_a_short_clear_message() {
    let line =
        |body: &str| format!(r#"{{"at_ms": 1, "path": "/jobs/overview", "query": "", "status": 200, "body": {body}}}"#);
    let cases = [
        ("empty", String::new()),
        ("not-json", r#"{"at_ms": 1,"#.into()),
        ("binary", "\0\u{1}\u{2}".into()),
        ("wrong-shape", "[1, 2, 3]".into()),
        ("huge-number", line("{}").replace(": 1,", ": 1e400,")),
        ("deep", "[".repeat(100_000)),
        ("wrong-types", r#"{"at_ms": "x", "path": 7, "query": null, "status": "200", "body": {}}"#.into()),
        ("no-job", line(r#"{"jobs": []}"#)),
        ("not-gzip.gz", "plain text under a name that promises gzip".into()),
    ];
    let scene = Scene::new("hostile");
    let folder = scene.folder("input");
    let mut problems = Vec::new();
    for (name, text) in cases {
        let file = folder.join(name);
        fs::write(&file, text).unwrap();
        problems.extend(refused(&file).await.err().map(|problem| format!("{name}: {problem}")));
    }
    problems.extend(refused(&folder.join("missing")).await.err().map(|problem| format!("missing file: {problem}")));
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

async fn refused(file: &std::path::Path) -> Result<(), String> {
    let said = cli::diagnose_recording(file).await;
    let message = said.err.trim();
    match said.code {
        Some(2) if message.contains("panicked") => Err(format!("a panic: {message}")),
        Some(2) if message.is_empty() || message.len() > 2000 => Err(format!("{} bytes of message", message.len())),
        Some(2) => Ok(()),
        other => Err(format!("exit status {other:?}: {message}")),
    }
}
