//! Collectors on a cluster that answers as it is told to.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use model::{ApiError, ClusterSnapshot, JobSnapshot, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{Board, ClusterState, Collectors, Connect, Shared, Source};
use crate::portal::fixtures::record;
use crate::store::{ClusterRecord, Store};

type Answers = Arc<Mutex<VecDeque<Result<ClusterSnapshot, ApiError>>>>;

/// Answers in turn, then with the last answer for ever. Keeps the URLs it was connected to.
#[derive(Clone, Default)]
struct Scripted {
    answers: Answers,
    urls: Arc<Mutex<Vec<String>>>,
}

impl Connect for Scripted {
    fn connect(&self, _: &str, url: &str) -> Result<Box<dyn Source>, ApiError> {
        self.urls.lock().unwrap().push(url.to_owned());
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Source for Scripted {
    async fn snapshot(&mut self) -> Result<ClusterSnapshot, ApiError> {
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
    }
}

fn running(second: i64) -> Result<ClusterSnapshot, ApiError> {
    let job = JobSnapshot { id: "1".into(), name: "ads".into(), state: "RUNNING".into(), ..JobSnapshot::default() };
    let at = Timestamp(crate::clock::now().ms() + second * 1000);
    Ok(ClusterSnapshot { at, version: Some("2.3.0".into()), jobs: vec![job], ..ClusterSnapshot::default() })
}

fn silent() -> Result<ClusterSnapshot, ApiError> {
    Err(ApiError::external("cluster_unreachable", "no connection", "Check"))
}

struct Fixture {
    collectors: Collectors,
    shared: Shared,
    scripted: Scripted,
    _folder: tempfile::TempDir,
}

async fn fixture(answers: Vec<Result<ClusterSnapshot, ApiError>>) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let scripted = Scripted { answers: Arc::new(Mutex::new(answers.into())), ..Scripted::default() };
    let shared = Shared {
        board: Arc::new(Board::default()),
        store: Arc::new(Store::open(folder.path()).await.unwrap()),
        connect: Arc::new(scripted.clone()),
        interval: Duration::from_millis(10),
        shutdown: CancellationToken::new(),
    };
    shared.store.put_cluster(&record("flink"), Timestamp(0)).await.unwrap();
    Fixture { collectors: Collectors::start(shared.clone()).unwrap(), shared, scripted, _folder: folder }
}

impl Fixture {
    /// The cluster's state as soon as it is as wanted.
    async fn until(&self, wanted: impl Fn(&ClusterState) -> bool) -> Arc<ClusterState> {
        let mut changes = self.shared.board.changes();
        let found = async {
            loop {
                changes.borrow_and_update();
                if let Some(state) = self.shared.board.get("flink").filter(|s| wanted(s)) {
                    return state;
                }
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(10), found).await.unwrap()
    }
}

#[tokio::test]
async fn what_is_read_is_shown_and_stored() {
    let fixture = fixture(vec![running(0)]).await;
    fixture.collectors.watch(record("flink")).await.unwrap();
    let state = fixture.until(|s| s.jobs.contains_key("ads")).await;
    assert_eq!(state.version.as_deref(), Some("2.3.0"));
    let stored = fixture.shared.store.load_watch("flink", crate::clock::now()).await.unwrap();
    assert_eq!(stored.jobs["ads"].status, "RUNNING");
}

#[tokio::test]
async fn a_cluster_that_falls_silent_keeps_its_last_state_beside_the_error_and_recovers() {
    let fixture = fixture(vec![running(0), silent(), silent(), running(1)]).await;
    fixture.collectors.watch(record("flink")).await.unwrap();
    let state = fixture.until(|s| s.failures == 1).await;
    assert_eq!(state.error.as_ref().unwrap().code, "cluster_unreachable");
    assert!(state.jobs.contains_key("ads") && state.seen_at.is_some());
    let state = fixture.until(|s| s.error.is_none() && s.polls >= 4).await;
    assert_eq!((state.failures, state.history.len() >= 2), (2, true));
}

#[tokio::test]
async fn a_cluster_that_moved_is_read_at_its_new_address() {
    let fixture = fixture(vec![running(0)]).await;
    fixture.collectors.watch(record("flink")).await.unwrap();
    fixture.until(|s| s.polls > 0).await;
    let moved = ClusterRecord { url: "http://127.0.0.1:2".into(), ..record("flink") };
    fixture.collectors.watch(moved).await.unwrap();
    fixture.until(|s| s.record.url.ends_with(":2")).await;
    assert_eq!(*fixture.scripted.urls.lock().unwrap(), ["http://127.0.0.1:1", "http://127.0.0.1:2"]);
}

#[tokio::test]
async fn a_forgotten_cluster_leaves_the_board_for_good() {
    let fixture = fixture(vec![running(0)]).await;
    fixture.collectors.watch(record("flink")).await.unwrap();
    fixture.until(|s| s.polls > 0).await;
    assert!(fixture.collectors.forget("flink").await.is_some());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(fixture.shared.board.get("flink").is_none());
    assert!(fixture.collectors.forget("flink").await.is_none());
}
