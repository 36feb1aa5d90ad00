//! Recordings as they come: the ones in the repository, and what is no recording.
#![allow(clippy::unwrap_used)]

use std::{io::Write, path::PathBuf};

use super::*;

fn shipped(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/recordings")).join(name)
}

async fn read_text(text: &[u8]) -> Result<Vec<ClusterSnapshot>, RecordingError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    read(file.path()).await
}

#[tokio::test]
async fn a_shipped_recording_becomes_three_snapshots() {
    let snapshots = read(&shipped("flink-2.3.0-slow-sink.jsonl.gz")).await.unwrap();
    assert_eq!(
        snapshots.iter().map(|s| s.at.ms()).collect::<Vec<_>>(),
        [1_795_346_189_554, 1_795_346_201_554, 1_795_346_213_547]
    );
    let last = snapshots.last().unwrap();
    assert_eq!(
        (last.version.as_deref(), last.slots_total, last.task_managers.as_ref().map(Vec::len)),
        (Some("2.3.0"), Some(4), Some(2))
    );
    let job = &last.jobs[0];
    assert_eq!((job.name.as_str(), job.state.as_str(), job.vertices.len()), ("orders-pipeline", "RUNNING", 5));
    let sink = job.vertices.iter().find(|vertex| vertex.name.starts_with("sink-call")).unwrap();
    assert_eq!(sink.inputs.len(), 1);
    assert!(sink.subtasks.iter().all(|subtask| subtask.metrics["busyTimeMsPerSecond"] > 990.0));
    let stacks = sink.stacks.as_ref().unwrap();
    assert!(stacks.off_cpu > stacks.on_cpu);
    assert!(stacks.top[0].frames.iter().any(|frame| frame.contains("callExternalService")), "{:?}", stacks.top[0]);
    assert!(job.checkpoints.as_ref().is_some_and(|c| c.interval_ms == Some(5000) && !c.history[0].vertices.is_empty()));
}

#[tokio::test]
async fn zstandard_and_plain_are_read_alike() {
    let line =
        br#"{"at_ms": 1763810000000, "path": "/jobs/overview", "query": "", "status": 200, "body": {"jobs": []}}"#;
    // The same line in a Zstandard frame with one raw block, so that no encoder is needed to make it.
    let mut packed = vec![0x28, 0xb5, 0x2f, 0xfd, 0x20, u8::try_from(line.len()).unwrap()];
    let header = (u32::try_from(line.len()).unwrap() << 3) | 1;
    packed.extend(&header.to_le_bytes()[..3]);
    packed.extend(line);
    let plain = read_text(line).await.unwrap();
    assert_eq!(plain.len(), 1);
    assert_eq!(read_text(&packed).await.unwrap(), plain);
}

#[tokio::test]
async fn what_is_no_recording_is_refused_with_its_line() {
    let good = r#"{"at_ms": 1763810000000, "path": "/x", "query": "", "status": 200, "body": {}}"#;
    let overview = r#"{"at_ms": 1763810000000, "path": "/jobs/overview", "query": "", "status": 200, "body": {}}"#;
    let truncated = format!("{good}\n{{\"at_ms\": 1,");
    let deep = "[".repeat(100_000);
    let cases: &[(&[u8], Option<u64>, &str)] = &[
        (b"", None, "empty"),
        (truncated.as_bytes(), Some(2), "EOF"),
        (b"\x00\x01\x02", Some(1), "expected value"),
        (b"[1, 2, 3]", Some(1), "expected"),
        (deep.as_bytes(), Some(1), "expected"),
        (br#"{"at_ms": 1e400, "path": "/p", "query": "", "status": 200, "body": {}}"#, Some(1), "out of range"),
        (br#"{"at_ms": "x", "path": 7, "query": null, "status": "200", "body": {}}"#, Some(1), "invalid type"),
        (
            br#"{"at_ms": 9223372036854775807, "path": "/p", "query": "", "status": 200, "body": {}}"#,
            Some(1),
            "no time",
        ),
        (good.as_bytes(), None, "/jobs/overview"),
        (overview.as_bytes(), Some(1), "jobs"),
        (b"\x1f\x8b\x08\x00", Some(1), "unpacked"),
    ];
    for (text, line, word) in cases {
        let error = read_text(text).await.unwrap_err();
        assert_eq!(error.line, *line, "{error}");
        assert!(error.problem.contains(word) && error.to_string().len() < 1000, "{error}");
    }
    let missing = read(std::path::Path::new("/nowhere/at/all.jsonl")).await.unwrap_err();
    assert!(missing.problem.contains("no such file"), "{missing}");
}

#[tokio::test]
async fn hostile_counts_take_no_memory() {
    let jobs = r#"{"at_ms": 5, "path": "/jobs/overview", "query": "", "status": 200, "body": {"jobs": [{"jid": "a", "name": "j", "state": "RUNNING", "start-time": 9223372036854775807}]}}"#;
    let detail = r#"{"at_ms": 5, "path": "/jobs/a", "query": "", "status": 200, "body": {"vertices": [{"id": "v", "name": "v", "parallelism": 4294967295}]}}"#;
    let metrics = r#"{"at_ms": 5, "path": "/jobs/a/vertices/v/metrics", "query": "get=*", "status": 200, "body": [{"id": "4294967295.numRecordsIn", "value": "1"}, {"id": ".", "value": []}, {}]}"#;
    let snapshots = read_text(format!("{jobs}\n{detail}\n\n{metrics}\n").as_bytes()).await.unwrap();
    let job = &snapshots[0].jobs[0];
    assert_eq!(job.start, None);
    assert_eq!(job.vertices[0].subtasks.len(), 1);
    assert_eq!(job.vertices[0].subtasks[0].index, u32::MAX);
}
