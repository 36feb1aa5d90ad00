//! The json format: one object a record, fields by name.

#[cfg(test)]
mod bench;
pub mod decode;
pub mod encode;
mod scan;
#[cfg(test)]
mod tests;

pub use decode::{JsonDecoder, elements};
pub use encode::JsonEncoder;

use crate::options::Options;

/// The `json.` options of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonOptions {
    /// `fail-on-missing-field`
    pub fail_on_missing_field: bool,
    /// `ignore-parse-errors`: a field that cannot be read is NULL, a record that cannot is skipped.
    pub ignore_parse_errors: bool,
    /// `timestamp-format.standard` is ISO-8601, not SQL.
    pub iso_timestamps: bool,
    /// `encode.ignore-null-fields`
    pub ignore_null_fields: bool,
    /// `encode.decimal-as-plain-number`
    pub plain_decimals: bool,
}

impl JsonOptions {
    /// Reads the options that begin with `prefix`: `json.`, `value.json.`.
    pub fn new(options: Options<'_>, prefix: &str) -> Self {
        let get = |key: &str| options.get(&format!("{prefix}{key}"));
        let flag = |key: &str| options.flag(&format!("{prefix}{key}"));
        Self {
            fail_on_missing_field: flag("fail-on-missing-field"),
            ignore_parse_errors: flag("ignore-parse-errors"),
            iso_timestamps: get("timestamp-format.standard") == Some("ISO-8601"),
            ignore_null_fields: flag("encode.ignore-null-fields"),
            plain_decimals: flag("encode.decimal-as-plain-number"),
        }
    }
}
