//! The csv format: fields by position, no header, one record a line.

pub mod decode;
pub mod encode;
#[cfg(test)]
mod tests;

pub use decode::CsvDecoder;
pub use encode::CsvEncoder;

use crate::options::Options;

/// The `csv.` options of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// `field-delimiter`, as UTF-8.
    pub delimiter: Vec<u8>,
    /// `quote-character`; `None` with `disable-quote-character`. Must be ASCII.
    pub quote: Option<u8>,
    /// `escape-character`. Must be ASCII.
    pub escape: Option<u8>,
    /// `null-literal`
    pub null_literal: Option<String>,
    /// `array-element-delimiter`
    pub element_delimiter: String,
    /// `allow-comments`: lines that begin with `#` are left out.
    pub comments: bool,
    /// `ignore-parse-errors`: a field that cannot be read is NULL, a record that cannot is skipped.
    pub ignore_parse_errors: bool,
    /// `write-bigdecimal-in-scientific-notation`
    pub scientific_decimals: bool,
    /// `trim-spaces`
    pub trim_spaces: bool,
    /// `empty-string-as-null`
    pub empty_is_null: bool,
}

impl CsvOptions {
    /// Reads the options that begin with `prefix`: `csv.`, `value.csv.`.
    pub fn new(options: Options<'_>, prefix: &str) -> Self {
        let key = |key: &str| format!("{prefix}{key}");
        let flag = |name: &str| options.flag(&key(name));
        let ascii = |name: &str| options.character(&key(name)).filter(char::is_ascii).map(|c| c as u8);
        let delimiter = options.character(&key("field-delimiter")).unwrap_or(',');
        Self {
            delimiter: delimiter.to_string().into_bytes(),
            quote: (!flag("disable-quote-character")).then(|| ascii("quote-character").unwrap_or(b'"')),
            escape: ascii("escape-character"),
            null_literal: options.get(&key("null-literal")).map(str::to_owned),
            element_delimiter: options.get(&key("array-element-delimiter")).unwrap_or(";").to_owned(),
            comments: flag("allow-comments"),
            ignore_parse_errors: flag("ignore-parse-errors"),
            scientific_decimals: options.get(&key("write-bigdecimal-in-scientific-notation")) != Some("false"),
            trim_spaces: flag("trim-spaces"),
            empty_is_null: flag("empty-string-as-null"),
        }
    }
}
