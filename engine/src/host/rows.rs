//! The rows of a query on their way from its worker to whoever reads them.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use tokio::sync::Notify;

use crate::types::{RowKind, Value};

/// Rows that wait to be read. The worker sends no more than the window that it was granted, so the queue is bounded.
#[derive(Debug, Default)]
pub struct RowQueue {
    rows: Mutex<VecDeque<(RowKind, Vec<Value>)>>,
    /// Rows that were taken and of which the worker was not told.
    taken: Mutex<u64>,
    /// Something was taken.
    pub changed: Notify,
}

impl RowQueue {
    /// Adds rows.
    pub fn extend(&self, rows: impl IntoIterator<Item = (RowKind, Vec<Value>)>) {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).extend(rows);
    }

    /// Takes up to so many rows.
    pub fn take(&self, most: usize) -> Vec<(RowKind, Vec<Value>)> {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let count = rows.len().min(most);
        let taken: Vec<_> = rows.drain(..count).collect();
        drop(rows);
        if count > 0 {
            *self.taken.lock().unwrap_or_else(PoisonError::into_inner) += count as u64;
            self.changed.notify_one();
        }
        taken
    }

    /// How many were taken since this was last asked: the worker may send as many more.
    pub fn granted(&self) -> u64 {
        std::mem::take(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
