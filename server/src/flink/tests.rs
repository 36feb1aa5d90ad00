//! The client against a scriptable cluster: what breaks, what is asked for, what comes out.
#![allow(clippy::unwrap_used)]

use std::{sync::Arc, time::Duration};

use model::ClusterSnapshot;

use super::{
    fake::{Answer, Fake, ok},
    transport::MAX_BODY,
    *,
};

const JOB: &str = "085a007ac4ec81c79e757ff8d9df08cb";

fn client(fake: &Fake) -> FlinkClient {
    FlinkClient::new("test", Arc::new(Live::new(&fake.url).unwrap()))
}

async fn snapshot(fake: &Fake) -> Result<ClusterSnapshot, FlinkError> {
    client(fake).snapshot(&SnapshotCache::default()).await
}

fn jobs(state: &str) -> Answer {
    ok(&format!(r#"{{"jobs": [{{"jid": "{JOB}", "name": "j", "state": "{state}", "start-time": 5, "end-time": 9}}]}}"#))
}

#[tokio::test]
async fn errors_say_cluster_request_and_answer() {
    let cases = [
        (
            Answer::Text(503, r#"{"errors":["Service temporarily unavailable"]}"#.into()),
            "answered 503: Service temporarily",
        ),
        (ok("<html><body>hello</body></html>"), "it begins with \"<html><body>hello</body></html>\""),
        (ok(r#"{"jobs": {}}"#), "invalid type: map"),
        (ok(r#"{}"#), "missing field `jobs`"),
        (Answer::Bytes(MAX_BODY + 1), "more than 8388608 bytes"),
        (Answer::Hang(Duration::from_secs(60)), "no answer within"),
    ];
    for (answer, expect) in cases {
        let fake = Fake::start(vec![("/jobs/overview", answer)]).await;
        let error = snapshot(&fake).await.unwrap_err().to_string();
        assert!(error.starts_with("cluster test: GET /jobs/overview: ") && error.contains(expect), "{error}");
    }
}

#[tokio::test]
async fn nobody_there_is_a_connection_error_after_a_second_try() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = FlinkClient::new("gone", Arc::new(Live::new(&format!("http://{gone}")).unwrap()))
        .snapshot(&SnapshotCache::default())
        .await
        .unwrap_err();
    assert!(matches!(error.failure, Failure::Connect(_)), "{error}");
    assert!(model::ApiError::from(error).code == "cluster_unreachable");
}

#[tokio::test]
async fn what_fails_is_absent_and_the_rest_goes_on() {
    let detail = r#"{"timestamps": {"RUNNING": 7}, "vertices": [{"id": "v", "name": "V", "status": "RUNNING", "parallelism": 1}]}"#;
    let fake = Fake::start(vec![
        ("/jobs/overview", jobs("RUNNING")),
        (&format!("/jobs/{JOB}"), ok(detail)),
        ("/taskmanagers", Answer::Text(500, "oops".into())),
        (
            &format!("/jobs/{JOB}/vertices/v/metrics?get=0.busyTimeMsPerSecond"),
            ok(r#"[{"id": "0.busyTimeMsPerSecond", "value": "NaN"}]"#),
        ),
        (
            &format!("/jobs/{JOB}/vertices/v/metrics"),
            ok(r#"[{"id": "0.busyTimeMsPerSecond"}, {"id": "0.numBuffersOut"}]"#),
        ),
    ])
    .await;
    let snapshot = snapshot(&fake).await.unwrap();
    assert_eq!((snapshot.version.as_deref(), snapshot.embedded, snapshot.task_managers), (None, false, None));
    let job = &snapshot.jobs[0];
    assert_eq!(
        (job.running_since.map(|at| at.ms()), job.checkpoints.is_none(), job.exceptions.is_none()),
        (Some(7), true, true)
    );
    assert!(job.vertices[0].subtasks.is_empty(), "NaN is no value: {:?}", job.vertices[0].subtasks);
    let asked = fake.asked();
    assert!(asked.iter().any(|request| request.ends_with("metrics?get=0.busyTimeMsPerSecond")), "{asked:?}");
    assert!(!asked.iter().any(|request| request.contains("flamegraph")), "an idle vertex is not sampled: {asked:?}");
}

#[tokio::test]
async fn a_busy_vertex_is_sampled_until_the_cluster_says_that_it_samples_none() {
    let detail = r#"{"vertices": [{"id": "v", "name": "V", "status": "RUNNING", "parallelism": 1}]}"#;
    for (ended, asked_in_two_snapshots) in [(-3, 4), (-2, 2)] {
        let fake = Fake::start(vec![
            ("/jobs/overview", jobs("RUNNING")),
            (&format!("/jobs/{JOB}"), ok(detail)),
            (&format!("/jobs/{JOB}/vertices/v/metrics"), ok(r#"[{"id": "0.busyTimeMsPerSecond", "value": "998"}]"#)),
            (&format!("/jobs/{JOB}/vertices/v/flamegraph"), ok(&format!(r#"{{"endTimestamp": {ended}}}"#))),
        ])
        .await;
        let (client, cache) = (client(&fake), SnapshotCache::default());
        for _ in 0..2 {
            let snapshot = client.snapshot(&cache).await.unwrap();
            assert_eq!(snapshot.jobs[0].vertices[0].stacks, None);
        }
        let asked = fake.asked().iter().filter(|request| request.contains("flamegraph")).count();
        assert_eq!(asked, asked_in_two_snapshots, "endTimestamp {ended}");
    }
}

#[tokio::test]
async fn what_hangs_is_absent_in_time() {
    let fake = Fake::start(vec![
        ("/jobs/overview", jobs("CANCELED")),
        ("/taskmanagers", ok(r#"{"taskmanagers": [{"id": "tm-1", "slotsNumber": 2, "freeSlots": 1}]}"#)),
        ("/taskmanagers/tm-1/metrics", Answer::Hang(Duration::from_secs(60))),
    ])
    .await;
    let begun = std::time::Instant::now();
    let snapshot = snapshot(&fake).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    let manager = &snapshot.task_managers.unwrap()[0];
    assert_eq!((manager.free_slots, manager.metrics.len()), (Some(1), 0));
}

#[tokio::test]
async fn ended_jobs_are_read_lightly_and_failed_ones_once() {
    let result = r#"{"job-execution-result": {"failure-cause": {"class": "java.lang.IllegalStateException", "stack-trace": "java.lang.IllegalStateException: Cannot map state\n\tat A"}}}"#;
    let fake = Fake::start(vec![
        ("/jobs/overview", jobs("FAILED")),
        (&format!("/jobs/{JOB}/exceptions"), ok(r#"{"exceptionHistory": {"entries": []}}"#)),
        (&format!("/jobs/{JOB}/execution-result"), ok(result)),
    ])
    .await;
    let (client, cache) = (client(&fake), SnapshotCache::default());
    let first = client.snapshot(&cache).await.unwrap();
    let exceptions = first.jobs[0].exceptions.as_ref().unwrap();
    assert_eq!((exceptions[0].message.as_str(), exceptions[0].at.ms()), ("Cannot map state", 9));
    let asked = fake.asked().len();
    let second = client.snapshot(&cache).await.unwrap();
    assert_eq!(second.jobs, first.jobs);
    assert_eq!(fake.asked().len(), asked + 3, "overview, jobs and task managers only: {:?}", fake.asked());

    let cancelled = Fake::start(vec![("/jobs/overview", jobs("CANCELED"))]).await;
    snapshot(&cancelled).await.unwrap();
    assert!(!cancelled.asked().iter().any(|request| request.contains(JOB)));
}

#[tokio::test]
async fn a_recording_of_a_cluster_reads_as_the_cluster_did() {
    let detail = r#"{"timestamps": {"RUNNING": 7}, "vertices": [{"id": "v", "name": "V", "status": "RUNNING", "parallelism": 1}]}"#;
    let metrics = r#"[{"id": "0.busyTimeMsPerSecond", "value": "998.0"}]"#;
    let fake = Fake::start(vec![
        ("/overview", ok(r#"{"flink-version": "2.3.0", "slots-total": 4}"#)),
        ("/jobs/overview", jobs("RUNNING")),
        (&format!("/jobs/{JOB}"), ok(detail)),
        (
            &format!("/jobs/{JOB}/vertices/v"),
            ok(r#"{"subtasks": [{"subtask": 0, "attempt": 2, "status": "RUNNING"}]}"#),
        ),
        (&format!("/jobs/{JOB}/vertices/v/metrics"), ok(metrics)),
    ])
    .await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let recorder = Arc::new(Recorder::new(Live::new(&fake.url).unwrap(), file.reopen().unwrap()));
    let client = FlinkClient::new("test", Arc::clone(&recorder) as Arc<dyn Transport>);
    let cache = SnapshotCache::default();
    let live = [client.snapshot(&cache).await.unwrap(), client.snapshot(&cache).await.unwrap()];
    assert!(recorder.flush().unwrap() > 10);
    let recorded = recording::read(file.path()).await.unwrap();
    assert_eq!(recorded.len(), 2);
    for (recorded, live) in recorded.into_iter().zip(live) {
        assert_eq!(recorded.jobs, live.jobs);
        assert_eq!(recorded.jobs[0].vertices[0].subtasks[0].metrics["busyTimeMsPerSecond"], 998.0);
        assert_eq!(ClusterSnapshot { at: live.at, ..recorded }, live);
    }
}

#[tokio::test]
async fn a_probe_says_what_was_found() {
    let flink = Fake::start(vec![(
        "/overview",
        ok(r#"{"flink-version": "1.20.3", "taskmanagers": 2, "slots-total": 4, "slots-available": 1}"#),
    )])
    .await;
    let found = probe(&flink.url).await.unwrap();
    assert_eq!(
        (found.version.as_str(), found.embedded, found.task_managers, found.gateway),
        ("1.20.3", false, Some(2), false)
    );

    let gateway = Fake::start(vec![("/v1/info", ok(r#"{"productName": "Apache Flink", "version": "2.3.0"}"#))]).await;
    let page =
        Fake::start(vec![("/overview", ok("<html><head><title>Welcome to\n nginx!</title></head></html>"))]).await;
    let json = Fake::start(vec![("/overview", ok(r#"{"hello": 1}"#))]).await;
    let closed = Fake::start(vec![("/overview", Answer::Text(401, String::new()))]).await;
    let cases = [
        (gateway.url.as_str(), "not_a_cluster", "the SQL Gateway of Flink 2.3.0"),
        (&page.url, "not_a_cluster", "a web page titled \"Welcome to nginx!\""),
        (&json.url, "not_a_cluster", "answered 200 with \"{\\\"hello\\\": 1}\""),
        (&closed.url, "cluster_forbidden", "401"),
        ("http://127.0.0.1:1", "cluster_unreachable", "no connection"),
        ("flink", "cluster_url_invalid", "http://host:port"),
    ];
    for (url, code, words) in cases {
        let error = probe(url).await.unwrap_err();
        assert!(error.code == code && error.message.contains(words), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn a_script_runs_in_one_session_that_is_closed() {
    let page = |kind: &str, more: &str| ok(&format!(r#"{{"resultType": "{kind}"{more}}}"#));
    let rows = r#", "jobID": "0123", "nextResultUri": "/v1/sessions/s/operations/o/result/1?rowFormat=JSON", "results": {"columns": [{"name": "job id", "logicalType": {"type": "VARCHAR"}}], "data": [{"kind": "INSERT", "fields": ["0123"]}]}"#;
    let fake = Fake::start(vec![
        ("/v1/sessions", ok(r#"{"sessionHandle": "s"}"#)),
        ("/v1/sessions/s/statements", ok(r#"{"operationHandle": "o"}"#)),
        ("/v1/sessions/s/operations/o/result/0", page("PAYLOAD", rows)),
        ("/v1/sessions/s/operations/o/result/1", page("EOS", "")),
    ])
    .await;
    let results =
        Gateway::new("test", &fake.url).unwrap().run_script("SET 'a' = 'b'; INSERT INTO t SELECT 1;").await.unwrap();
    assert_eq!(results.len(), 2);
    assert_eq!(
        (results[1].job_id.as_deref(), results[1].columns[0].name.as_str(), &results[1].rows),
        (Some("0123"), "job id", &vec![vec!["0123".into()]])
    );
    let asked = fake.asked();
    assert_eq!(asked.iter().filter(|request| *request == "POST /v1/sessions").count(), 1);
    assert_eq!(asked.last().map(String::as_str), Some("DELETE /v1/sessions/s"));
}

#[tokio::test]
async fn a_statement_that_fails_says_why_and_is_not_sent_again() {
    let refused = r#"{"errors": ["Internal server error.", "<Exception on server side:\nX: wrapper\n\tat A\nCaused by: ValidationException: Object 'nope' not found\n\tat B"]}"#;
    let fake = Fake::start(vec![
        ("/v1/sessions", ok(r#"{"sessionHandle": "s"}"#)),
        ("/v1/sessions/s/statements", ok(r#"{"operationHandle": "o"}"#)),
        ("/v1/sessions/s/operations/o/result/0", Answer::Text(500, refused.into())),
    ])
    .await;
    let error = Gateway::new("test", &fake.url).unwrap().run_script("SELECT * FROM nope; SELECT 2").await.unwrap_err();
    let expect =
        "cluster test: `SELECT * FROM nope`: the statement failed: ValidationException: Object 'nope' not found";
    assert_eq!(error.to_string(), expect);
    assert_eq!(fake.asked().iter().filter(|request| request.ends_with("/statements")).count(), 1);
}
