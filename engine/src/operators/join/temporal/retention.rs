//! When keys were last touched, where state is not kept for ever.

use std::collections::HashMap;

/// The keys, and when each was last touched. Not part of checkpoints: after a restore the time begins anew.
pub struct Retention {
    ttl_ms: Option<i64>,
    touched: HashMap<Box<[u8]>, i64>,
    swept: i64,
}

impl Retention {
    /// Keeps what was touched in the last `ttl_ms`; all, where it is `None`.
    pub fn new(ttl_ms: Option<i64>) -> Self {
        Self { ttl_ms, touched: HashMap::new(), swept: 0 }
    }

    /// Whether anything is ever forgotten.
    pub fn forgets(&self) -> bool {
        self.ttl_ms.is_some()
    }

    /// The key is in use.
    pub fn touch(&mut self, key: &[u8], now: i64) {
        if self.ttl_ms.is_none() {
            return;
        }
        match self.touched.get_mut(key) {
            Some(touched) => *touched = now,
            None => {
                self.touched.insert(key.into(), now);
            }
        }
    }

    /// The clock at which keys are to be forgotten next.
    pub fn next(&self) -> Option<i64> {
        self.ttl_ms.map(|ttl| self.swept + ttl)
    }

    /// Takes out the keys that were not touched for too long.
    pub fn sweep(&mut self, now: i64) -> Vec<Box<[u8]>> {
        let Some(ttl) = self.ttl_ms else { return Vec::new() };
        self.swept = now;
        let gone = |touched: &i64| now.saturating_sub(*touched) >= ttl;
        let keys = self.touched.iter().filter(|(_, touched)| gone(touched)).map(|(key, _)| key.clone()).collect();
        self.touched.retain(|_, touched| !gone(touched));
        keys
    }
}
