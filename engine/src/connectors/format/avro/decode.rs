//! Avro datums into columns.

use super::{AvroOptions, unit};
use crate::{
    connectors::format::{
        column::{ColumnWriter, Store},
        columns::Columns,
        error::DecodeError,
    },
    types::{DataType, Field, TypeKind},
};

/// Reads datums.
#[derive(Debug)]
pub struct AvroDecoder {
    fields: Vec<Plan>,
}

/// How a value of the record is read.
#[derive(Debug)]
struct Plan {
    name: String,
    data_type: DataType,
    /// The column, or the field of the column of the row it is in, that it becomes, if one.
    slot: Option<usize>,
    /// Of elements, of a map's values, of a row's fields.
    parts: Vec<Plan>,
}

impl Plan {
    /// The plan of a value of type `written`, of which `wanted` is used.
    fn new(name: &str, written: &DataType, wanted: Option<(usize, &DataType)>) -> Self {
        let part = |name: &str, written: &DataType, wanted: Option<&DataType>| {
            Self::new(name, written, wanted.map(|wanted| (0, wanted)))
        };
        let parts = match (&written.kind, wanted.map(|(_, wanted)| &wanted.kind)) {
            (TypeKind::Array(element), wanted) => {
                let wanted = match wanted {
                    Some(TypeKind::Array(wanted)) => Some(&**wanted),
                    _ => None,
                };
                vec![part("element", element, wanted)]
            }
            (TypeKind::Map(_, value), wanted) => {
                let wanted = match wanted {
                    Some(TypeKind::Map(_, wanted)) => Some(&**wanted),
                    _ => None,
                };
                vec![part("value", value, wanted)]
            }
            (TypeKind::Multiset(_), wanted) => {
                let count = TypeKind::Int.not_null();
                vec![part("count", &count, wanted.map(|_| &count))]
            }
            (TypeKind::Row(fields), wanted) => {
                let used: &[_] = match wanted {
                    Some(TypeKind::Row(used)) => used,
                    _ => &[],
                };
                let place = |name: &str| used.iter().position(|field| field.name == name);
                let plan = |field: &crate::types::RowField| {
                    let wanted = place(&field.name).map(|place| (place, &used[place].data_type));
                    Self::new(&field.name, &field.data_type, wanted)
                };
                fields.iter().map(plan).collect()
            }
            _ => Vec::new(),
        };
        Self { name: name.to_owned(), data_type: written.clone(), slot: wanted.map(|(slot, _)| slot), parts }
    }
}

impl AvroDecoder {
    /// A decoder of records of the fields `record` into the columns `columns`, which are some of them.
    pub fn new(record: &[Field], columns: &[Field], _: AvroOptions) -> Self {
        let plan = |field: &Field| {
            let place = columns.iter().position(|column| column.name == field.name);
            Plan::new(&field.name, &field.data_type, place.map(|place| (place, &columns[place].data_type)))
        };
        Self { fields: record.iter().map(plan).collect() }
    }

    /// Appends the row of a datum to the columns from `first` on.
    pub fn decode(&mut self, record: &[u8], columns: &mut Columns, first: usize) -> Result<bool, Box<DecodeError>> {
        let row = columns.rows();
        let mut cursor = Cursor { bytes: record };
        fields(&self.fields, &mut cursor, Some((&mut columns.writers[first..], row)))?;
        Ok(true)
    }
}

/// The fields of a record, into the columns of a row.
fn fields(
    plans: &[Plan],
    cursor: &mut Cursor<'_>,
    mut into: Option<(&mut [ColumnWriter], usize)>,
) -> Result<(), Box<DecodeError>> {
    for plan in plans {
        let target = match (&mut into, plan.slot) {
            (Some((columns, row)), Some(slot)) => {
                let column = &mut columns[slot];
                column.fill(*row);
                Some(column)
            }
            _ => None,
        };
        value(plan, cursor, target).map_err(|error| error.within(&plan.name))?;
    }
    Ok(())
}

fn value(plan: &Plan, cursor: &mut Cursor<'_>, mut into: Option<&mut ColumnWriter>) -> Result<(), Box<DecodeError>> {
    if plan.data_type.nullable {
        match cursor.long()? {
            0 => {
                if let Some(column) = into {
                    column.push_nulls(1);
                }
                return Ok(());
            }
            1 => {}
            other => return Err(DecodeError::record(format!("not valid Avro: a union has no branch {other}"))),
        }
    }
    let kind = &plan.data_type.kind;
    let store = into.as_mut().map(|column| (column.len(), &mut column.store));
    match kind {
        TypeKind::Row(_) => {
            let row = match store {
                Some((row, Store::Row(columns, _))) => Some((columns.as_mut_slice(), row)),
                _ => None,
            };
            fields(&plan.parts, cursor, row)?;
        }
        TypeKind::Array(_) => {
            let list = match store {
                Some((_, Store::List(ends, items, _))) => Some((ends, &mut **items)),
                _ => None,
            };
            array(&plan.parts[0], cursor, list)?;
        }
        TypeKind::Map(..) | TypeKind::Multiset(_) => {
            let map = match store {
                Some((_, Store::Map(ends, entries, _))) => Some((ends, &mut **entries)),
                _ => None,
            };
            map_value(&plan.parts[0], cursor, map)?;
        }
        _ => scalar(kind, cursor, store.map(|(_, store)| store))?,
    }
    if let Some(column) = into {
        column.valid.append_non_null();
    }
    Ok(())
}

fn array(
    element: &Plan,
    cursor: &mut Cursor<'_>,
    mut into: Option<(&mut Vec<i32>, &mut ColumnWriter)>,
) -> Result<(), Box<DecodeError>> {
    while let Some(count) = cursor.block()? {
        for _ in 0..count {
            value(element, cursor, into.as_mut().map(|(_, items)| &mut **items))?;
        }
    }
    if let Some((ends, items)) = into {
        ends.push(items.len() as i32);
    }
    Ok(())
}

