//! Calls of services: many at once, and none lost.

mod call;
mod operator;
mod queue;
#[cfg(test)]
mod tests;

use std::{future::Future, sync::Arc, time::Duration};

use self::{call::Call, operator::AsyncOperator};
use super::{
    BoxError, DataflowError, Stream,
    config::OperatorSettings,
    record::{Data, Stored},
};

/// In which order answers are emitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// In that of the values.
    Ordered,
    /// As they come, but none before or after a watermark that its value came after or before.
    Unordered,
}

/// How a service is called. All but the order can be set by the configuration, which goes before the code: see
/// [`super::Config`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Async {
    pub(super) order: Order,
    pub(super) capacity: usize,
    pub(super) timeout: Duration,
    pub(super) retries: u32,
    pub(super) retry_delay: Duration,
    pub(super) retry_max_delay: Duration,
}

impl Async {
    fn new(order: Order) -> Self {
        Self {
            order,
            capacity: 100,
            timeout: Duration::from_secs(60),
            retries: 0,
            retry_delay: Duration::from_millis(100),
            retry_max_delay: Duration::from_secs(10),
        }
    }

    /// Answers in the order of the values.
    pub fn ordered() -> Self {
        Self::new(Order::Ordered)
    }

    /// Answers as they come.
    pub fn unordered() -> Self {
        Self::new(Order::Unordered)
    }

    /// How many calls of a subtask are under way at once; when there are as many, it waits. 100 by default.
    #[must_use]
    pub fn capacity(mut self, calls: usize) -> Self {
        self.capacity = calls.max(1);
        self
    }

    /// How long a call may take, with all of its repetitions, before the job fails. A minute by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a call that failed is repeated before the job fails, and how long the first repetition waits; each next
    /// one waits twice as long, up to ten seconds. Not at all by default.
    #[must_use]
    pub fn retries(mut self, retries: u32, delay: Duration) -> Self {
        (self.retries, self.retry_delay) = (retries, delay);
        self
    }

    fn configured(mut self, settings: &mut OperatorSettings<'_, '_>) -> Result<Self, DataflowError> {
        let capacity = settings.count("async.capacity")?;
        self.capacity = capacity.map_or(self.capacity, |capacity| capacity as usize);
        self.timeout = settings.duration("async.timeout")?.unwrap_or(self.timeout);
        self.retries = settings.number("async.retries")?.unwrap_or(self.retries);
        self.retry_delay = settings.duration("async.retry-delay")?.unwrap_or(self.retry_delay);
        self.retry_max_delay = settings.duration("async.retry-max-delay")?.unwrap_or(self.retry_max_delay);
        Ok(self)
    }

    /// How long the repetition `n`, from 0, waits.
    fn delay(&self, n: u32) -> Duration {
        self.retry_delay.saturating_mul(2_u32.saturating_pow(n)).min(self.retry_max_delay)
    }
}

impl<T: Stored> Stream<T> {
    /// Asks a service about each value. Calls run on threads of their own; those that are under way when a checkpoint is
    /// taken are part of it, and are made again where the job is restored from it: a call may be made more than once.
    ///
    /// ```
    /// # use engine::dataflow::{Async, Config, Dataflow, run};
    /// # use std::{sync::{Arc, Mutex}, time::Duration};
    /// let answers = Arc::new(Mutex::new(Vec::new()));
    /// let sink = Arc::clone(&answers);
    /// let flow = Dataflow::new("squares");
    /// flow.collection("numbers", [3_u64, 1, 2])
    ///     .async_map("square", Async::ordered().retries(2, Duration::from_millis(1)), |n| async move {
    ///         tokio::time::sleep(Duration::from_millis(n)).await; // A call of a service.
    ///         Ok(n * n)
    ///     })
    ///     .for_each("collect", move |n| sink.lock().unwrap().push(n));
    /// let config = Config::new().set("operator.square.async.capacity", "2").set("operator.square.async.timeout", "5 s");
    /// run(flow.build(&config)?)?;
    /// assert_eq!(*answers.lock().unwrap(), [9, 1, 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn async_map<U, F, A>(&self, name: &str, options: Async, ask: F) -> Stream<U>
    where
        U: Data,
        F: Fn(T) -> A + Send + Sync + 'static,
        A: Future<Output = Result<U, BoxError>> + Send + 'static,
    {
        let call: Call<T, U> = call::boxed(ask);
        self.then(name, move |settings| {
            let (call, options) = (Arc::clone(&call), options.configured(settings)?);
            Ok(Arc::new(move || AsyncOperator::new(options, Arc::clone(&call))))
        })
    }
}
