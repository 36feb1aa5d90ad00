//! Streams by key.

use std::sync::Arc;

use super::{
    DataflowError, Stream, Windows,
    builder::{Input, Share},
    config::OperatorSettings,
    json::key_bytes,
    record::{Data, Record, Stored, chunk_of, records_of},
    window::WindowedStream,
};
use crate::{
    runtime::Stop,
    runtime::{
        graph::Partitioner,
        operator::{Chunk, OperatorFactory},
    },
    types::key,
};

/// The values of one key go to one subtask, in their order.
pub struct KeyedStream<K, T> {
    stream: Stream<T>,
    key: KeyOf<K, T>,
}

impl<K, T> Clone for KeyedStream<K, T> {
    fn clone(&self) -> Self {
        Self { stream: self.stream.clone(), key: self.key.clone() }
    }
}

/// The key of a value.
pub struct KeyOf<K, T>(Arc<dyn Fn(&T) -> K + Send + Sync>);

impl<K, T> Clone for KeyOf<K, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Stored, T> KeyOf<K, T> {
    /// The key.
    pub fn key(&self, value: &T) -> K {
        (self.0)(value)
    }

    /// The bytes of the key, by which it is found in state.
    pub fn bytes(&self, value: &T) -> Result<Vec<u8>, Stop> {
        key_bytes(&self.key(value))
    }
}

impl<K: Stored, T: Data> KeyedStream<K, T> {
    pub(super) fn new(stream: Stream<T>, key: impl Fn(&T) -> K + Send + Sync + 'static) -> Self {
        Self { stream, key: KeyOf(Arc::new(key)) }
    }

    pub(super) fn key(&self) -> &KeyOf<K, T> {
        &self.key
    }

    pub(super) fn stream(&self) -> &Stream<T> {
        &self.stream
    }

    pub(super) fn input(&self) -> Input {
        Input { share: Share::Key(Arc::new(ByKey(self.key.clone()))), ..self.stream.input() }
    }

    pub(super) fn then<U>(
        &self,
        name: &str,
        make: impl Fn(&mut OperatorSettings<'_, '_>) -> Result<Arc<dyn OperatorFactory>, DataflowError> + 'static,
    ) -> Stream<U> {
        self.stream.add(name, vec![self.input()], Box::new(make))
    }

    /// Puts the values of each key into windows.
    pub fn window(&self, windows: impl Into<Windows>) -> WindowedStream<K, T> {
        WindowedStream::new(self.clone(), windows.into())
    }
}

/// Shares records out by key.
struct ByKey<K, T>(KeyOf<K, T>);

impl<K: Stored, T: Data> Partitioner for ByKey<K, T> {
    fn partition(&self, chunk: Chunk, max_parallelism: u32, parallelism: u32) -> Result<Vec<(u32, Chunk)>, Stop> {
        if parallelism == 1 {
            return Ok(vec![(0, chunk)]);
        }
        let mut parts: Vec<Vec<Record<T>>> = (0..parallelism).map(|_| Vec::new()).collect();
        for record in records_of::<T>(chunk)? {
            let group = key::group(key::hash(&self.0.bytes(&record.value)?), max_parallelism);
            parts[key::subtask(group, max_parallelism, parallelism) as usize].push(record);
        }
        let parts = (0..).zip(parts).filter(|(_, part)| !part.is_empty());
        Ok(parts.map(|(subtask, part)| (subtask, chunk_of(part))).collect())
    }
}
