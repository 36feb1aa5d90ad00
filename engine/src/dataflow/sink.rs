//! Sinks: where results leave the job.

use std::{marker::PhantomData, sync::Arc};

use super::{
    BoxError,
    error::user_failure,
    json::{element, element_schema, of_element},
    record::{Data, Stored, records_of},
};
use crate::{
    runtime::Stop,
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    state::SnapshotWriter,
};

const STATE: &str = "to-commit";

/// Somewhere that values are written to. Each subtask has a writer.
///
/// What a writer has written becomes visible with a checkpoint: [`Writer::prepare`] hands over what is to be committed, it is
/// part of the checkpoint, and [`Writer::commit`] is called when that is complete, again where it was not told so before a
/// failure. So each value is there once.
///
/// ```
/// use engine::dataflow::{BoxError, Dataflow, Sink, SinkContext, Writer, run};
/// use std::sync::{Arc, Mutex};
///
/// #[derive(Clone, Default)]
/// struct Table(Arc<Mutex<Vec<i64>>>);
/// struct Transaction(Vec<i64>, Table);
///
/// impl Sink<i64> for Table {
///     type Writer = Transaction;
///     fn open(&self, _: SinkContext) -> Result<Transaction, BoxError> {
///         Ok(Transaction(Vec::new(), self.clone()))
///     }
/// }
///
/// impl Writer<i64> for Transaction {
///     type Commit = Vec<i64>;
///     fn write(&mut self, value: i64) -> Result<(), BoxError> {
///         self.0.push(value);
///         Ok(())
///     }
///     fn prepare(&mut self) -> Result<Option<Vec<i64>>, BoxError> {
///         Ok(Some(std::mem::take(&mut self.0)))
///     }
///     fn commit(&mut self, written: Vec<i64>) -> Result<(), BoxError> {
///         self.1.0.lock().unwrap().extend(written);
///         Ok(())
///     }
/// }
///
/// let table = Table::default();
/// let flow = Dataflow::new("copy");
/// flow.collection("numbers", [1, 2, 3]).sink("table", table.clone());
/// run(flow.build(&Default::default())?)?;
/// assert_eq!(*table.0.lock().unwrap(), [1, 2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Sink<T>: Send + Sync + 'static {
    /// Writes.
    type Writer: Writer<T>;

    /// The writer of a subtask.
    fn open(&self, context: SinkContext) -> Result<Self::Writer, BoxError>;
}

/// Which writer it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkContext {
    /// Its subtask, from 0.
    pub subtask: u32,
    /// The subtasks of the sink.
    pub parallelism: u32,
    /// Told apart from every other attempt of every job: for names of files and transactions.
    pub attempt: String,
}

/// Writes the values of one subtask.
pub trait Writer<T>: Send + 'static {
    /// What is to be committed: names of files, the id of a transaction.
    type Commit: Stored;

    /// Writes a value.
    fn write(&mut self, value: T) -> Result<(), BoxError>;

    /// A checkpoint is taken: what was written since the last one is made durable, and handed over to be committed.
    fn prepare(&mut self) -> Result<Option<Self::Commit>, BoxError>;

    /// Makes visible what was prepared. It may have been done before: then nothing happens.
    fn commit(&mut self, commit: Self::Commit) -> Result<(), BoxError>;
}

/// Hands each value to a closure.
pub struct ForEach<F>(Arc<F>);

impl<F> ForEach<F> {
    /// To this closure.
    pub fn new(f: F) -> Self {
        Self(Arc::new(f))
    }
}

impl<T: Data, F: Fn(T) -> Result<(), BoxError> + Send + Sync + 'static> Sink<T> for ForEach<F> {
    type Writer = Self;

    fn open(&self, _: SinkContext) -> Result<Self, BoxError> {
        Ok(Self(Arc::clone(&self.0)))
    }
}

impl<T: Data, F: Fn(T) -> Result<(), BoxError> + Send + Sync + 'static> Writer<T> for ForEach<F> {
    type Commit = ();

    fn write(&mut self, value: T) -> Result<(), BoxError> {
        (self.0)(value)
    }

    fn prepare(&mut self) -> Result<Option<()>, BoxError> {
        Ok(None)
    }

    fn commit(&mut self, (): ()) -> Result<(), BoxError> {
        Ok(())
    }
}

/// Writes to a sink.
pub struct SinkOperator<T, S: Sink<T>> {
    sink: Arc<S>,
    writer: Option<S::Writer>,
    /// What was prepared and not committed. One checkpoint is under way at a time, and it covers those before it.
    pending: Vec<<S::Writer as Writer<T>>::Commit>,
    item: PhantomData<fn(T)>,
}

impl<T, S: Sink<T>> SinkOperator<T, S> {
    /// An operator that is not open yet.
    pub fn new(sink: Arc<S>) -> Self {
        Self { sink, writer: None, pending: Vec::new(), item: PhantomData }
    }
}

impl<T: Data, S: Sink<T>> Operator for SinkOperator<T, S> {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        let task = context.task;
        let place =
            SinkContext { subtask: task.subtask, parallelism: task.parallelism, attempt: task.attempt_id.to_string() };
        let mut writer = self.sink.open(place).map_err(|error| user_failure(&error))?;
        let restored = context.restored.map_or_else(Vec::new, |mut restored| restored.list(STATE));
        // The checkpoint is complete, or the job would not be restored from it.
        for commit in restored.iter().skip(task.subtask as usize).step_by(task.parallelism as usize) {
            let commit = of_element(commit, "what is to be committed")?;
            writer.commit(commit).map_err(|error| user_failure(&error))?;
        }
        self.writer = Some(writer);
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, _: &mut dyn Output) -> Result<(), Stop> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let mut records = records_of::<T>(chunk)?.into_iter();
        records.try_for_each(|record| writer.write(record.value).map_err(|error| user_failure(&error)))
    }

    fn snapshot(&mut self, snapshot: &mut SnapshotWriter) -> Result<(), Stop> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        self.pending.extend(writer.prepare().map_err(|error| user_failure(&error))?);
        let elements = self.pending.iter().map(|commit| element(commit, "what is to be committed"));
        snapshot.list(STATE, element_schema("commit"), elements.collect::<Result<_, _>>()?);
        Ok(())
    }

    fn checkpoint_complete(&mut self, _: u64) -> Result<(), Stop> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let mut pending = std::mem::take(&mut self.pending).into_iter();
        pending.try_for_each(|commit| writer.commit(commit).map_err(|error| user_failure(&error)))
    }
}