fn map_value(
    plan: &Plan,
    cursor: &mut Cursor<'_>,
    mut into: Option<(&mut Vec<i32>, &mut (ColumnWriter, ColumnWriter))>,
) -> Result<(), Box<DecodeError>> {
    while let Some(count) = cursor.block()? {
        for _ in 0..count {
            let keys = into.as_mut().map(|(_, entries)| &mut entries.0);
            let text = TypeKind::STRING;
            match keys {
                Some(keys) => {
                    scalar(&text, cursor, Some(&mut keys.store))?;
                    keys.valid.append_non_null();
                }
                None => scalar(&text, cursor, None)?,
            }
            value(plan, cursor, into.as_mut().map(|(_, entries)| &mut entries.1))?;
        }
    }
    if let Some((ends, entries)) = into {
        ends.push(entries.0.len() as i32);
    }
    Ok(())
}

fn scalar(kind: &TypeKind, cursor: &mut Cursor<'_>, into: Option<&mut Store>) -> Result<(), Box<DecodeError>> {
    match kind {
        TypeKind::Boolean => {
            let value = cursor.take(1)?[0] != 0;
            if let Some(Store::Bool(values)) = into {
                values.push(value);
            }
        }
        TypeKind::Float => {
            let value = f32::from_le_bytes(cursor.fixed()?);
            if let Some(Store::F32(values)) = into {
                values.push(value);
            }
        }
        TypeKind::Double => {
            let value = f64::from_le_bytes(cursor.fixed()?);
            if let Some(Store::F64(values)) = into {
                values.push(value);
            }
        }
        TypeKind::Char(_)
        | TypeKind::Varchar(_)
        | TypeKind::Binary(_)
        | TypeKind::Varbinary(_)
        | TypeKind::Decimal(..) => {
            let bytes = cursor.slice()?;
            return slice(kind, bytes, into);
        }
        _ => {
            let value = cursor.long()?;
            return long(kind, value, into);
        }
    }
    Ok(())
}

fn slice(kind: &TypeKind, bytes: &[u8], into: Option<&mut Store>) -> Result<(), Box<DecodeError>> {
    match into {
        Some(Store::Text(slices)) => {
            std::str::from_utf8(bytes).map_err(|_| DecodeError::value(bytes, kind))?;
            slices.bytes.extend_from_slice(bytes);
            slices.end();
        }
        Some(Store::Bytes(slices)) => {
            slices.bytes.extend_from_slice(bytes);
            slices.end();
        }
        Some(Store::Decimal(values, precision, _)) => {
            let value = decimal(bytes).filter(|value| value.unsigned_abs() < 10_u128.pow(u32::from(*precision)));
            values
                .push(value.ok_or_else(|| DecodeError::record(format!("a number has too many digits for a {kind}")))?);
        }
        _ => {}
    }
    Ok(())
}

/// A number in two's complement, the highest byte first.
fn decimal(bytes: &[u8]) -> Option<i128> {
    let mut value = if bytes.first().is_some_and(|byte| *byte >= 0x80) { -1_i128 } else { 0 };
    if bytes.len() > 16 {
        return None;
    }
    for byte in bytes {
        value = (value << 8) | i128::from(*byte);
    }
    Some(value)
}

fn long(kind: &TypeKind, value: i64, into: Option<&mut Store>) -> Result<(), Box<DecodeError>> {
    let wrong = || DecodeError::value(value.to_string().as_bytes(), kind);
    match into {
        Some(Store::I8(values)) => values.push(value.try_into().map_err(|_| wrong())?),
        Some(Store::I16(values)) => values.push(value.try_into().map_err(|_| wrong())?),
        Some(Store::I32(values) | Store::Date(values) | Store::Time(values)) => {
            values.push(value.try_into().map_err(|_| wrong())?);
        }
        Some(Store::I64(values)) => values.push(value),
        Some(Store::Timestamp(values, precision, _)) => {
            let micros = value.checked_mul(unit(kind)).ok_or_else(wrong)?;
            values.push(micros - micros.rem_euclid(*precision));
        }
        _ => {}
    }
    Ok(())
}

/// What is left of a datum.
struct Cursor<'a> {
    bytes: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Box<DecodeError>> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(ended)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Box<DecodeError>> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>().ok_or_else(ended)?;
        self.bytes = rest;
        Ok(*taken)
    }

    /// An int or a long: seven bits a byte, the lowest first, the sign in the lowest bit.
    fn long(&mut self) -> Result<i64, Box<DecodeError>> {
        let mut bits = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.fixed()?;
            bits |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((bits >> 1) as i64 ^ -((bits & 1) as i64));
            }
        }
        Err(DecodeError::record("not valid Avro: a number is longer than 10 bytes"))
    }

    fn slice(&mut self) -> Result<&'a [u8], Box<DecodeError>> {
        let length = self.long()?;
        self.take(usize::try_from(length).map_err(|_| ended())?)
    }

    /// How many elements the next block of an array or a map has; `None` at its end.
    fn block(&mut self) -> Result<Option<u64>, Box<DecodeError>> {
        let count = self.long()?;
        if count < 0 {
            // Its size in bytes follows, for those who skip.
            self.long()?;
        }
        // An element without bytes makes no sense; others are at most as many as there are bytes.
        let count = count.unsigned_abs();
        if count > self.bytes.len() as u64 {
            return Err(ended());
        }
        Ok((count > 0).then_some(count))
    }
}

fn ended() -> Box<DecodeError> {
    DecodeError::record("not valid Avro: the record ends too early")
}
