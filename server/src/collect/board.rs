//! What is known of every cluster now, for whoever wants to show it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use model::{ApiError, ClusterSnapshot, Timestamp};
use tokio::sync::watch;

use crate::store::ClusterRecord;
use crate::watch::JobWatch;

/// All that is known of one cluster.
#[derive(Debug, Clone)]
pub struct ClusterState {
    /// The cluster.
    pub record: ClusterRecord,
    /// The last minutes of snapshots, oldest first.
    pub history: VecDeque<Arc<ClusterSnapshot>>,
    /// The jobs as the watcher left them.
    pub jobs: BTreeMap<String, JobWatch>,
    /// The version it said it is, when it was added or last read.
    pub version: Option<String>,
    /// Why it could not be read the last time; `None` where it could.
    pub error: Option<ApiError>,
    /// When it last answered.
    pub seen_at: Option<Timestamp>,
    /// How often it was read.
    pub polls: u64,
    /// How often that failed.
    pub failures: u64,
    /// How long the last reading took.
    pub poll_time: Duration,
}

impl ClusterState {
    /// A cluster that was not read yet.
    pub fn new(record: ClusterRecord, jobs: BTreeMap<String, JobWatch>) -> Self {
        ClusterState {
            record,
            history: VecDeque::new(),
            jobs,
            version: None,
            error: None,
            seen_at: None,
            polls: 0,
            failures: 0,
            poll_time: Duration::ZERO,
        }
    }

    /// The newest snapshot.
    pub fn latest(&self) -> Option<&Arc<ClusterSnapshot>> {
        self.history.back()
    }
}

/// The states of all clusters. Readers take a cheap copy; no lock is held while anything is computed.
#[derive(Debug)]
pub struct Board {
    states: RwLock<BTreeMap<String, Arc<ClusterState>>>,
    version: watch::Sender<u64>,
}

impl Default for Board {
    fn default() -> Self {
        Board { states: RwLock::default(), version: watch::Sender::new(0) }
    }
}

impl Board {
    /// Replaces a cluster's state and tells whoever waits.
    pub fn put(&self, state: ClusterState) {
        let name = state.record.name.clone();
        self.states.write().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::new(state));
        self.touch();
    }

    /// Takes a cluster off the board.
    pub fn remove(&self, name: &str) -> Option<Arc<ClusterState>> {
        let removed = self.states.write().unwrap_or_else(PoisonError::into_inner).remove(name);
        self.touch();
        removed
    }

    /// All states, in the order of the clusters' names.
    pub fn all(&self) -> Vec<Arc<ClusterState>> {
        self.states.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// One cluster's state.
    pub fn get(&self, name: &str) -> Option<Arc<ClusterState>> {
        self.states.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Tells whoever waits that something to be shown has changed.
    pub fn touch(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    /// Wakes its holder at every change from now on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}
