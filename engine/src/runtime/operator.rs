//! What runs in a task: operators, sources and sinks.

use std::{any::Any, time::Duration};

use crate::{
    runtime::{Stop, TaskContext},
    state::{RestoredState, SnapshotWriter},
    types::Batch,
};

/// Records on their way from one operator to the next.
pub enum Chunk {
    /// Rows of SQL.
    Batch(Batch),
    /// Values of the typed API.
    Typed(Box<dyn TypedChunk>),
}

/// A vector of values of one Rust type.
pub trait TypedChunk: Any + Send {
    /// How many values there are.
    fn len(&self) -> usize;
    /// Their bytes in memory, about.
    fn bytes(&self) -> usize;
    /// The vector.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
    /// A copy, for a broadcast.
    fn copy(&self) -> Box<dyn TypedChunk>;
}

impl Chunk {
    /// How many records there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Batch(batch) => batch.rows,
            Self::Typed(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of the records, about: what of shared buffers belongs to them.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Batch(batch) => {
                let bytes = |column: &arrow_array::ArrayRef| column.to_data().get_slice_memory_size().unwrap_or(0);
                batch.columns.iter().map(bytes).sum()
            }
            Self::Typed(values) => values.bytes(),
        }
    }

    /// A copy, for a second reader; a batch shares its columns.
    pub fn copy(&self) -> Self {
        match self {
            Self::Batch(batch) => Self::Batch(batch.clone()),
            Self::Typed(values) => Self::Typed(values.copy()),
        }
    }
}

/// What an operator is told once, before the first record.
pub struct OperatorContext<'a> {
    /// Its task.
    pub task: &'a TaskContext,
    /// Its place in its task's chain, for its counters: `task.metrics.operators[index]`.
    pub index: usize,
    /// What it wrote at the checkpoint that the job is restored from: the parts of all subtasks that belong to this one's
    /// key groups, and every subtask's list states. `None` where the job begins anew, or the checkpoint has none of it.
    pub restored: Option<RestoredState>,
}

/// Where an operator's results go.
pub trait Output {
    /// To the next operator. May wait for room, which counts as backpressured.
    fn emit(&mut self, chunk: Chunk) -> Result<(), Stop>;
    /// To those who read the side output `tag`, from 1.
    fn emit_side(&mut self, tag: usize, chunk: Chunk) -> Result<(), Stop>;
    /// A watermark of its own: for operators that make watermarks. Others' are handed on by the runtime.
    fn emit_watermark(&mut self, watermark: i64) -> Result<(), Stop>;
    /// Whether others need not wait for this one's watermarks, for operators that make watermarks: after no record came for
    /// the idle time-out, and when one comes again.
    fn emit_idle(&mut self, idle: bool) -> Result<(), Stop> {
        let _ = idle;
        Ok(())
    }
}

/// One step of a job; an instance belongs to one subtask and is called from its thread only.
///
/// The runtime aligns barriers, combines the watermarks of inputs (the least of those that are not idle), and hands both on
/// after the operator was told. All times are milliseconds.
pub trait Operator: Send {
    /// Takes its state back, and opens what it needs.
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop>;

    /// Records of the input `input`, from 0.
    fn process(&mut self, input: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop>;

    /// Event time has come to `watermark`: no record with a smaller or equal timestamp is to be expected. Fires timers,
    /// in the order of their times. `false` where the watermark is not to be handed on: the operator makes its own.
    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        let _ = (watermark, out);
        Ok(true)
    }

    /// The clock (milliseconds since 1970) at which [`Operator::processing_time`] is to be called next.
    fn next_processing_time(&self) -> Option<i64> {
        None
    }

    /// The clock has come to `now`.
    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let _ = (now, out);
        Ok(())
    }

    /// The task was woken by [`crate::runtime::TaskContext::waker`]: an answer of a service may be there.
    fn woken(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        let _ = out;
        Ok(())
    }

    /// The input `input` has ended. A last watermark of `i64::MAX` came before.
    fn end_input(&mut self, input: usize, out: &mut dyn Output) -> Result<(), Stop> {
        let _ = (input, out);
        Ok(())
    }

    /// Before a barrier is handed on: hands on all results that are held back.
    fn before_barrier(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        let _ = out;
        Ok(())
    }

    /// Writes what has to be restored.
    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop>;

    /// The checkpoint is complete: all of the job has it. Sinks make visible what was written before it: what belongs to
    /// checkpoints of this or a smaller number. Where a job has no checkpoints, it is called once, with `u64::MAX`, after
    /// the end of the input and a last call of [`Operator::snapshot`]. It may be called never, for a checkpoint that failed,
    /// and again after a restore: a sink commits what it finds in its restored state, for that checkpoint was complete.
    fn checkpoint_complete(&mut self, checkpoint: u64) -> Result<(), Stop> {
        let _ = checkpoint;
        Ok(())
    }
}

/// Makes the operator of each subtask.
pub trait OperatorFactory: Send + Sync {
    /// A new instance.
    fn create(&self) -> Box<dyn Operator>;
}

impl<F, O> OperatorFactory for F
where
    F: Fn() -> O + Send + Sync,
    O: Operator + 'static,
{
    fn create(&self) -> Box<dyn Operator> {
        Box::new(self())
    }
}

/// What a source did when it was asked.
pub enum Next {
    /// It read this.
    Chunk(Chunk),
    /// Event time has come to here, in all splits that it reads: for sources that make watermarks per split.
    Watermark(i64),
    /// None of its splits has had a record for the idle time-out: others need not wait for its watermark.
    Idle,
    /// It has nothing before this time is over; meanwhile the task is idle.
    Wait(Duration),
    /// It has nothing more, ever.
    End,
}

/// Reads the splits that one subtask reads. How far it has read each is its state, so that a job that is restored at
/// another parallelism shares the splits out anew.
pub trait Source: Send {
    /// Reads on. Does not wait for more than some milliseconds: barriers are handed on between two calls.
    fn next(&mut self, context: &TaskContext) -> Result<Next, Stop>;

    /// Writes how far it has read each split: one element of the list state `splits` each.
    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop>;

    /// The checkpoint is complete: positions may be told to the outside, for lag monitors.
    fn checkpoint_complete(&mut self, checkpoint: u64) -> Result<(), Stop> {
        let _ = checkpoint;
        Ok(())
    }
}

/// Makes the source of each subtask.
pub trait SourceFactory: Send + Sync {
    /// A source that goes on from `context.restored`: of the splits there are, each subtask takes those that are its own.
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop>;
}
