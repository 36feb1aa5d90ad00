//! What was stored is there again, whatever happened in between.
#![allow(clippy::unwrap_used)]

use doctor::Examination;
use model::{
    CellVerdict, ClusterKind, ClusterSnapshot, Confidence, Diagnosis, Finding, FindingState, JobSnapshot, Reading,
    Severity, Subject, SubjectKind, Timestamp, Verdict,
};

use super::{ClusterRecord, Origin, Store, StoreError};
use crate::watch::ClusterWatch;

const START: Timestamp = Timestamp(1_763_810_000_000);

fn cluster(name: &str) -> ClusterRecord {
    ClusterRecord {
        name: name.into(),
        kind: ClusterKind::Embedded,
        url: "http://127.0.0.1:1".into(),
        gateway_url: None,
        zone: "a".into(),
        origin: Origin::User,
    }
}

fn finding(job: &str) -> Finding {
    Finding {
        id: String::new(),
        job: job.into(),
        check: "skew".into(),
        category: "throughput".into(),
        cause: "data-skew".into(),
        severity: Severity::Severe,
        state: FindingState::Open,
        opened_at: START,
        closed_at: None,
        close_reason: None,
        subject: Subject::new(SubjectKind::Vertex, "v", "sink"),
        title: "t".into(),
        why: "w".into(),
        confidence: Confidence::High,
        evidence: Vec::new(),
        caused_by: None,
        consequences: Vec::new(),
        instructions: Vec::new(),
        actions: Vec::new(),
    }
}

/// One evaluation at `at` in which `findings` are seen.
async fn evaluate(store: &Store, watch: &mut ClusterWatch, at: Timestamp, findings: Vec<Finding>) {
    let job = JobSnapshot { id: "one".into(), name: "ads".into(), state: "RUNNING".into(), ..JobSnapshot::default() };
    let snapshot = ClusterSnapshot { at, jobs: vec![job], ..ClusterSnapshot::default() };
    let subject = Subject::new(SubjectKind::Job, "one", "ads");
    let reading = Reading {
        check: "skew".into(),
        subject,
        value: Some(3.5),
        unit: "x".into(),
        threshold: Some(2.0),
        verdict: CellVerdict::Bad,
    };
    let diagnosis = Diagnosis {
        name: "ads".into(),
        id: "one".into(),
        status: "RUNNING".into(),
        score: Some(40),
        verdict: Verdict::Critical,
        findings,
        unknown: Vec::new(),
    };
    let mut new_id = || ulid::Ulid::generate().to_string();
    let changes = watch.observe(&snapshot, &[Examination { diagnosis, readings: vec![reading] }], &mut new_id);
    store.apply("flink", &changes, at).await.unwrap();
}

#[tokio::test]
async fn findings_and_cells_survive_a_portal_that_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    store.put_cluster(&cluster("flink"), START).await.unwrap();
    let mut watch = ClusterWatch::default();
    evaluate(&store, &mut watch, START, vec![finding("ads")]).await;
    let before = watch.jobs["ads"].findings();
    // No close: the file is left as a killed process leaves it, with its write-ahead log.
    drop(store);
    let store = Store::open(folder.path()).await.unwrap();
    let loaded = store.load_watch("flink", START.plus_ms(60_000)).await.unwrap();
    let job = &loaded.jobs["ads"];
    assert_eq!(job.findings(), before);
    assert_eq!((job.verdict, job.score, job.status.as_str()), (Verdict::Critical, Some(40), "RUNNING"));
    assert_eq!(job.grid.strip(START)[59].verdict, CellVerdict::Bad);
    let row = &job.grid.shown(START, |row| row.check.clone())[0];
    assert_eq!((row.threshold, row.cells[59].value), (Some(2.0), Some(3.5)));
}

#[tokio::test]
async fn a_finding_goes_on_after_the_restart_under_its_id_and_closes_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    store.put_cluster(&cluster("flink"), START).await.unwrap();
    evaluate(&store, &mut ClusterWatch::default(), START, vec![finding("ads")]).await;
    let mut watch = store.load_watch("flink", START).await.unwrap();
    let id = watch.jobs["ads"].findings()[0].id.clone();
    evaluate(&store, &mut watch, START.plus_ms(10_000), vec![finding("ads")]).await;
    assert_eq!(watch.jobs["ads"].findings()[0].id, id);
    for i in 2..5 {
        evaluate(&store, &mut watch, START.plus_ms(i * 10_000), Vec::new()).await;
    }
    let all = store.findings("ads", None, None, None, 10).await.unwrap();
    assert_eq!(all.items.len(), 1);
    assert_eq!((all.items[0].id.clone(), all.items[0].state), (id, FindingState::Closed));
    let watch = store.load_watch("flink", START.plus_ms(50_000)).await.unwrap();
    assert!(watch.jobs["ads"].open.is_empty());
    assert_eq!(watch.jobs["ads"].closed.len(), 1);
}

#[tokio::test]
async fn a_removed_cluster_takes_its_jobs_along_and_leaves_its_findings() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    store.put_cluster(&cluster("flink"), START).await.unwrap();
    evaluate(&store, &mut ClusterWatch::default(), START, vec![finding("ads")]).await;
    store.delete_cluster("flink").await.unwrap();
    assert!(store.clusters().await.unwrap().is_empty());
    assert!(store.load_watch("flink", START).await.unwrap().jobs.is_empty());
    assert_eq!(store.findings("ads", Some("flink"), Some(FindingState::Open), None, 10).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn findings_come_in_pages_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let ids = ["01A", "01B", "01C"];
    let findings: Vec<Finding> = ids.iter().map(|id| Finding { id: (*id).into(), ..finding("ads") }).collect();
    store.put_findings("flink", &findings).await.unwrap();
    let first = store.findings("ads", None, None, None, 2).await.unwrap();
    assert_eq!(first.items.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["01C", "01B"]);
    let second = store.findings("ads", None, None, first.next.as_deref(), 2).await.unwrap();
    assert_eq!((second.items.len(), second.next), (1, None));
    assert!(store.findings("ads", None, Some(FindingState::Closed), None, 2).await.unwrap().items.is_empty());
    assert!(store.findings("other", None, None, None, 2).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn two_portals_do_not_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = Store::open(folder.path()).await.unwrap();
    assert!(matches!(Store::open(folder.path()).await, Err(StoreError::InUse(_))));
    drop(first);
    assert!(Store::open(folder.path()).await.is_ok());
}

#[tokio::test]
async fn a_database_of_a_newer_portal_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
               VALUES (99, 'later', TRUE, x'00', 0)";
    sqlx::query(sql).execute(&store.writer).await.unwrap();
    store.close().await;
    drop(store);
    let error = Store::open(folder.path()).await.unwrap_err().to_string();
    assert!(error.contains("schema 99, this one knows 1"), "{error}");
}

#[tokio::test]
async fn settings_and_clusters_are_replaced_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    store.set_setting("k", "1").await.unwrap();
    store.set_setting("k", "2").await.unwrap();
    assert_eq!(store.setting("k").await.unwrap().as_deref(), Some("2"));
    assert_eq!(store.setting("absent").await.unwrap(), None);
    store.put_cluster(&cluster("b"), START).await.unwrap();
    store.put_cluster(&cluster("a"), START).await.unwrap();
    let moved = ClusterRecord { url: "http://127.0.0.1:2".into(), ..cluster("b") };
    store.put_cluster(&moved, START).await.unwrap();
    assert_eq!(store.clusters().await.unwrap(), [cluster("a"), moved]);
}
