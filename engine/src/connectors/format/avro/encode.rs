//! Rows as Avro datums.

use super::{AvroOptions, unit};
use crate::{
    connectors::format::view::View,
    types::{Batch, DataType, Field, TypeKind},
};

/// Writes datums.
#[derive(Debug, Clone)]
pub struct AvroEncoder {
    fields: Vec<Field>,
}

impl AvroEncoder {
    /// An encoder of these columns.
    pub fn new(fields: &[Field], _: AvroOptions) -> Self {
        Self { fields: fields.to_vec() }
    }

    /// The views of the columns of a batch from `first` on, for [`Self::encode`].
    pub fn views<'a>(&'a self, batch: &'a Batch, first: usize) -> Vec<View<'a>> {
        let columns = batch.columns[first..].iter().zip(&self.fields);
        columns.map(|(column, field)| View::new(column, &field.data_type.kind)).collect()
    }

    /// Appends the datum of a row.
    pub fn encode(&self, views: &[View<'_>], row: usize, out: &mut Vec<u8>) {
        for (view, field) in views.iter().zip(&self.fields) {
            value(view, row, &field.data_type, out);
        }
    }
}

fn value(view: &View<'_>, row: usize, data_type: &DataType, out: &mut Vec<u8>) {
    if data_type.nullable {
        if view.is_null(row) {
            return long(0, out);
        }
        long(1, out);
    }
    match (view, &data_type.kind) {
        (View::Bool(array), _) => out.push(u8::from(array.value(row))),
        (View::I8(array), _) => long(array.value(row).into(), out),
        (View::I16(array), _) => long(array.value(row).into(), out),
        (View::I32(array), _) => long(array.value(row).into(), out),
        (View::I64(array), _) => long(array.value(row), out),
        (View::F32(array), _) => out.extend_from_slice(&array.value(row).to_le_bytes()),
        (View::F64(array), _) => out.extend_from_slice(&array.value(row).to_le_bytes()),
        (View::Decimal(array, _), _) => slice(shortest(&array.value(row).to_be_bytes()), out),
        (View::Text(array), _) => slice(array.value(row).as_bytes(), out),
        (View::Bytes(array), _) => slice(array.value(row), out),
        (View::Date(array), _) => long(array.value(row).into(), out),
        (View::Time(array), _) => long(array.value(row).into(), out),
        (View::Timestamp(array) | View::TimestampLtz(array), kind) => {
            long(array.value(row).div_euclid(unit(kind)), out);
        }
        (View::List(array, items), TypeKind::Array(element)) => {
            block(View::range(array.value_offsets(), row), out, |item, out| value(items, item, element, out));
        }
        (View::Map(array, entries), kind) => {
            let count = TypeKind::Int.not_null();
            let element = if let TypeKind::Map(_, value) = kind { value } else { &count };
            block(View::range(array.value_offsets(), row), out, |entry, out| {
                value(&entries.0, entry, &TypeKind::STRING.not_null(), out);
                value(&entries.1, entry, element, out);
            });
        }
        (View::Row(_, views), TypeKind::Row(fields)) => {
            for ((_, view), field) in views.iter().zip(fields) {
                value(view, row, &field.data_type, out);
            }
        }
        _ => {}
    }
}

/// One block of all elements, and the end.
fn block(range: std::ops::Range<usize>, out: &mut Vec<u8>, write: impl Fn(usize, &mut Vec<u8>)) {
    if !range.is_empty() {
        long(range.len() as i64, out);
        range.for_each(|item| write(item, out));
    }
    long(0, out);
}

fn long(value: i64, out: &mut Vec<u8>) {
    let mut bits = ((value << 1) ^ (value >> 63)) as u64;
    while bits >= 0x80 {
        out.push(bits as u8 | 0x80);
        bits >>= 7;
    }
    out.push(bits as u8);
}

fn slice(bytes: &[u8], out: &mut Vec<u8>) {
    long(bytes.len() as i64, out);
    out.extend_from_slice(bytes);
}

/// The bytes of a number without those that only repeat its sign.
fn shortest(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [first, second, ..] = rest
        && ((*first == 0 && *second < 0x80) || (*first == 0xff && *second >= 0x80))
    {
        rest = &rest[1..];
    }
    rest
}
