//! Sources: splits that are read on from where they were.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use super::{
    BoxError,
    error::user_failure,
    json::{element, element_schema, of_element},
    record::{Data, Record, Stored, chunk_of},
    then::Then,
};
use crate::{
    runtime::operator::{Next, OperatorContext, Source as TaskSource, SourceFactory},
    runtime::{Stop, TaskContext},
    state::SnapshotWriter,
};

const STATE: &str = "splits";

/// Something that is read: a topic, a directory, a generator. It consists of splits, which subtasks share among
/// themselves; how far each has been read is part of a checkpoint.
///
/// ```
/// use engine::dataflow::{BoxError, Dataflow, Read, Source, SplitReader, run_collect};
///
/// /// Counts from each of some numbers to the next full ten.
/// struct Tens(Vec<u64>);
///
/// impl Source for Tens {
///     type Item = u64;
///     type Split = u64;
///     fn splits(&self) -> Result<Vec<u64>, BoxError> {
///         Ok(self.0.clone())
///     }
///     fn open(&self, split: u64) -> Result<Box<dyn SplitReader<u64, u64>>, BoxError> {
///         Ok(Box::new(Reader(split)))
///     }
/// }
///
/// struct Reader(u64);
///
/// impl SplitReader<u64, u64> for Reader {
///     fn read(&mut self) -> Result<Read<u64>, BoxError> {
///         if self.0 % 10 == 0 {
///             return Ok(Read::End);
///         }
///         self.0 += 1;
///         Ok(Read::Items(vec![self.0]))
///     }
///     fn position(&self) -> u64 {
///         self.0
///     }
/// }
///
/// let flow = Dataflow::new("tens");
/// let numbers = flow.source("tens", Tens(vec![7, 38]));
/// let mut read = run_collect(&flow, numbers)?;
/// read.sort();
/// assert_eq!(read, [8, 9, 10, 39, 40]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Source: Send + Sync + 'static {
    /// What is read.
    type Item: Data;
    /// A split, and how far it has been read.
    type Split: Stored;

    /// The splits there are when the job begins anew; each subtask asks. Always the same ones in the same order.
    fn splits(&self) -> Result<Vec<Self::Split>, BoxError>;

    /// Reads a split on.
    fn open(&self, split: Self::Split) -> Result<Box<dyn SplitReader<Self::Item, Self::Split>>, BoxError>;

    /// A subtask reads its splits of one phase to their end before it begins with those of the next: see [`Source::then`].
    fn phase(&self, split: &Self::Split) -> u32 {
        let _ = split;
        0
    }

    /// How many phases there are.
    fn phases(&self) -> u32 {
        1
    }

    /// This source to its end, and then another: history from files, then what comes. Without a gap or a duplicate where
    /// the other begins where this one ends; where that is, is found out when the job begins, not when this one has ended.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, JsonLines, Source, run_collect};
    /// # let directory = tempfile::tempdir()?;
    /// # let (old, new) = (directory.path().join("old.json"), directory.path().join("new.json"));
    /// std::fs::write(&old, "1\n2\n")?;
    /// std::fs::write(&new, "3\n4\n")?;
    /// let flow = Dataflow::new("all");
    /// let all = flow.source("all", JsonLines::<u32>::at(old).then(JsonLines::at(new)));
    /// assert_eq!(run_collect(&flow, all)?, [1, 2, 3, 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn then<S: Source<Item = Self::Item>>(self, next: S) -> Then<Self, S>
    where
        Self: Sized,
    {
        Then::new(self, next)
    }
}

/// Reads one split.
pub trait SplitReader<T, P>: Send {
    /// Reads on. It does not wait for more than some milliseconds.
    fn read(&mut self) -> Result<Read<T>, BoxError>;

    /// The split, read up to here.
    fn position(&self) -> P;
}

/// What a reader has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read<T> {
    /// These items.
    Items(Vec<T>),
    /// Nothing before this time is over.
    Wait(Duration),
    /// Nothing more, ever.
    End,
}

/// The source of one subtask: its splits in turn.
pub struct SplitSource<S: Source> {
    source: Arc<S>,
    /// Those of later phases, which are not open yet.
    later: BTreeMap<u32, Vec<S::Split>>,
    readers: VecDeque<Box<dyn SplitReader<S::Item, S::Split>>>,
    /// How many of them in a row had nothing, and the shortest time that they asked for.
    waiting: (usize, Duration),
}

struct Factory<S>(Arc<S>);

impl<S: Source> SplitSource<S> {
    /// Makes the source of each subtask.
    pub fn factory(source: Arc<S>) -> impl SourceFactory + 'static {
        Factory(source)
    }
}

impl<S: Source> SourceFactory for Factory<S> {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn TaskSource>, Stop> {
        let user = |error: BoxError| user_failure(&error);
        let splits: Vec<S::Split> = match context.restored {
            Some(mut restored) => {
                let elements = restored.list(STATE);
                elements.iter().map(|split| of_element(split, "a split")).collect::<Result<_, _>>()?
            }
            None => self.0.splits().map_err(user)?,
        };
        let (subtask, parallelism) = (context.task.subtask as usize, context.task.parallelism as usize);
        let mut later: BTreeMap<u32, Vec<S::Split>> = BTreeMap::new();
        for split in splits.into_iter().skip(subtask).step_by(parallelism) {
            later.entry(self.0.phase(&split)).or_default().push(split);
        }
        let source = Arc::clone(&self.0);
        Ok(Box::new(SplitSource { source, later, readers: VecDeque::new(), waiting: (0, Duration::MAX) }))
    }
}

impl<S: Source> SplitSource<S> {
    /// Begins with the next phase; `false` where there is none.
    fn begin_phase(&mut self) -> Result<bool, Stop> {
        let Some((_, splits)) = self.later.pop_first() else { return Ok(false) };
        let open = |split| self.source.open(split).map_err(|error| user_failure(&error));
        self.readers = splits.into_iter().map(open).collect::<Result<_, _>>()?;
        Ok(true)
    }
}

impl<S: Source> TaskSource for SplitSource<S> {
    fn next(&mut self, _: &TaskContext) -> Result<Next, Stop> {
        let Some(mut reader) = self.readers.pop_front() else {
            return Ok(if self.begin_phase()? { Next::Wait(Duration::ZERO) } else { Next::End });
        };
        match reader.read().map_err(|error| user_failure(&error))? {
            Read::Items(items) => {
                self.waiting = (0, Duration::MAX);
                self.readers.push_back(reader);
                let records = items.into_iter().map(|value| Record { value, timestamp: None }).collect();
                Ok(Next::Chunk(chunk_of(records)))
            }
            Read::Wait(time) => {
                self.readers.push_back(reader);
                let (waiting, least) = (self.waiting.0 + 1, self.waiting.1.min(time));
                let all = waiting >= self.readers.len();
                self.waiting = if all { (0, Duration::MAX) } else { (waiting, least) };
                Ok(Next::Wait(if all { least } else { Duration::ZERO }))
            }
            Read::End => Ok(Next::Wait(Duration::ZERO)),
        }
    }

    /// A split that has been read to its end is not in it any more.
    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let later = self.later.values().flatten().cloned();
        let splits = self.readers.iter().map(|reader| reader.position()).chain(later);
        let elements = splits.map(|split| element(&split, "a split"));
        writer.list(STATE, element_schema("split"), elements.collect::<Result<_, _>>()?);
        Ok(())
    }
}
