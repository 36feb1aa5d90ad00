//! Rows as lines of text: CSV and JSON.

mod csv;
mod json;

use crate::{
    options::Options,
    sql::{catalog::Table, types::DataType, value::Row},
};

/// A format, set up for a table.
pub enum Format {
    /// `'format' = 'csv'`
    Csv(csv::CsvFormat),
    /// `'format' = 'json'`
    Json(json::JsonFormat),
}

/// Why a record is not a row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The column in which it is wrong; `None` where the whole record is.
    pub column: Option<String>,
    /// What is wrong: `"1O5" is not an INT`.
    pub message: String,
}

impl Format {
    /// The format that the table's options ask for.
    pub fn of(table: &Table) -> Self {
        let options = Options(&table.options);
        match options.get("format").or(options.get("value.format")) {
            Some("json") => Self::Json(json::JsonFormat::new(table)),
            _ => Self::Csv(csv::CsvFormat::new(table)),
        }
    }

    /// Reads a record; `None` where it is to be skipped.
    pub fn decode(&self, record: &[u8]) -> Result<Option<Row>, DecodeError> {
        let Ok(text) = std::str::from_utf8(record) else {
            return Err(DecodeError { column: None, message: "the record is not UTF-8".to_owned() });
        };
        match self {
            Self::Csv(csv) => csv.decode(text),
            Self::Json(json) => json.decode(text),
        }
    }

    /// Whether records that cannot be read are skipped.
    pub fn ignores_errors(&self) -> bool {
        match self {
            Self::Csv(csv) => csv.ignore_errors,
            Self::Json(json) => json.ignore_errors,
        }
    }

    /// Appends the row as a record, without an end of line.
    pub fn encode(&self, row: &Row, out: &mut Vec<u8>) {
        match self {
            Self::Csv(csv) => csv.encode(row, out),
            Self::Json(json) => json.encode(row, out),
        }
    }
}

/// The most characters of a value that an error repeats.
const MAX_SHOWN: usize = 100;

/// `"1O5" is not an INT`.
fn not_a(text: &str, data_type: DataType) -> String {
    let shown: String = text.chars().take(MAX_SHOWN).collect();
    let cut = if shown.len() < text.len() { "…" } else { "" };
    let article = if data_type.to_string().starts_with('I') { "an" } else { "a" };
    format!("\"{shown}{cut}\" is not {article} {data_type}")
}
