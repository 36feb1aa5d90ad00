//! The join of the values of a window. Those of a key and window are one value of state.

use super::interval::Pair;
use crate::dataflow::{
    inputs::Either,
    record::{Data, Stored},
    window::{Fold, Windowed},
};

/// Pairs the values of a window.
pub struct JoinFold<L, R, O>(pub Pair<L, R, O>);

impl<K: Data, L: Stored, R: Stored, O: Data> Fold<K, Either<L, R>> for JoinFold<L, R, O> {
    type Accumulator = (Vec<L>, Vec<R>);
    type Output = O;

    fn first(&self, value: Either<L, R>) -> (Vec<L>, Vec<R>) {
        match value {
            Either::Left(value) => (vec![value], Vec::new()),
            Either::Right(value) => (Vec::new(), vec![value]),
        }
    }

    fn add(&self, sides: &mut (Vec<L>, Vec<R>), value: Either<L, R>) {
        match value {
            Either::Left(value) => sides.0.push(value),
            Either::Right(value) => sides.1.push(value),
        }
    }

    fn merge(&self, mut a: (Vec<L>, Vec<R>), b: (Vec<L>, Vec<R>)) -> (Vec<L>, Vec<R>) {
        a.0.extend(b.0);
        a.1.extend(b.1);
        a
    }

    fn results(&self, window: Windowed<K, (Vec<L>, Vec<R>)>) -> Vec<O> {
        let (left, right) = &window.value;
        left.iter().flat_map(|l| right.iter().map(|r| (self.0)(l, r))).collect()
    }
}
