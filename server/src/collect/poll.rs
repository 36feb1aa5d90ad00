//! One cluster's task: read, examine, watch, write down, show.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use doctor::Examination;
use model::{ApiError, ClusterKind, ClusterSnapshot, Timestamp};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{ClusterState, Shared, Source};
use crate::store::ClusterRecord;
use crate::watch::{Changes, ClusterWatch};

/// The doctor looks back this far, in milliseconds.
const HISTORY_MS: i64 = 5 * 60_000;
/// At most so many snapshots are kept for that; with quicker polls the doctor looks back less far.
const HISTORY: usize = 64;
/// A cluster that fails is read less and less often, down to this.
const LAST_PAUSE: Duration = Duration::from_secs(30);

pub(super) struct Poller {
    shared: Shared,
    record: watch::Receiver<ClusterRecord>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    watch: ClusterWatch,
    source: Option<Box<dyn Source>>,
    state: ClusterState,
    /// Readings in a row that failed.
    failed: u32,
    /// What could not be written down yet.
    unsaved: Changes,
}

impl Poller {
    pub(super) fn new(
        shared: Shared,
        record: watch::Receiver<ClusterRecord>,
        watch: ClusterWatch,
        wake: Arc<Notify>,
        stop: CancellationToken,
    ) -> Self {
        let state = ClusterState::new(record.borrow().clone(), watch.jobs.clone());
        let unsaved = Changes::default();
        Poller { shared, record, wake, stop, watch, source: None, state, failed: 0, unsaved }
    }

    pub(super) async fn run(mut self) {
        loop {
            self.turn().await;
            tokio::select! {
                () = tokio::time::sleep(self.pause()) => {}
                () = self.wake.notified() => {}
                moved = self.record.changed() => if moved.is_err() { return },
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// One reading and what follows from it. Never cut off in the middle by a shutdown: the reading has a time limit of its
    /// own, and what was judged is written down.
    async fn turn(&mut self) {
        let record = self.record.borrow_and_update().clone();
        if self.source.is_none() || record.url != self.state.record.url {
            self.source = None;
            self.failed = 0;
        }
        self.state.record = ClusterRecord { kind: self.state.record.kind, ..record };
        let begun = Instant::now();
        let read = self.read().await;
        self.state.poll_time = begun.elapsed();
        self.state.polls += 1;
        match read {
            Ok(snapshot) => self.took(snapshot).await,
            Err(error) => self.missed(error),
        }
        self.shared.board.put(self.state.clone());
    }

    async fn read(&mut self) -> Result<ClusterSnapshot, ApiError> {
        let record = &self.state.record;
        let source = match &mut self.source {
            Some(source) => source,
            none => none.insert(self.shared.connect.connect(&record.name, &record.url)?),
        };
        source.snapshot().await
    }

    async fn took(&mut self, snapshot: ClusterSnapshot) {
        if self.failed > 0 {
            tracing::info!(cluster = self.state.record.name, failed = self.failed, "the cluster answers again");
        }
        self.failed = 0;
        let at = snapshot.at;
        self.state.error = None;
        self.state.seen_at = Some(at);
        self.state.version.clone_from(&snapshot.version);
        self.state.record.kind = if snapshot.embedded { ClusterKind::Embedded } else { ClusterKind::Flink };
        keep(&mut self.state.history, Arc::new(snapshot));
        let Some(examinations) = self.examine().await else { return };
        let Some(latest) = self.state.history.back() else { return };
        let mut new_id = || ulid::Ulid::generate().to_string();
        let changes = self.watch.observe(latest, &examinations, &mut new_id);
        self.save(changes, at).await;
        self.state.jobs.clone_from(&self.watch.jobs);
    }

    /// The doctor computes; it does so off the threads that serve requests.
    async fn examine(&self) -> Option<Vec<Examination>> {
        let history: Vec<Arc<ClusterSnapshot>> = self.state.history.iter().cloned().collect();
        let examined = tokio::task::spawn_blocking(move || {
            let history: Vec<&ClusterSnapshot> = history.iter().map(AsRef::as_ref).collect();
            doctor::examine(&history)
        });
        let cluster = &self.state.record.name;
        examined.await.inspect_err(|e| tracing::error!(cluster, "the doctor failed on this cluster: {e}")).ok()
    }

    /// What could not be written is kept and written with the next evaluation: nothing is lost while the disk is full.
    async fn save(&mut self, changes: Changes, at: Timestamp) {
        self.unsaved.add(changes);
        let cluster = &self.state.record.name;
        match self.shared.store.apply(cluster, &self.unsaved, at).await {
            Ok(()) => self.unsaved = Changes::default(),
            Err(error) => tracing::error!(cluster, "an evaluation could not be stored, it is tried again: {error}"),
        }
    }

    fn missed(&mut self, error: ApiError) {
        self.failed += 1;
        self.state.failures += 1;
        // Said once: the page shows it for as long as it lasts.
        if self.failed == 1 {
            tracing::warn!(cluster = self.state.record.name, "the cluster could not be read: {error}");
        }
        self.state.error = Some(error);
    }

    fn pause(&self) -> Duration {
        let interval = match self.state.record.kind {
            ClusterKind::Embedded => self.shared.interval / 2,
            ClusterKind::Flink => self.shared.interval,
        };
        let doubled = interval * 2u32.saturating_pow(self.failed.saturating_sub(1).min(6));
        doubled.min(LAST_PAUSE.max(interval))
    }
}

fn keep(history: &mut VecDeque<Arc<ClusterSnapshot>>, snapshot: Arc<ClusterSnapshot>) {
    let oldest = snapshot.at.plus_ms(-HISTORY_MS);
    history.push_back(snapshot);
    while history.len() > HISTORY || history.front().is_some_and(|s| s.at < oldest) {
        history.pop_front();
    }
}
