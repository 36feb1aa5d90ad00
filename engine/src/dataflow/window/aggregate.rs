//! What is made of the values of a window.

use super::Windowed;
use crate::dataflow::record::{Data, Stored};

/// Adds up the values of a window, one by one.
pub trait Aggregate<T>: Send + Sync + 'static {
    /// What has been added up so far; it is kept in state.
    type Accumulator: Stored;
    /// The result.
    type Output: Data;

    /// Of no value.
    fn create(&self) -> Self::Accumulator;
    /// Adds a value.
    fn add(&self, accumulator: &mut Self::Accumulator, value: &T);
    /// Of the values of both: for sessions that have grown together.
    fn merge(&self, a: Self::Accumulator, b: Self::Accumulator) -> Self::Accumulator;
    /// The result.
    fn result(&self, accumulator: &Self::Accumulator) -> Self::Output;
}

/// Counts.
pub struct Count;

impl<T> Aggregate<T> for Count {
    type Accumulator = u64;
    type Output = u64;

    fn create(&self) -> u64 {
        0
    }

    fn add(&self, count: &mut u64, _: &T) {
        *count += 1;
    }

    fn merge(&self, a: u64, b: u64) -> u64 {
        a + b
    }

    fn result(&self, count: &u64) -> u64 {
        *count
    }
}

/// What a window operator does with the values of a key.
pub trait Fold<K, T>: Send + Sync + 'static {
    /// What has been added up so far.
    type Accumulator: Stored;
    /// A result.
    type Output: Data;

    /// Of one value.
    fn first(&self, value: T) -> Self::Accumulator;
    /// With one more.
    fn add(&self, accumulator: &mut Self::Accumulator, value: T);
    /// Of both.
    fn merge(&self, a: Self::Accumulator, b: Self::Accumulator) -> Self::Accumulator;
    /// The results of a window that is over.
    fn results(&self, window: Windowed<K, Self::Accumulator>) -> Vec<Self::Output>;
}

/// By an aggregate.
pub struct ByAggregate<A>(pub A);

impl<K: Data, T, A: Aggregate<T>> Fold<K, T> for ByAggregate<A> {
    type Accumulator = A::Accumulator;
    type Output = Windowed<K, A::Output>;

    fn first(&self, value: T) -> A::Accumulator {
        let mut accumulator = self.0.create();
        self.0.add(&mut accumulator, &value);
        accumulator
    }

    fn add(&self, accumulator: &mut A::Accumulator, value: T) {
        self.0.add(accumulator, &value);
    }

    fn merge(&self, a: A::Accumulator, b: A::Accumulator) -> A::Accumulator {
        self.0.merge(a, b)
    }

    fn results(&self, window: Windowed<K, A::Accumulator>) -> Vec<Self::Output> {
        let value = self.0.result(&window.value);
        vec![window.with(value)]
    }
}

/// Two values become one.
pub struct ByReduce<F>(pub F);

impl<K: Data, T: Stored, F: Fn(T, T) -> T + Send + Sync + 'static> Fold<K, T> for ByReduce<F> {
    type Accumulator = T;
    type Output = Windowed<K, T>;

    fn first(&self, value: T) -> T {
        value
    }

    fn add(&self, reduced: &mut T, value: T) {
        *reduced = (self.0)(reduced.clone(), value);
    }

    fn merge(&self, a: T, b: T) -> T {
        (self.0)(a, b)
    }

    fn results(&self, window: Windowed<K, T>) -> Vec<Windowed<K, T>> {
        vec![window]
    }
}
