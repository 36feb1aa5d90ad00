//! What one snapshot may keep for the next: lists of metric names, and facts that no longer change.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use model::{ExceptionEntry, VertexAcks, VertexSnapshot};

/// How long a list of names is good, in milliseconds: some metrics appear only after the first records.
const NAMES_KEPT_MS: i64 = 30_000;

/// The most entries of one kind. At the bound the map starts afresh, and costs a few requests more once.
const ENTRIES: usize = 4096;

/// Kept from one snapshot of a cluster to the next, by whoever polls it.
#[derive(Debug, Default)]
pub struct SnapshotCache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    names: HashMap<String, Names>,
    acks: HashMap<(String, u64), Vec<VertexAcks>>,
    failed: HashMap<String, Ended>,
    no_stacks: bool,
}

#[derive(Debug, Clone)]
struct Names {
    names: Vec<String>,
    attempts: u64,
    listed_ms: i64,
}

/// What is read once of a job that failed.
#[derive(Debug, Clone, Default)]
pub(super) struct Ended {
    pub vertices: Vec<VertexSnapshot>,
    pub exceptions: Option<Vec<ExceptionEntry>>,
}

impl SnapshotCache {
    /// The names listed at `path` for the same attempts, unless that is too long ago.
    pub(super) fn names(&self, path: &str, attempts: u64, now_ms: i64) -> Option<Vec<String>> {
        let kept = self.lock();
        let found = kept.names.get(path)?;
        let fresh = found.attempts == attempts && now_ms.saturating_sub(found.listed_ms) < NAMES_KEPT_MS;
        fresh.then(|| found.names.clone())
    }

    pub(super) fn keep_names(&self, path: &str, attempts: u64, listed_ms: i64, names: &[String]) {
        insert(&mut self.lock().names, path.to_string(), Names { names: names.to_vec(), attempts, listed_ms });
    }

    pub(super) fn acks(&self, job: &str, checkpoint: u64) -> Option<Vec<VertexAcks>> {
        self.lock().acks.get(&(job.to_string(), checkpoint)).cloned()
    }

    pub(super) fn keep_acks(&self, job: &str, checkpoint: u64, acks: &[VertexAcks]) {
        insert(&mut self.lock().acks, (job.to_string(), checkpoint), acks.to_vec());
    }

    pub(super) fn failed(&self, job: &str) -> Option<Ended> {
        self.lock().failed.get(job).cloned()
    }

    pub(super) fn keep_failed(&self, job: &str, ended: Ended) {
        insert(&mut self.lock().failed, job.to_string(), ended);
    }

    /// Whether the cluster said that it samples no stacks.
    pub(super) fn no_stacks(&self) -> bool {
        self.lock().no_stacks
    }

    pub(super) fn keep_no_stacks(&self) {
        self.lock().no_stacks = true;
    }

    /// A reader that panicked cannot have left a map half-written, so its poison is of no concern.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn insert<K: std::hash::Hash + Eq, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= ENTRIES && !map.contains_key(&key) {
        map.clear();
    }
    map.insert(key, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_good_for_one_attempt_and_half_a_minute() {
        let cache = SnapshotCache::default();
        cache.keep_names("/m", 1, 1000, &["0.busy".to_string()]);
        assert!(cache.names("/m", 1, 1000 + NAMES_KEPT_MS - 1).is_some());
        assert!(cache.names("/m", 1, 1000 + NAMES_KEPT_MS).is_none());
        assert!(cache.names("/m", 2, 1000).is_none());
        assert!(cache.names("/other", 1, 1000).is_none());
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = SnapshotCache::default();
        (0..=ENTRIES).for_each(|n| cache.keep_names(&n.to_string(), 0, 0, &[]));
        assert_eq!(cache.lock().names.len(), 1);
    }
}
