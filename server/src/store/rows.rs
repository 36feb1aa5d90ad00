//! How the shared types become columns and come back.

use model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// A document column.
pub(super) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Document { what, source })
}

/// A document column, read back.
pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Document { what, source })
}

/// A column that holds one word of an enumeration, as the public API spells it.
pub(super) fn to_word<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    let word = serde_json::to_value(value).map_err(|source| StoreError::Document { what, source })?;
    Ok(word.as_str().unwrap_or_default().to_owned())
}

/// A word, read back.
pub(super) fn from_word<T: DeserializeOwned>(what: &'static str, word: &str) -> Result<T, StoreError> {
    serde_json::from_value(word.into()).map_err(|source| StoreError::Document { what, source })
}

/// An instant that may be missing.
pub(super) fn ms(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::ms)
}
