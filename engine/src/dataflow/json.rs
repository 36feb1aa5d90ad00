//! Keys and values in state: a column of JSON, so that people can read and edit them.

use std::cell::RefCell;

use serde::{Serialize, de::DeserializeOwned};

use super::{error::json_failure, record::Stored};
use crate::{
    runtime::{Failure, Stop},
    state::{StateSchema, StateValue},
    types::{Field, RowReader, RowWriter, TypeKind, row_codec::DecodeError},
};

/// A value in state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<V>(pub V);

thread_local! {
    /// Why a value of this thread's last snapshot could not be written: state is written without a way to say so.
    static UNWRITTEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

impl<V: Stored> StateValue for Json<V> {
    fn write(&self, row: &mut RowWriter) {
        // Read back at once: what cannot be restored is found when it is written, not after a failure.
        let written = serde_json::to_vec(&self.0);
        match written.and_then(|json| serde_json::from_slice::<V>(&json).map(|_| json)) {
            Ok(json) => row.slice(&json),
            Err(error) => {
                let message = format!("a {} does not come back from JSON: {error}", std::any::type_name::<V>());
                UNWRITTEN.with_borrow_mut(|unwritten| *unwritten = Some(message));
                row.null();
            }
        }
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, DecodeError> {
        let json = row.read_slice()?.ok_or(DecodeError::new("a value"))?;
        serde_json::from_slice(json).map(Self).map_err(|_| DecodeError::new("a value that is not JSON of its type"))
    }
}

/// Fails where a value of this thread could not be written since the last call.
pub fn check_written() -> Result<(), Stop> {
    match UNWRITTEN.with_borrow_mut(Option::take) {
        Some(message) => Err(Failure::new("drsquirrel.dataflow.StateError", message).into()),
        None => Ok(()),
    }
}

/// The bytes of a key: one column of text.
pub fn key_bytes(key: &impl Serialize) -> Result<Vec<u8>, Stop> {
    let json = serde_json::to_vec(key).map_err(|error| json_failure("a key", &error))?;
    let mut row = RowWriter::new();
    row.slice(&json);
    Ok(row.into_bytes())
}

/// The key of its bytes.
pub fn key_of<K: DeserializeOwned>(bytes: &[u8]) -> Result<K, Stop> {
    let damaged = |error: DecodeError| Stop::from(Failure::new("drsquirrel.dataflow.StateError", error.to_string()));
    let json = RowReader::new(bytes).read_slice().map_err(damaged)?.unwrap_or(b"null");
    serde_json::from_slice(json).map_err(|error| json_failure("a key", &error))
}

/// A state by key, and within a key by these columns, of values that are JSON.
pub fn schema(second: &[(&str, TypeKind)]) -> StateSchema {
    let field = |(name, kind): &(&str, TypeKind)| Field::new(*name, kind.clone().not_null());
    let key = [("key", TypeKind::STRING)].iter().chain(second).map(field).collect();
    StateSchema { key, value: vec![field(&("value", TypeKind::STRING))] }
}

/// One element of a list state: a column of JSON.
pub fn element(value: &impl Serialize, what: &str) -> Result<Box<[u8]>, Stop> {
    let json = serde_json::to_vec(value).map_err(|error| json_failure(what, &error))?;
    let mut row = RowWriter::new();
    row.slice(&json);
    Ok(row.into_bytes().into())
}

/// What an element holds.
pub fn of_element<V: DeserializeOwned>(element: &[u8], what: &str) -> Result<V, Stop> {
    let damaged = |error: DecodeError| Stop::from(Failure::new("drsquirrel.dataflow.StateError", error.to_string()));
    let json = RowReader::new(element).read_slice().map_err(damaged)?.unwrap_or(b"null");
    serde_json::from_slice(json).map_err(|error| json_failure(what, &error))
}

/// The columns of an element.
pub fn element_schema(name: &str) -> Vec<Field> {
    vec![Field::new(name, TypeKind::STRING.not_null())]
}
