//! The raw format: a record is the value of the only column, numbers big-endian as Flink has them by default.

use super::{Columns, column::Store, error::DecodeError, view::View};
use crate::types::TypeKind;

/// Appends the value that `record` is.
pub fn decode(record: &[u8], kind: &TypeKind, columns: &mut Columns, first: usize) -> Result<(), Box<DecodeError>> {
    let row = columns.rows();
    let column = &mut columns.writers[first];
    column.fill(row);
    let wrong = || DecodeError::value(record, kind);
    match &mut column.store {
        Store::Text(slices) => {
            std::str::from_utf8(record).map_err(|_| wrong())?;
            slices.bytes.extend_from_slice(record);
            slices.end();
        }
        Store::Bytes(slices) => {
            slices.bytes.extend_from_slice(record);
            slices.end();
        }
        Store::Bool(values) => values.push(exact::<1>(record).ok_or_else(wrong)? != [0]),
        Store::I8(values) => values.push(i8::from_be_bytes(exact(record).ok_or_else(wrong)?)),
        Store::I16(values) => values.push(i16::from_be_bytes(exact(record).ok_or_else(wrong)?)),
        Store::I32(values) => values.push(i32::from_be_bytes(exact(record).ok_or_else(wrong)?)),
        Store::I64(values) => values.push(i64::from_be_bytes(exact(record).ok_or_else(wrong)?)),
        Store::F32(values) => values.push(f32::from_be_bytes(exact(record).ok_or_else(wrong)?)),
        Store::F64(values) => values.push(f64::from_be_bytes(exact(record).ok_or_else(wrong)?)),
        _ => return Err(wrong()),
    }
    column.valid.append_non_null();
    Ok(())
}

fn exact<const N: usize>(record: &[u8]) -> Option<[u8; N]> {
    record.try_into().ok()
}

/// Appends the bytes of the value at `row`; `false` where it is NULL.
pub fn encode(view: &View<'_>, row: usize, out: &mut Vec<u8>) -> bool {
    if view.is_null(row) {
        return false;
    }
    match view {
        View::Text(array) => out.extend_from_slice(array.value(row).as_bytes()),
        View::Bytes(array) => out.extend_from_slice(array.value(row)),
        View::Bool(array) => out.push(u8::from(array.value(row))),
        View::I8(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
        View::I16(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
        View::I32(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
        View::I64(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
        View::F32(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
        View::F64(array) => out.extend_from_slice(&array.value(row).to_be_bytes()),
        _ => return false,
    }
    true
}
