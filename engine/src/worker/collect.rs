//! The end of a query: its rows go to the engine, no faster than somebody reads them there.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use super::{
    protocol::{FromWorker, SentRow},
    send,
};
use crate::{
    runtime::{
        Stop, TaskContext,
        operator::{Chunk, Operator, OperatorContext, OperatorFactory, Output},
    },
    state::SnapshotWriter,
    types::{Batch, DataType, RowWriter, row_codec::RowCodec},
};

/// Rows that may be on their way before any is read.
const WINDOW_ROWS: u64 = 5000;
/// The most rows of one message.
const MESSAGE_ROWS: usize = 500;
/// How often a task that waits for its reader looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// How many rows may still be sent.
#[derive(Debug)]
pub struct Credit {
    rows: Mutex<u64>,
    granted: Condvar,
}

impl Credit {
    /// The whole window.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { rows: Mutex::new(WINDOW_ROWS), granted: Condvar::new() })
    }

    /// So many more were read.
    pub fn grant(&self, rows: u64) {
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) += rows;
        self.granted.notify_all();
    }

    /// Takes up to `wanted`, at least one; waits where there is none.
    fn take(&self, wanted: usize, task: &TaskContext) -> Result<usize, Stop> {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        while *rows == 0 {
            if task.cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            rows = self.granted.wait_timeout(rows, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        let taken = (*rows).min(wanted as u64);
        *rows -= taken;
        Ok(taken as usize)
    }
}

/// Makes the sink of a query whose rows have these types.
pub fn factory(credit: Arc<Credit>, types: Vec<DataType>) -> Arc<dyn OperatorFactory> {
    Arc::new(move || Collect { credit: Arc::clone(&credit), codec: RowCodec::new(types.clone()), task: None })
}

struct Collect {
    credit: Arc<Credit>,
    codec: RowCodec,
    task: Option<TaskContext>,
}

impl Collect {
    fn send(&self, batch: &Batch, task: &TaskContext) -> Result<(), Stop> {
        let mut from = 0;
        while from < batch.rows {
            let count = self.credit.take((batch.rows - from).min(MESSAGE_ROWS), task)?;
            let mut writer = RowWriter::new();
            let rows = (from..from + count).map(|row| {
                writer.clear();
                self.codec.encode(&batch.columns, row, &mut writer);
                SentRow::new(batch.kind(row), writer.bytes())
            });
            send(&FromWorker::Rows(rows.collect()));
            from += count;
        }
        Ok(())
    }
}

impl Operator for Collect {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        self.task = Some(context.task.clone());
        Ok(())
    }

    fn process(&mut self, _input: usize, chunk: Chunk, _out: &mut dyn Output) -> Result<(), Stop> {
        match (&chunk, &self.task) {
            (Chunk::Batch(batch), Some(task)) => self.send(batch, task),
            _ => Ok(()),
        }
    }

    fn snapshot(&mut self, _writer: &mut SnapshotWriter) -> Result<(), Stop> {
        // Rows that were sent are read: a query that is started again begins anew.
        Ok(())
    }
}
