//! What flows: values with their timestamps.

use std::any::Any;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    runtime::operator::{Chunk, TypedChunk},
    runtime::{Failure, Stop},
};

/// What a stream can be of. All types are that can be copied and sent to another thread.
pub trait Data: Clone + Send + 'static {}

impl<T: Clone + Send + 'static> Data for T {}

/// What can be in state: it is written into checkpoints as JSON, so that people can read it. JSON has no number that is not
/// finite, and keys of maps that are strings or integers only: a value that would not come back fails the checkpoint.
pub trait Stored: Data + Serialize + DeserializeOwned {}

impl<T: Data + Serialize + DeserializeOwned> Stored for T {}

/// A value and when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<T> {
    /// The value.
    pub value: T,
    /// When it happened: milliseconds since 1970. `None` before timestamps are assigned.
    pub timestamp: Option<i64>,
}

impl<T> Record<T> {
    /// Another value of the same time.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Record<U> {
        Record { value: f(self.value), timestamp: self.timestamp }
    }
}

/// Records between two operators.
struct Records<T>(Vec<Record<T>>);

impl<T: Data> TypedChunk for Records<T> {
    fn len(&self) -> usize {
        self.0.len()
    }

    /// Without what the values point to.
    fn bytes(&self) -> usize {
        size_of::<Record<T>>() * self.0.len()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn copy(&self) -> Box<dyn TypedChunk> {
        Box::new(Self(self.0.clone()))
    }
}

/// Records on their way.
pub fn chunk_of<T: Data>(records: Vec<Record<T>>) -> Chunk {
    Chunk::Typed(Box::new(Records(records)))
}

/// The records of a chunk. The builder's types see to it that they are of this type.
pub fn records_of<T: Data>(chunk: Chunk) -> Result<Vec<Record<T>>, Stop> {
    if let Chunk::Typed(values) = chunk
        && let Ok(records) = values.into_any().downcast::<Records<T>>()
    {
        return Ok(records.0);
    }
    let message = format!("records of {} are expected", std::any::type_name::<T>());
    Err(Failure::new("drsquirrel.engine.InternalError", message).into())
}
