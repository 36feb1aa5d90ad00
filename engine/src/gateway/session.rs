//! A session: its settings, its tables, and what was run in it.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::results::ResultTable;
use crate::{
    ids,
    sql::{catalog::Catalog, config::Settings},
};

/// Operations that a session remembers; the oldest are forgotten first.
const MAX_OPERATIONS: usize = 100;

/// What statements read and change.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// What was `SET`.
    pub settings: Settings,
    /// What was `CREATE`d.
    pub catalog: Catalog,
}

/// A statement that was run.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its handle.
    pub handle: String,
    /// Its result, or the stack trace of why it has none.
    pub outcome: Result<ResultTable, String>,
    /// Whether its result was cancelled.
    pub cancelled: bool,
}

/// A session.
pub struct Session {
    /// What statements read and change. Held while one runs: statements of a session run one after the other.
    pub environment: tokio::sync::Mutex<Environment>,
    operations: Mutex<VecDeque<Operation>>,
    used: Mutex<Instant>,
}

impl Session {
    /// A session with these settings.
    pub fn new(settings: Settings) -> Self {
        Self {
            environment: tokio::sync::Mutex::new(Environment { settings, ..Environment::default() }),
            operations: Mutex::default(),
            used: Mutex::new(Instant::now()),
        }
    }

    /// It is being used.
    pub fn touch(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// How long it has not been used.
    pub fn idle(&self) -> Duration {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Remembers an outcome; answers its handle.
    pub fn remember(&self, outcome: Result<ResultTable, String>) -> String {
        let handle = ids::handle();
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.push_back(Operation { handle: handle.clone(), outcome, cancelled: false });
        if operations.len() > MAX_OPERATIONS {
            operations.pop_front();
        }
        handle
    }

    /// The operation of a handle.
    pub fn operation(&self, handle: &str) -> Option<Operation> {
        let operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.iter().find(|operation| operation.handle == handle).cloned()
    }

    /// Cancels an operation, which here means its result: statements are over at once. `false` where there is none.
    pub fn cancel(&self, handle: &str) -> bool {
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        let found = operations.iter_mut().find(|operation| operation.handle == handle);
        found.is_some_and(|operation| {
            operation.cancelled = true;
            true
        })
    }

    /// Forgets an operation; `false` where there is none.
    pub fn close(&self, handle: &str) -> bool {
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        let before = operations.len();
        operations.retain(|operation| operation.handle != handle);
        operations.len() < before
    }
}
