//! Windows: values of a key that belong together by their times.

mod aggregate;
mod assigner;
mod operator;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(super) use self::aggregate::Fold;
pub use self::{
    aggregate::Aggregate,
    assigner::{Session, Sliding, Tumbling, Windows},
};
use self::{
    aggregate::{ByAggregate, ByReduce, Count},
    operator::WindowOperator,
};
use super::{
    KeyedStream, Stream, Tag,
    builder::Make,
    inputs::{Inputs, OneInput},
    record::{Data, Stored},
};

/// What came of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windowed<K, V> {
    /// The key.
    pub key: K,
    /// The first moment of the window, milliseconds since 1970.
    pub start: i64,
    /// The moment after its last.
    pub end: i64,
    /// The result.
    pub value: V,
}

impl<K, V> Windowed<K, V> {
    fn with<U>(self, value: U) -> Windowed<K, U> {
        Windowed { key: self.key, start: self.start, end: self.end, value }
    }
}

/// A stream by key and window.
pub struct WindowedStream<K, T> {
    stream: KeyedStream<K, T>,
    windows: Windows,
    late: Option<Tag<T>>,
}

impl<K: Stored, T: Data> WindowedStream<K, T> {
    pub(super) fn new(stream: KeyedStream<K, T>, windows: Windows) -> Self {
        Self { stream, windows, late: None }
    }

    /// Sends values that come when all of their windows are over to a side output, instead of dropping them.
    #[must_use]
    pub fn late_to(mut self, tag: &Tag<T>) -> Self {
        self.late = Some(tag.clone());
        self
    }

    /// One result for each key and window, when the window is over.
    ///
    /// ```
    /// # use engine::dataflow::{Aggregate, Dataflow, Sliding, Timestamps, run_collect};
    /// # use std::time::Duration;
    /// struct Mean;
    ///
    /// impl Aggregate<(i64, f64)> for Mean {
    ///     type Accumulator = (f64, u32);
    ///     type Output = f64;
    ///     fn create(&self) -> (f64, u32) {
    ///         (0.0, 0)
    ///     }
    ///     fn add(&self, mean: &mut (f64, u32), value: &(i64, f64)) {
    ///         mean.0 += value.1;
    ///         mean.1 += 1;
    ///     }
    ///     fn merge(&self, a: (f64, u32), b: (f64, u32)) -> (f64, u32) {
    ///         (a.0 + b.0, a.1 + b.1)
    ///     }
    ///     fn result(&self, mean: &(f64, u32)) -> f64 {
    ///         mean.0 / f64::from(mean.1)
    ///     }
    /// }
    ///
    /// let flow = Dataflow::new("means");
    /// let means = flow
    ///     .collection("values", [(1000, 1.0), (6000, 3.0)])
    ///     .assign_timestamps("time", Timestamps::bounded(Duration::ZERO, |value: &(i64, f64)| value.0))
    ///     .key_by(|_| ())
    ///     .window(Sliding::of(Duration::from_secs(10), Duration::from_secs(5)))
    ///     .aggregate("mean", Mean)
    ///     .map("pair", |window| (window.end, window.value));
    /// assert_eq!(run_collect(&flow, means)?, [(5000, 1.0), (10_000, 2.0), (15_000, 3.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aggregate<A: Aggregate<T>>(&self, name: &str, aggregate: A) -> Stream<Windowed<K, A::Output>> {
        self.fold(name, ByAggregate(aggregate))
    }

    fn fold<F: Fold<K, T>>(&self, name: &str, fold: F) -> Stream<F::Output> {
        let inputs = OneInput(self.stream.key().clone());
        let make = make(self.windows, inputs, self.late.clone(), fold);
        self.stream.stream().add(name, vec![self.stream.input()], make)
    }

    /// How many values there are.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, Session, Timestamps, run_collect};
    /// # use std::time::Duration;
    /// let flow = Dataflow::new("visits");
    /// let visits = flow
    ///     .collection("clicks", [("ann", 0), ("bob", 10), ("ann", 20), ("ann", 90)])
    ///     .assign_timestamps("time", Timestamps::bounded(Duration::from_millis(100), |click: &(&str, i64)| click.1))
    ///     .key_by(|click| click.0.to_owned())
    ///     .window(Session::with_gap(Duration::from_millis(50)))
    ///     .count("count")
    ///     .map("visit", |visit| (visit.key, visit.start, visit.end, visit.value));
    /// let visits = run_collect(&flow, visits)?;
    /// assert_eq!(visits, [("bob".to_owned(), 10, 60, 1), ("ann".to_owned(), 0, 70, 2), ("ann".to_owned(), 90, 140, 1)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count(&self, name: &str) -> Stream<Windowed<K, u64>> {
        self.aggregate(name, Count)
    }

    /// Two values become one, until there is one.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, Timestamps, Tumbling, run_collect};
    /// # use std::time::Duration;
    /// let flow = Dataflow::new("highest");
    /// let highest = flow
    ///     .collection("bids", [(0, 3), (1, 7), (2, 5)])
    ///     .assign_timestamps("time", Timestamps::bounded(Duration::ZERO, |bid: &(i64, i64)| bid.0))
    ///     .key_by(|_| ())
    ///     .window(Tumbling::of(Duration::from_millis(2)))
    ///     .reduce("highest", |a, b| if a.1 >= b.1 { a } else { b })
    ///     .map("price", |window| window.value.1);
    /// assert_eq!(run_collect(&flow, highest)?, [7, 5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reduce(&self, name: &str, reduce: impl Fn(T, T) -> T + Send + Sync + 'static) -> Stream<Windowed<K, T>>
    where
        T: Stored,
    {
        self.fold(name, ByReduce(reduce))
    }
}

/// Makes the operator of each subtask.
pub(super) fn make<K: Stored, T: Data, I: Inputs<T>, F: Fold<K, T>>(
    windows: Windows,
    inputs: I,
    late: Option<Tag<T>>,
    fold: F,
) -> Make {
    let fold = Arc::new(fold);
    Box::new(move |_| {
        let (inputs, late, fold) = (inputs.clone(), late.clone(), Arc::clone(&fold));
        Ok(Arc::new(move || WindowOperator::new(windows, inputs.clone(), late.clone(), Arc::clone(&fold))))
    })
}
