//! A session: its settings, its tables, and what was run in it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{awaited::Awaited, query::Query, results::ResultTable};
use crate::{
    ids,
    planner::{self, Settings},
};

/// Operations that a session remembers; the oldest are forgotten first.
const MAX_OPERATIONS: usize = 100;

/// What came of a statement.
#[derive(Clone)]
pub enum Outcome {
    /// A result that is all there.
    Table(Arc<ResultTable>),
    /// An `INSERT` whose job is waited for.
    Awaited(Arc<Awaited>),
    /// A query whose rows come as its job runs.
    Query(Arc<Query>),
    /// The stack trace of why it has none.
    Failed(String),
}

/// A statement that was run.
#[derive(Clone)]
pub struct Operation {
    /// Its handle.
    pub handle: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// A session.
pub struct Session {
    /// Held by the statement whose turn it is: statements of a session run one after the other.
    pub turn: Arc<tokio::sync::Mutex<()>>,
    /// What statements read and change.
    pub environment: tokio::sync::Mutex<planner::session::Session>,
    operations: Mutex<VecDeque<Operation>>,
    used: Mutex<Instant>,
}

impl Session {
    /// A session with these settings.
    pub fn new(settings: Settings) -> Self {
        Self {
            turn: Arc::default(),
            environment: tokio::sync::Mutex::new(planner::session::Session::new(settings)),
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
    pub fn remember(&self, outcome: Outcome) -> String {
        let handle = ids::handle();
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.push_back(Operation { handle: handle.clone(), outcome, cancelled: false });
        if operations.len() > MAX_OPERATIONS
            && let Some(forgotten) = operations.pop_front()
        {
            forgotten.stop();
        }
        handle
    }

    /// The operation of a handle.
    pub fn operation(&self, handle: &str) -> Option<Operation> {
        let operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.iter().find(|operation| operation.handle == handle).cloned()
    }

    /// Cancels an operation: a query's job with it. `false` where there is none.
    pub fn cancel(&self, handle: &str) -> bool {
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        let found = operations.iter_mut().find(|operation| operation.handle == handle);
        found.is_some_and(|operation| {
            operation.cancelled = true;
            operation.stop();
            true
        })
    }

    /// Forgets an operation; `false` where there is none.
    pub fn close(&self, handle: &str) -> bool {
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        let found = operations.iter().position(|operation| operation.handle == handle);
        let closed = found.and_then(|index| operations.remove(index));
        closed.inspect(Operation::stop).is_some()
    }

    /// The session ends: its queries with it.
    pub fn end(&self) {
        let operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.iter().for_each(Operation::stop);
    }
}

impl Operation {
    fn stop(&self) {
        let job = match &self.outcome {
            Outcome::Query(query) => &query.job,
            Outcome::Awaited(awaited) => awaited.job(),
            Outcome::Table(_) | Outcome::Failed(_) => return,
        };
        if !job.status().is_terminal() {
            job.cancel.cancel();
        }
    }
}
