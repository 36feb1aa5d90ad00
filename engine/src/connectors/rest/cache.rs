//! Answers that are kept for a while: the least recently asked goes first.

use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

use super::CacheConfig;
use crate::types::Batch;

/// Where no bound is set: so many keys.
const MAX_KEYS: usize = 100_000;

/// Answers by key.
#[derive(Debug)]
pub struct Cache {
    config: Option<CacheConfig>,
    entries: HashMap<Vec<u8>, Entry>,
    /// The keys by when they were last asked.
    order: BTreeMap<u64, Vec<u8>>,
    turn: u64,
}

#[derive(Debug)]
struct Entry {
    rows: Batch,
    written: Instant,
    asked: Instant,
    turn: u64,
}

impl Cache {
    /// An empty cache; without a configuration it keeps nothing.
    pub fn new(config: Option<CacheConfig>) -> Self {
        Self { config, entries: HashMap::new(), order: BTreeMap::new(), turn: 0 }
    }

    /// The rows of a key, if they are there and fresh.
    pub fn get(&mut self, key: &[u8]) -> Option<Batch> {
        let config = self.config.as_ref()?;
        let entry = self.entries.get_mut(key)?;
        let stale = config.after_write.is_some_and(|time| entry.written.elapsed() > time)
            || config.after_access.is_some_and(|time| entry.asked.elapsed() > time);
        self.order.remove(&entry.turn);
        if stale {
            self.entries.remove(key);
            return None;
        }
        self.turn += 1;
        (entry.turn, entry.asked) = (self.turn, Instant::now());
        self.order.insert(self.turn, key.to_vec());
        Some(entry.rows.clone())
    }

    /// Keeps the rows of a key.
    pub fn put(&mut self, key: Vec<u8>, rows: &Batch) {
        let Some(config) = &self.config else { return };
        if rows.rows == 0 && !config.missing {
            return;
        }
        self.turn += 1;
        let now = Instant::now();
        self.order.insert(self.turn, key.clone());
        let entry = Entry { rows: rows.clone(), written: now, asked: now, turn: self.turn };
        if let Some(old) = self.entries.insert(key, entry) {
            self.order.remove(&old.turn);
        }
        while self.entries.len() > config.max_keys.unwrap_or(MAX_KEYS) {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.entries.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_least_recently_asked_goes_first_and_all_go_in_time() {
        let config =
            CacheConfig { max_keys: Some(2), after_write: Some(Duration::from_millis(40)), ..CacheConfig::default() };
        let mut cache = Cache::new(Some(config));
        let rows = Batch::inserts(Vec::new(), 1);
        cache.put(vec![1], &rows);
        cache.put(vec![2], &rows);
        assert!(cache.get(&[1]).is_some());
        cache.put(vec![3], &rows);
        cache.put(vec![4], &Batch::inserts(Vec::new(), 0));
        let there: Vec<bool> = (1..5).map(|key| cache.get(&[key]).is_some()).collect();
        assert_eq!(there, [true, false, true, false]);
        std::thread::sleep(Duration::from_millis(60));
        assert!(cache.get(&[1]).is_none() && cache.get(&[3]).is_none());
        assert!(Cache::new(None).get(&[1]).is_none());
    }
}
