//! What comes to an operator by key: one stream, or two with keys of one type.

use super::{
    keyed::KeyOf,
    record::{Data, Record, Stored, records_of},
};
use crate::runtime::{Stop, operator::Chunk};

/// Where values come from, and which key each has.
pub trait Inputs<T>: Clone + Send + Sync + 'static {
    /// The records of an input.
    fn records(&self, input: usize, chunk: Chunk) -> Result<Vec<Record<T>>, Stop>;
    /// The bytes of the key of a value.
    fn key(&self, value: &T) -> Result<Vec<u8>, Stop>;
}

/// One stream.
pub struct OneInput<K, T>(pub KeyOf<K, T>);

impl<K, T> Clone for OneInput<K, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Stored, T: Data> Inputs<T> for OneInput<K, T> {
    fn records(&self, _: usize, chunk: Chunk) -> Result<Vec<Record<T>>, Stop> {
        records_of(chunk)
    }

    fn key(&self, value: &T) -> Result<Vec<u8>, Stop> {
        self.0.bytes(value)
    }
}

/// A value of one of two streams.
#[derive(Debug, Clone)]
pub enum Either<L, R> {
    /// Of the first.
    Left(L),
    /// Of the second.
    Right(R),
}

/// Two streams with keys of one type.
pub struct TwoInputs<K, L, R>(pub KeyOf<K, L>, pub KeyOf<K, R>);

impl<K, L, R> Clone for TwoInputs<K, L, R> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), self.1.clone())
    }
}

impl<K: Stored, L: Data, R: Data> Inputs<Either<L, R>> for TwoInputs<K, L, R> {
    fn records(&self, input: usize, chunk: Chunk) -> Result<Vec<Record<Either<L, R>>>, Stop> {
        Ok(match input {
            0 => records_of(chunk)?.into_iter().map(|record| record.map(Either::Left)).collect(),
            _ => records_of(chunk)?.into_iter().map(|record| record.map(Either::Right)).collect(),
        })
    }

    fn key(&self, value: &Either<L, R>) -> Result<Vec<u8>, Stop> {
        match value {
            Either::Left(value) => self.0.bytes(value),
            Either::Right(value) => self.1.bytes(value),
        }
    }
}
