//! One cluster's task: reads it, again and again, and hands what was read to the watcher.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{ApiError, ClusterKind, ClusterSnapshot};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{Shared, Source};
use crate::store::ClusterRecord;
use crate::watcher::{Event, Reading};

/// A cluster that fails is read less and less often, down to this.
const LAST_PAUSE: Duration = Duration::from_secs(30);

pub(super) struct Poller {
    shared: Shared,
    events: mpsc::Sender<Event>,
    record: watch::Receiver<ClusterRecord>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    /// What is read, and its URL.
    source: Option<(String, Box<dyn Source>)>,
    kind: ClusterKind,
    /// Readings in a row that failed.
    failed: u32,
}

impl Poller {
    pub(super) fn new(
        shared: Shared,
        events: mpsc::Sender<Event>,
        record: watch::Receiver<ClusterRecord>,
        wake: Arc<Notify>,
        stop: CancellationToken,
    ) -> Self {
        let kind = record.borrow().kind;
        Poller { shared, events, record, wake, stop, source: None, kind, failed: 0 }
    }

    pub(super) async fn run(mut self) {
        loop {
            if !self.turn().await {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(self.pause()) => {}
                () = self.wake.notified() => {}
                moved = self.record.changed() => if moved.is_err() { return },
                () = self.stop.cancelled() => return,
            }
        }
    }

    /// One reading, which has a time limit of its own; whether somebody still wants it.
    async fn turn(&mut self) -> bool {
        let cluster = self.record.borrow_and_update().clone();
        if self.source.as_ref().is_some_and(|(url, _)| *url != cluster.url) {
            self.source = None;
            self.failed = 0;
        }
        let begun = Instant::now();
        let taken = self.read(&cluster).await;
        let time = begun.elapsed();
        match &taken {
            Ok(snapshot) => self.took(&cluster.name, snapshot),
            Err(error) => self.missed(&cluster.name, error),
        }
        let reading = Reading { cluster, taken: taken.map(Arc::new), time };
        self.events.send(Event::Read(Box::new(reading))).await.is_ok()
    }

    async fn read(&mut self, cluster: &ClusterRecord) -> Result<ClusterSnapshot, ApiError> {
        let (_, source) = match &mut self.source {
            Some(source) => source,
            none => none.insert((cluster.url.clone(), self.shared.connect.connect(&cluster.name, &cluster.url)?)),
        };
        source.snapshot().await
    }

    fn took(&mut self, cluster: &str, snapshot: &ClusterSnapshot) {
        if self.failed > 0 {
            tracing::info!(cluster, failed = self.failed, "the cluster answers again");
        }
        self.failed = 0;
        self.kind = if snapshot.embedded { ClusterKind::Embedded } else { ClusterKind::Flink };
    }

    fn missed(&mut self, cluster: &str, error: &ApiError) {
        self.failed += 1;
        // Said once: the page shows it for as long as it lasts.
        if self.failed == 1 {
            tracing::warn!(cluster, "the cluster could not be read: {error}");
        }
    }

    fn pause(&self) -> Duration {
        let interval = match self.kind {
            ClusterKind::Embedded => self.shared.interval / 2,
            ClusterKind::Flink => self.shared.interval,
        };
        let doubled = interval * 2u32.saturating_pow(self.failed.saturating_sub(1).min(6));
        doubled.min(LAST_PAUSE.max(interval))
    }
}
