//! Rows as JSON documents, in the form that Flink's `RowDataToJsonConverters` and Jackson give them.

use super::JsonOptions;
use crate::{
    connectors::format::{
        base64,
        number::{write_decimal_plain, write_decimal_stripped, write_double, write_integer, write_single},
        time::{write_date, write_time, write_timestamp},
        view::View,
    },
    types::{Batch, Field},
};

/// Writes documents.
#[derive(Debug, Clone)]
pub struct JsonEncoder {
    fields: Vec<Field>,
    /// `"name":`, for each field.
    names: Vec<Vec<u8>>,
    options: JsonOptions,
}

impl JsonEncoder {
    /// An encoder of these columns.
    pub fn new(fields: &[Field], options: &JsonOptions) -> Self {
        let names = fields.iter().map(|field| member(&field.name)).collect();
        Self { fields: fields.to_vec(), names, options: options.clone() }
    }

    /// The views of the columns of a batch from `first` on, for [`Self::encode`].
    pub fn views<'a>(&'a self, batch: &'a Batch, first: usize) -> Vec<View<'a>> {
        let columns = batch.columns[first..].iter().zip(&self.fields);
        columns.map(|(column, field)| View::new(column, &field.data_type.kind)).collect()
    }

    /// Appends the document of a row.
    pub fn encode(&self, views: &[View<'_>], row: usize, out: &mut Vec<u8>) {
        out.push(b'{');
        let mut first = true;
        for (name, view) in self.names.iter().zip(views) {
            if self.options.ignore_null_fields && view.is_null(row) {
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            out.extend_from_slice(name);
            self.value(view, row, out);
        }
        out.push(b'}');
    }

    fn value(&self, view: &View<'_>, row: usize, out: &mut Vec<u8>) {
        if view.is_null(row) {
            return out.extend_from_slice(b"null");
        }
        match view {
            View::Bool(array) => out.extend_from_slice(if array.value(row) { b"true" } else { b"false" }),
            View::I8(array) => write_integer(array.value(row).into(), out),
            View::I16(array) => write_integer(array.value(row).into(), out),
            View::I32(array) => write_integer(array.value(row).into(), out),
            View::I64(array) => write_integer(array.value(row), out),
            View::F32(array) => {
                let value = array.value(row);
                quoted_unless(value.is_finite(), out, |out| write_single(value, out));
            }
            View::F64(array) => {
                let value = array.value(row);
                quoted_unless(value.is_finite(), out, |out| write_double(value, out));
            }
            View::Decimal(array, scale) if self.options.plain_decimals => {
                write_decimal_plain(array.value(row), *scale, out);
            }
            View::Decimal(array, scale) => write_decimal_stripped(array.value(row), *scale, out),
            View::Text(array) => write_string(array.value(row).as_bytes(), out),
            View::Bytes(array) => quoted_unless(false, out, |out| base64::encode(array.value(row), out)),
            View::Date(array) => quoted_unless(false, out, |out| write_date(array.value(row).into(), out)),
            View::Time(array) => {
                quoted_unless(false, out, |out| write_time(i64::from(array.value(row)) * 1000, out));
            }
            View::Timestamp(array) => quoted_unless(false, out, |out| self.timestamp(array.value(row), out)),
            View::TimestampLtz(array) => quoted_unless(false, out, |out| {
                self.timestamp(array.value(row), out);
                out.push(b'Z');
            }),
            View::List(array, items) => {
                out.push(b'[');
                for (place, item) in View::range(array.value_offsets(), row).enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    self.value(items, item, out);
                }
                out.push(b']');
            }
            View::Map(array, entries) => self.map(View::range(array.value_offsets(), row), entries, out),
            View::Row(_, fields) => {
                out.push(b'{');
                let mut first = true;
                for (name, field) in fields {
                    if self.options.ignore_null_fields && field.is_null(row) {
                        continue;
                    }
                    if !std::mem::take(&mut first) {
                        out.push(b',');
                    }
                    write_string(name.as_bytes(), out);
                    out.push(b':');
                    self.value(field, row, out);
                }
                out.push(b'}');
            }
            View::Null => {}
        }
    }

    fn timestamp(&self, micros: i64, out: &mut Vec<u8>) {
        write_timestamp(micros, if self.options.iso_timestamps { b'T' } else { b' ' }, out);
    }

    fn map(&self, entries: std::ops::Range<usize>, (keys, values): &(View<'_>, View<'_>), out: &mut Vec<u8>) {
        out.push(b'{');
        let mut first = true;
        for entry in entries {
            let View::Text(names) = keys else { continue };
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            write_string(names.value(entry).as_bytes(), out);
            out.push(b':');
            self.value(values, entry, out);
        }
        out.push(b'}');
    }
}

fn member(name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    write_string(name.as_bytes(), &mut text);
    text.push(b':');
    text
}

/// Writes with quotes around, unless `bare`.
fn quoted_unless(bare: bool, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    if bare {
        return write(out);
    }
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// Appends a string in quotes, with the escapes that Jackson writes.
pub fn write_string(text: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'"');
    let mut plain = 0;
    for (at, byte) in text.iter().enumerate() {
        if *byte >= b' ' && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
        }
    }
    out.extend_from_slice(&text[plain..]);
    out.push(b'"');
}
