//! What all sinks have in common: the checks of rows before they are written, counters, and being flushed now and then.

use std::sync::Arc;

use super::constraints::Constraints;
use crate::{
    clock::now_ms,
    runtime::operator::{Chunk, Operator, OperatorContext, OperatorFactory, Output},
    runtime::{Failure, Stop, cancel::Cancel, metrics::TaskMetrics},
    state::SnapshotWriter,
    types::Batch,
};

/// Writes the rows that one subtask gets. Called from one thread only.
pub trait SinkWriter: Send {
    /// Takes its state back, and opens what it needs.
    fn open(&mut self, context: &mut OperatorContext<'_>) -> Result<(), Stop>;

    /// Writes rows; answers the bytes written. May wait for its service, which counts as busy.
    fn write(&mut self, batch: &Batch, task: &SinkTask) -> Result<u64, Stop>;

    /// Hands on what is held back; called every [`FLUSH_INTERVAL_MS`]. `now_ms` is the clock.
    fn flush(&mut self, now_ms: i64, task: &SinkTask) -> Result<(), Stop> {
        let _ = (now_ms, task);
        Ok(())
    }

    /// Before a barrier, and at the end of the input: all rows that were written are made durable or part of the state.
    fn finish(&mut self, task: &SinkTask) -> Result<(), Stop> {
        let _ = task;
        Ok(())
    }

    /// Writes what has to be restored; [`SinkWriter::finish`] was called just before.
    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let _ = writer;
        Ok(())
    }

    /// The checkpoint is complete.
    fn checkpoint_complete(&mut self, checkpoint: u64, task: &SinkTask) -> Result<(), Stop> {
        let _ = (checkpoint, task);
        Ok(())
    }
}

/// How often sinks are flushed, milliseconds.
pub const FLUSH_INTERVAL_MS: i64 = 200;

/// What a sink knows of its task while it runs.
#[derive(Debug, Clone)]
pub struct SinkTask {
    /// Tells when it is to stop.
    pub cancel: Cancel,
    /// The task's counters.
    pub metrics: Arc<TaskMetrics>,
    /// Its place among the counters of operators.
    pub index: usize,
}

/// Makes the writer of each subtask.
pub type MakeWriter = Arc<dyn Fn() -> Box<dyn SinkWriter> + Send + Sync>;

/// A sink.
pub struct SinkFactory {
    /// What rows must fulfil.
    pub constraints: Constraints,
    /// Makes the writer of each subtask.
    pub writer: MakeWriter,
}

impl OperatorFactory for SinkFactory {
    fn create(&self) -> Box<dyn Operator> {
        Box::new(SinkOperator {
            constraints: self.constraints.clone(),
            writer: (self.writer)(),
            task: None,
            flush_at: None,
        })
    }
}

struct SinkOperator {
    constraints: Constraints,
    writer: Box<dyn SinkWriter>,
    task: Option<SinkTask>,
    /// When rows that were written since the last flush are flushed.
    flush_at: Option<i64>,
}

impl SinkOperator {
    fn task(&self) -> Result<SinkTask, Failure> {
        let missing = || Failure::new("java.lang.IllegalStateException", "The sink was not opened");
        self.task.clone().ok_or_else(missing)
    }

    fn finish(&mut self) -> Result<(), Stop> {
        let task = self.task()?;
        self.flush_at = None;
        self.writer.finish(&task)
    }
}

impl Operator for SinkOperator {
    fn open(&mut self, mut context: OperatorContext<'_>) -> Result<(), Stop> {
        self.task = Some(SinkTask {
            cancel: context.task.cancel.clone(),
            metrics: Arc::clone(&context.task.metrics),
            index: context.index,
        });
        self.writer.open(&mut context)
    }

    fn process(&mut self, _: usize, chunk: Chunk, _: &mut dyn Output) -> Result<(), Stop> {
        let Chunk::Batch(batch) = chunk else {
            return Err(Failure::new("java.lang.IllegalStateException", "A sink of a table takes rows only").into());
        };
        let Some(batch) = self.constraints.enforce(batch)? else { return Ok(()) };
        let task = self.task()?;
        let bytes = self.writer.write(&batch, &task)?;
        let flow = &task.metrics.operators[task.index].1;
        flow.bytes_out.add(bytes);
        task.metrics.task.bytes_out.add(bytes);
        self.flush_at.get_or_insert_with(|| now_ms() + FLUSH_INTERVAL_MS);
        Ok(())
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.flush_at
    }

    fn processing_time(&mut self, now: i64, _: &mut dyn Output) -> Result<(), Stop> {
        self.flush_at = None;
        let task = self.task()?;
        self.writer.flush(now, &task)
    }

    fn end_input(&mut self, _: usize, _: &mut dyn Output) -> Result<(), Stop> {
        self.finish()
    }

    fn before_barrier(&mut self, _: &mut dyn Output) -> Result<(), Stop> {
        self.finish()
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.writer.snapshot(writer)
    }

    fn checkpoint_complete(&mut self, checkpoint: u64) -> Result<(), Stop> {
        let task = self.task()?;
        self.writer.checkpoint_complete(checkpoint, &task)
    }
}
