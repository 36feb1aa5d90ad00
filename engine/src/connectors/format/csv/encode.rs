//! Rows as CSV records, as Flink's `RowDataToCsvConverters` and Jackson write them.

use super::CsvOptions;
use crate::{
    connectors::format::{
        base64,
        number::{write_decimal_stripped, write_decimal_stripped_plain, write_double, write_integer, write_single},
        time::{write_date, write_time, write_timestamp},
        view::View,
    },
    types::{Batch, Field},
};

/// A text of more characters than this is quoted without looking at it: Jackson's bound.
const MAX_LOOKED_AT: usize = 24;

/// Writes records.
#[derive(Debug, Clone)]
pub struct CsvEncoder {
    fields: Vec<Field>,
    options: CsvOptions,
    /// A text with a byte below this is quoted.
    least_safe: u8,
}

impl CsvEncoder {
    /// An encoder of these columns.
    pub fn new(fields: &[Field], options: &CsvOptions) -> Self {
        let delimiter = options.delimiter.first().copied().unwrap_or(b',');
        let least_safe = delimiter.max(options.quote.unwrap_or(0)).max(b'\n').saturating_add(1);
        Self { fields: fields.to_vec(), options: options.clone(), least_safe }
    }

    /// The views of the columns of a batch from `first` on, for [`Self::encode`].
    pub fn views<'a>(&'a self, batch: &'a Batch, first: usize) -> Vec<View<'a>> {
        let columns = batch.columns[first..].iter().zip(&self.fields);
        columns.map(|(column, field)| View::new(column, &field.data_type.kind)).collect()
    }

    /// Appends the record of a row, without an end of line.
    pub fn encode(&self, views: &[View<'_>], row: usize, out: &mut Vec<u8>) {
        for (index, view) in views.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(&self.options.delimiter);
            }
            let start = out.len();
            if self.value(view, row, out) {
                self.quote(start, out);
            }
        }
    }

    /// Appends a value as it is; whether it may need quotes.
    fn value(&self, view: &View<'_>, row: usize, out: &mut Vec<u8>) -> bool {
        if view.is_null(row) {
            out.extend_from_slice(self.options.null_literal.as_deref().unwrap_or("").as_bytes());
            return false;
        }
        match view {
            View::Bool(array) => out.extend_from_slice(if array.value(row) { b"true" } else { b"false" }),
            View::I8(array) => write_integer(array.value(row).into(), out),
            View::I16(array) => write_integer(array.value(row).into(), out),
            View::I32(array) => write_integer(array.value(row).into(), out),
            View::I64(array) => write_integer(array.value(row), out),
            View::F32(array) => write_single(array.value(row), out),
            View::F64(array) => write_double(array.value(row), out),
            View::Decimal(array, scale) if self.options.scientific_decimals => {
                write_decimal_stripped(array.value(row), *scale, out);
            }
            View::Decimal(array, scale) => write_decimal_stripped_plain(array.value(row), *scale, out),
            View::Null => {}
            other => {
                self.text(other, row, out);
                return true;
            }
        }
        false
    }

    fn text(&self, view: &View<'_>, row: usize, out: &mut Vec<u8>) {
        match view {
            View::Text(array) => out.extend_from_slice(array.value(row).as_bytes()),
            View::Bytes(array) => base64::encode(array.value(row), out),
            View::Date(array) => write_date(array.value(row).into(), out),
            View::Time(array) => write_time(i64::from(array.value(row)) * 1000, out),
            View::Timestamp(array) => write_timestamp(array.value(row), b' ', out),
            View::TimestampLtz(array) => {
                write_timestamp(array.value(row), b' ', out);
                out.push(b'Z');
            }
            View::List(array, items) => {
                for (place, item) in View::range(array.value_offsets(), row).enumerate() {
                    self.element(place, items, item, out);
                }
            }
            View::Row(_, fields) => {
                for (place, (_, field)) in fields.iter().enumerate() {
                    self.element(place, field, row, out);
                }
            }
            _ => {}
        }
    }

    fn element(&self, place: usize, view: &View<'_>, row: usize, out: &mut Vec<u8>) {
        if place > 0 {
            out.extend_from_slice(self.options.element_delimiter.as_bytes());
        }
        self.value(view, row, out);
    }

    /// Puts the text from `start` on in quotes where Jackson does: where it could be mistaken, or is long.
    fn quote(&self, start: usize, out: &mut Vec<u8>) {
        let Some(quote) = self.options.quote else { return };
        let text = &out[start..];
        let unsafe_byte = |byte: &u8| *byte < self.least_safe || *byte == b'\\' || *byte == quote;
        let units = || String::from_utf8_lossy(text).encode_utf16().count();
        let long = text.len() > MAX_LOOKED_AT && units() > MAX_LOOKED_AT;
        if !long && !text.iter().any(unsafe_byte) && !self.options.escape.is_some_and(|e| text.contains(&e)) {
            return;
        }
        let text = out.split_off(start);
        out.push(quote);
        for byte in text {
            if byte == quote || Some(byte) == self.options.escape {
                out.push(self.options.escape.unwrap_or(quote));
            }
            out.push(byte);
        }
        out.push(quote);
    }
}
