//! Joins of two streams by key and time.

mod interval;
#[cfg(test)]
mod tests;
mod window;

use std::{ops::RangeInclusive, sync::Arc};

use self::{interval::IntervalOperator, window::JoinFold};
use super::{
    KeyedStream, Stream, Windows,
    builder::make,
    inputs::TwoInputs,
    record::{Data, Stored},
    window as windows,
};

/// Two streams, to be joined where their times are near.
pub struct IntervalJoined<K, L, R> {
    left: KeyedStream<K, L>,
    right: KeyedStream<K, R>,
    bounds: RangeInclusive<i64>,
}

/// Two streams, to be joined where they are in one window.
pub struct WindowJoined<K, L, R> {
    left: KeyedStream<K, L>,
    right: KeyedStream<K, R>,
    windows: Windows,
}

impl<K: Stored, L: Stored> KeyedStream<K, L> {
    /// Joins each value with those of another stream that have its key and happened from `bounds.start()` to
    /// `bounds.end()` milliseconds after it. Values that are late are dropped.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, Timestamps, run_collect};
    /// # use std::time::Duration;
    /// let flow = Dataflow::new("orders and payments");
    /// let time = || Timestamps::bounded(Duration::ZERO, |event: &(u32, i64)| event.1);
    /// let orders = flow.collection("orders", [(1, 100), (2, 200)]).assign_timestamps("order time", time());
    /// let payments = flow.collection("payments", [(1, 150), (2, 900)]).assign_timestamps("payment time", time());
    /// let paid = orders
    ///     .key_by(|order| order.0)
    ///     .interval_join(&payments.key_by(|payment| payment.0), 0..=500)
    ///     .map("paid", |order, payment| (order.0, payment.1 - order.1));
    /// assert_eq!(run_collect(&flow, paid)?, [(1, 50)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn interval_join<R: Stored>(
        &self,
        right: &KeyedStream<K, R>,
        bounds: RangeInclusive<i64>,
    ) -> IntervalJoined<K, L, R> {
        IntervalJoined { left: self.clone(), right: right.clone(), bounds }
    }

    /// Joins each value with those of another stream that have its key and are in the same window, when that is over.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, Timestamps, Tumbling, run_collect};
    /// # use std::time::Duration;
    /// let flow = Dataflow::new("bids and asks");
    /// let time = || Timestamps::bounded(Duration::ZERO, |event: &(i64, f64)| event.0);
    /// let bids = flow.collection("bids", [(1, 9.5), (12, 9.75)]).assign_timestamps("bid time", time());
    /// let asks = flow.collection("asks", [(8, 10.0), (31, 9.0)]).assign_timestamps("ask time", time());
    /// let spreads = bids
    ///     .key_by(|_| ())
    ///     .window_join(&asks.key_by(|_| ()), Tumbling::of(Duration::from_millis(10)))
    ///     .map("spread", |bid, ask| ask.1 - bid.1);
    /// assert_eq!(run_collect(&flow, spreads)?, [0.5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn window_join<R: Stored>(&self, right: &KeyedStream<K, R>, windows: Windows) -> WindowJoined<K, L, R> {
        WindowJoined { left: self.clone(), right: right.clone(), windows }
    }
}

impl<K: Stored, L: Stored, R: Stored> IntervalJoined<K, L, R> {
    /// Makes a value of each pair. Its time is the later one of the two.
    pub fn map<O: Data>(&self, name: &str, f: impl Fn(&L, &R) -> O + Send + Sync + 'static) -> Stream<O> {
        self.left.stream().is_beside(self.right.stream(), name);
        let (left, right, bounds) = (self.left.key().clone(), self.right.key().clone(), self.bounds.clone());
        let f: interval::Pair<L, R, O> = Arc::new(f);
        let make = make(move |_| {
            let (left, right, bounds, f) = (left.clone(), right.clone(), bounds.clone(), Arc::clone(&f));
            let operator = move || IntervalOperator::new(left.clone(), right.clone(), bounds.clone(), Arc::clone(&f));
            Ok(Arc::new(operator))
        });
        self.left.stream().add(name, vec![self.left.input(), self.right.input()], make)
    }
}

impl<K: Stored, L: Stored, R: Stored> WindowJoined<K, L, R> {
    /// Makes a value of each pair. Its time is the last one of the window.
    pub fn map<O: Data>(&self, name: &str, f: impl Fn(&L, &R) -> O + Send + Sync + 'static) -> Stream<O> {
        self.left.stream().is_beside(self.right.stream(), name);
        let inputs = TwoInputs(self.left.key().clone(), self.right.key().clone());
        let make = windows::make::<K, _, _, _>(self.windows, inputs, None, JoinFold::<L, R, O>(Arc::new(f)));
        self.left.stream().add(name, vec![self.left.input(), self.right.input()], make)
    }
}
