//! Operators of a job's own code with keyed state and timers.

mod context;
mod operator;
mod state;
#[cfg(test)]
mod tests;
mod timers;

use std::sync::Arc;

use self::operator::{One, ProcessOperator, Two};
pub use self::{
    context::Context,
    state::{ListState, MapState, States, ValueState},
    timers::Timer,
};
use super::{
    BoxError, KeyedStream, Stream,
    builder::make as make_factory,
    inputs::TwoInputs,
    record::{Data, Stored},
};

/// What is done to the values of a key, one after the other. State and timers are those of the value's key.
///
/// ```
/// use engine::dataflow::{BoxError, Context, Dataflow, Process, Timestamps, ValueState, run_collect};
/// use std::time::Duration;
///
/// /// Numbers the values of each key, and says how many there were when event time has passed 100.
/// struct Number {
///     count: ValueState<u32>,
/// }
///
/// impl Process<String, (String, i64)> for Number {
///     type Output = String;
///
///     fn process(&mut self, value: (String, i64), context: &mut Context<'_, String, String>) -> Result<(), BoxError> {
///         let count = self.count.get().unwrap_or(0) + 1;
///         self.count.set(count);
///         context.event_timer(100);
///         context.emit(format!("{} {count}", value.0));
///         Ok(())
///     }
///
///     fn on_timer(&mut self, _: engine::dataflow::Timer, context: &mut Context<'_, String, String>) -> Result<(), BoxError> {
///         let count = self.count.take().unwrap_or(0);
///         context.emit(format!("{}: {count} in all", context.key()));
///         Ok(())
///     }
/// }
///
/// let flow = Dataflow::new("numbers");
/// let numbered = flow
///     .collection("values", [("a".to_owned(), 1), ("b".to_owned(), 2), ("a".to_owned(), 3)])
///     .assign_timestamps("time", Timestamps::bounded(Duration::ZERO, |value: &(String, i64)| value.1))
///     .key_by(|value| value.0.clone())
///     .process("number", |states| Number { count: states.value("count") });
/// assert_eq!(run_collect(&flow, numbered)?, ["a 1", "b 1", "a 2", "a: 2 in all", "b: 1 in all"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Process<K, T>: Send + 'static {
    /// What it emits.
    type Output: Data;

    /// A value.
    fn process(&mut self, value: T, context: &mut Context<'_, K, Self::Output>) -> Result<(), BoxError>;

    /// A timer that was set for the key.
    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_, K, Self::Output>) -> Result<(), BoxError> {
        let _ = (timer, context);
        Ok(())
    }
}

/// As [`Process`], of two streams with keys of one type: they share state and timers.
///
/// ```
/// use engine::dataflow::{BoxError, CoProcess, Context, Dataflow, ListState, run_collect};
///
/// /// Pairs what comes from both sides.
/// struct Pair {
///     names: ListState<String>,
///     ages: ListState<u32>,
/// }
///
/// impl CoProcess<u32, (u32, String), (u32, u32)> for Pair {
///     type Output = (String, u32);
///
///     fn left(&mut self, (_, name): (u32, String), context: &mut Context<'_, u32, (String, u32)>) -> Result<(), BoxError> {
///         self.ages.iter().into_iter().for_each(|age| context.emit((name.clone(), age)));
///         self.names.push(name);
///         Ok(())
///     }
///
///     fn right(&mut self, (_, age): (u32, u32), context: &mut Context<'_, u32, (String, u32)>) -> Result<(), BoxError> {
///         self.names.iter().into_iter().for_each(|name| context.emit((name, age)));
///         self.ages.push(age);
///         Ok(())
///     }
/// }
///
/// let flow = Dataflow::new("people");
/// let names = flow.collection("names", [(1, "ann".to_owned()), (2, "bob".to_owned())]).key_by(|name| name.0);
/// let ages = flow.collection("ages", [(2, 40), (1, 30)]).key_by(|age| age.0);
/// let pairs = names
///     .connect(&ages)
///     .process("pair", |states| Pair { names: states.list("names"), ages: states.list("ages") });
/// let mut pairs = run_collect(&flow, pairs)?;
/// pairs.sort();
/// assert_eq!(pairs, [("ann".to_owned(), 30), ("bob".to_owned(), 40)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait CoProcess<K, L, R>: Send + 'static {
    /// What it emits.
    type Output: Data;

    /// A value of the left stream.
    fn left(&mut self, value: L, context: &mut Context<'_, K, Self::Output>) -> Result<(), BoxError>;

    /// A value of the right stream.
    fn right(&mut self, value: R, context: &mut Context<'_, K, Self::Output>) -> Result<(), BoxError>;

    /// A timer that was set for the key.
    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_, K, Self::Output>) -> Result<(), BoxError> {
        let _ = (timer, context);
        Ok(())
    }
}

impl<K: Stored, T: Data> KeyedStream<K, T> {
    /// Processes the values with state and timers. `make` makes the process of each subtask; it asks for all of its state
    /// there. See [`Process`].
    pub fn process<P: Process<K, T>>(
        &self,
        name: &str,
        make: impl Fn(&mut States) -> P + Send + Sync + 'static,
    ) -> Stream<P::Output> {
        let (make, key) = (Arc::new(make), self.key().clone());
        self.then(name, move |_| {
            let (make, inputs) = (Arc::clone(&make), One(key.clone()));
            Ok(Arc::new(move || {
                let make = Arc::clone(&make);
                ProcessOperator::new(inputs.clone(), Box::new(move |states: &mut States| make(states)))
            }))
        })
    }

    /// This stream and another with keys of the same type, to be processed together. See [`CoProcess`].
    pub fn connect<R: Data>(&self, right: &KeyedStream<K, R>) -> ConnectedStreams<K, T, R> {
        ConnectedStreams { left: self.clone(), right: right.clone() }
    }
}

/// Two streams with keys of the same type.
pub struct ConnectedStreams<K, L, R> {
    left: KeyedStream<K, L>,
    right: KeyedStream<K, R>,
}

impl<K: Stored, L: Data, R: Data> ConnectedStreams<K, L, R> {
    /// As [`KeyedStream::process`].
    pub fn process<P: CoProcess<K, L, R>>(
        &self,
        name: &str,
        make: impl Fn(&mut States) -> P + Send + Sync + 'static,
    ) -> Stream<P::Output> {
        self.left.stream().is_beside(self.right.stream(), name);
        let make = Arc::new(make);
        let inputs = Two(TwoInputs(self.left.key().clone(), self.right.key().clone()));
        let factory = make_factory(move |_| {
            let (make, inputs) = (Arc::clone(&make), inputs.clone());
            let operator = move || {
                let make = Arc::clone(&make);
                ProcessOperator::new(inputs.clone(), Box::new(move |states: &mut States| make(states)))
            };
            Ok(Arc::new(operator))
        });
        self.left.stream().add(name, vec![self.left.input(), self.right.input()], factory)
    }
}
