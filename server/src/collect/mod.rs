//! The collectors: one task a cluster that reads it every few seconds and hands what was read to the watcher, a dataflow
//! (`crate::watcher`), which judges it, writes it down and shows it on the board.
//!
//! What is wrong with a cluster that does not answer is kept beside the last state that was read off it.

mod board;
mod poll;
mod source;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use board::{Board, ClusterState};
pub use source::{Connect, FlinkSource, Source, client};

use crate::store::{ClusterRecord, Store, StoreError};
use crate::watcher::{Event, Watcher};

/// What all collectors share.
#[derive(Clone)]
pub struct Shared {
    /// Where the watcher leaves the clusters' states.
    pub board: Arc<Board>,
    /// Where it makes its evaluations durable.
    pub store: Arc<Store>,
    /// How a cluster is read.
    pub connect: Arc<dyn Connect>,
    /// How often; an embedded engine, whose figures are new every second, twice as often.
    pub interval: Duration,
    /// Ends them all.
    pub shutdown: CancellationToken,
}

/// The collectors that run.
pub struct Collectors {
    shared: Shared,
    /// Until they end.
    watcher: Mutex<Option<Watcher>>,
    events: mpsc::WeakSender<Event>,
    running: Mutex<BTreeMap<String, Running>>,
}

struct Running {
    record: watch::Sender<ClusterRecord>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Collectors {
    /// No collector yet, and the watcher, which waits for what they read.
    ///
    /// # Errors
    /// Where the watcher cannot be started.
    pub fn start(shared: Shared) -> std::io::Result<Self> {
        let watcher = Watcher::start(Arc::clone(&shared.store), Arc::clone(&shared.board))?;
        let events = watcher.events.downgrade();
        Ok(Collectors { shared, watcher: Mutex::new(Some(watcher)), events, running: Mutex::new(BTreeMap::new()) })
    }

    /// Begins to watch a cluster from where the store left it, or to watch it at its new address.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn watch(&self, record: ClusterRecord) -> Result<(), StoreError> {
        if let Some(running) = self.lock().get(&record.name) {
            running.record.send_if_modified(|known| std::mem::replace(known, record.clone()) != record);
            return Ok(());
        }
        let Some(events) = self.events.upgrade() else { return Ok(()) };
        let watch = self.shared.store.load_watch(&record.name, crate::clock::now()).await?;
        self.shared.board.put(ClusterState::new(record.clone(), watch.jobs));
        let (sender, receiver) = watch::channel(record.clone());
        let wake = Arc::new(Notify::new());
        let stop = self.shared.shutdown.child_token();
        let poller = poll::Poller::new(self.shared.clone(), events, receiver, Arc::clone(&wake), stop.clone());
        let task = tokio::spawn(poller.run());
        self.lock().insert(record.name, Running { record: sender, wake, stop, task });
        Ok(())
    }

    /// Reads a cluster now instead of at its next turn.
    pub fn wake(&self, cluster: &str) {
        if let Some(running) = self.lock().get(cluster) {
            running.wake.notify_one();
        }
    }

    /// Stops watching a cluster and answers with its last state.
    pub async fn forget(&self, cluster: &str) -> Option<Arc<ClusterState>> {
        let running = self.lock().remove(cluster)?;
        running.stop.cancel();
        let _ = running.task.await;
        // What it read last is on its way to the board.
        let done = CancellationToken::new();
        if let Some(events) = self.events.upgrade()
            && events.send(Event::Forget(cluster.to_owned(), done.clone())).await.is_ok()
        {
            done.cancelled().await;
        }
        self.shared.board.remove(cluster)
    }

    /// Waits until every collector has ended, and what they read is judged and written down. Cancel the shared token first.
    pub async fn ended(&self) {
        let all = std::mem::take(&mut *self.lock());
        for running in all.into_values() {
            let _ = running.task.await;
        }
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(watcher) = watcher {
            watcher.ended().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
