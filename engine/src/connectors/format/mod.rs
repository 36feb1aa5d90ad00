//! Records as columns and back: JSON, CSV and raw bytes, one record at a time. Columns are written straight from the bytes,
//! and only those that are used.

pub mod avro;
pub mod base64;
pub mod column;
pub mod columns;
pub mod csv;
pub mod error;
pub mod json;
pub mod number;
pub mod raw;
pub mod time;
pub mod view;

pub use columns::Columns;
pub use error::DecodeError;

use crate::{
    options::Options,
    types::{Batch, Field},
};
use avro::{AvroDecoder, AvroEncoder, AvroOptions};
use csv::{CsvDecoder, CsvEncoder, CsvOptions};
use json::{JsonDecoder, JsonEncoder, JsonOptions};
use view::View;

/// A format with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// `json`
    Json(JsonOptions),
    /// `csv`
    Csv(CsvOptions),
    /// `avro`
    Avro(AvroOptions),
    /// `raw`: the bytes are the value of the one column.
    Raw,
}

impl Format {
    /// The format called `name`, with the options that begin with `prefix` and its name: `value.` and `json.`. `None` for one
    /// that is not of records (parquet) or unknown.
    pub fn new(name: &str, options: Options<'_>, prefix: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json(JsonOptions::new(options, &format!("{prefix}json.")))),
            "csv" => Some(Self::Csv(CsvOptions::new(options, &format!("{prefix}csv.")))),
            "avro" => Some(Self::Avro(AvroOptions::new(options, &format!("{prefix}avro.")))),
            "raw" => Some(Self::Raw),
            _ => None,
        }
    }

    /// Whether records that cannot be read are skipped.
    pub fn ignores_errors(&self) -> bool {
        match self {
            Self::Json(options) => options.ignore_parse_errors,
            Self::Csv(options) => options.ignore_parse_errors,
            Self::Avro(_) | Self::Raw => false,
        }
    }

    /// Why it cannot hold these columns; `None` where it can.
    pub fn refusal(&self, fields: &[Field]) -> Option<String> {
        match self {
            Self::Avro(options) => options.refusal_of(fields),
            Self::Raw if fields.len() != 1 => {
                Some(format!("The 'raw' format only supports single physical column. It has {}", fields.len()))
            }
            Self::Json(_) | Self::Csv(_) | Self::Raw => None,
        }
    }

    /// A decoder of records of the fields `record` into the columns `columns`, some of them; their ROW types may lack fields
    /// that are not used.
    pub fn decoder(&self, record: &[Field], columns: &[Field]) -> Decoder {
        match self {
            Self::Json(options) => Decoder::Json(JsonDecoder::new(columns, options)),
            Self::Csv(options) => Decoder::Csv(CsvDecoder::new(record, columns, options)),
            Self::Avro(options) => Decoder::Avro(AvroDecoder::new(record, columns, *options)),
            Self::Raw => Decoder::Raw(columns.first().map(|column| column.data_type.kind.clone())),
        }
    }

    /// An encoder of rows of these columns.
    pub fn encoder(&self, columns: &[Field]) -> Encoder {
        match self {
            Self::Json(options) => Encoder::Json(JsonEncoder::new(columns, options)),
            Self::Csv(options) => Encoder::Csv(CsvEncoder::new(columns, options)),
            Self::Avro(options) => Encoder::Avro(AvroEncoder::new(columns, *options)),
            Self::Raw => Encoder::Raw(columns.to_vec()),
        }
    }
}

/// Reads records of one format.
#[derive(Debug)]
pub enum Decoder {
    /// JSON
    Json(JsonDecoder),
    /// CSV
    Csv(CsvDecoder),
    /// Avro
    Avro(AvroDecoder),
    /// Bytes, into a column of this type, if one is used.
    Raw(Option<crate::types::TypeKind>),
}

impl Decoder {
    /// Appends the row of a record to the columns from `first` on, but does not end it; `false` where the record is to be
    /// skipped. On an error a part of the row may have been written: [`Columns::undo_row`].
    #[inline]
    pub fn decode(&mut self, record: &[u8], columns: &mut Columns, first: usize) -> Result<bool, Box<DecodeError>> {
        match self {
            Self::Json(decoder) => decoder.decode(record, columns, first),
            Self::Csv(decoder) => decoder.decode(record, columns, first),
            Self::Avro(decoder) => decoder.decode(record, columns, first),
            Self::Raw(None) => Ok(true),
            Self::Raw(Some(kind)) => raw::decode(record, kind, columns, first).map(|()| true),
        }
    }
}

/// Writes records of one format.
#[derive(Debug, Clone)]
pub enum Encoder {
    /// JSON
    Json(JsonEncoder),
    /// CSV
    Csv(CsvEncoder),
    /// Avro
    Avro(AvroEncoder),
    /// Bytes
    Raw(Vec<Field>),
}

impl Encoder {
    /// The columns of a batch from `first` on, for [`Self::encode`].
    pub fn views<'a>(&'a self, batch: &'a Batch, first: usize) -> Vec<View<'a>> {
        match self {
            Self::Json(encoder) => encoder.views(batch, first),
            Self::Csv(encoder) => encoder.views(batch, first),
            Self::Avro(encoder) => encoder.views(batch, first),
            Self::Raw(fields) => {
                let columns = batch.columns[first..].iter().zip(fields);
                columns.map(|(column, field)| View::new(column, &field.data_type.kind)).collect()
            }
        }
    }

    /// Appends the record of a row, without an end of line; `false` where the row has none, being NULL in the raw format.
    pub fn encode(&self, views: &[View<'_>], row: usize, out: &mut Vec<u8>) -> bool {
        match self {
            Self::Json(encoder) => encoder.encode(views, row, out),
            Self::Csv(encoder) => encoder.encode(views, row, out),
            Self::Avro(encoder) => encoder.encode(views, row, out),
            Self::Raw(_) => return views.first().is_some_and(|view| raw::encode(view, row, out)),
        }
        true
    }
}
