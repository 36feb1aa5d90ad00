//! `row.field`, `array[n]`, `map[key]`.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Int64Array, ListArray, MapArray, StringArray, StructArray, UInt32Array,
};
use arrow_buffer::NullBuffer;
use arrow_select::{nullif::nullif, take::take};

use super::super::{
    kernel::{Kernel, operand},
    native::downcast,
};
use crate::{
    expr::EvalError,
    types::{TypeKind as K, Value},
};

/// The field of a row at a place; NULL where the row is.
pub fn field(place: usize) -> Kernel {
    Kernel::new(move |site, arguments| {
        let column = operand(arguments, 0)?.clone().into_array(site.rows)?;
        let row = downcast::<StructArray>(&column)?;
        let field = row.columns().get(place).ok_or_else(|| EvalError::internal("the row has no such field"))?;
        with_nulls(field, row.nulls())
    })
    .total()
}

/// The column, NULL where `nulls` says so too.
fn with_nulls(column: &ArrayRef, nulls: Option<&NullBuffer>) -> Result<ArrayRef, EvalError> {
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        Some(nulls) => Ok(nullif(column, &BooleanArray::new(!nulls.inner(), None))?),
        None => Ok(Arc::clone(column)),
    }
}

/// The element of an array at a place from 1; NULL where there is none.
pub fn element() -> Kernel {
    Kernel::new(|site, arguments| {
        let (arrays, indexes) = (operand(arguments, 0)?, operand(arguments, 1)?);
        let list = downcast::<ListArray>(arrays.array())?;
        let index = downcast::<Int64Array>(indexes.array())?;
        let place = |row: usize| {
            let (list_row, index_row) = (arrays.place(row), indexes.place(row));
            if list.is_null(list_row) || index.is_null(index_row) {
                return Ok(None);
            }
            let wanted = index.value(index_row);
            let Some(wanted) = usize::try_from(wanted).ok().and_then(|wanted| wanted.checked_sub(1)) else {
                let message = format!("Array element access needs an index starting at 1 but was {wanted}.");
                return Err(EvalError::new("org.apache.flink.table.api.TableRuntimeException", message));
            };
            let (start, end) = (list.value_offsets()[list_row], list.value_offsets()[list_row + 1]);
            Ok((wanted < (end - start) as usize).then(|| start as u32 + wanted as u32))
        };
        let places = (0..site.rows).map(place).collect::<Result<UInt32Array, EvalError>>()?;
        Ok(take(list.values(), &places, None)?)
    })
}

/// The value of a map at a key; NULL where there is none.
pub fn entry() -> Kernel {
    Kernel::new(|site, arguments| {
        let (maps, keys) = (operand(arguments, 0)?, operand(arguments, 1)?);
        let map = downcast::<MapArray>(maps.array())?;
        let Some((K::Map(key_type, _), wanted_type)) =
            site.takes.first().zip(site.takes.get(1)).map(|(map, key)| (&map.kind, &key.kind))
        else {
            return Err(EvalError::internal("no map type"));
        };
        let texts = map.keys().as_any().downcast_ref::<StringArray>();
        let wanted_texts = keys.array().as_any().downcast_ref::<StringArray>();
        let place = |row: usize| {
            let map_row = maps.place(row);
            if map.is_null(map_row) {
                return None;
            }
            let mut places = map.value_offsets()[map_row] as usize..map.value_offsets()[map_row + 1] as usize;
            let found = match (texts, wanted_texts) {
                (Some(texts), Some(wanted)) if !keys.is_null(row) => {
                    let wanted = wanted.value(keys.place(row));
                    places.find(|place| texts.is_valid(*place) && texts.value(*place) == wanted)
                }
                _ => {
                    let wanted = keys.value(row, wanted_type);
                    places.find(|place| Value::at(map.keys(), *place, &key_type.kind) == wanted)
                }
            };
            found.map(|place| place as u32)
        };
        let places: UInt32Array = (0..site.rows).map(place).collect();
        Ok(take(map.values(), &places, None)?)
    })
    .total()
}
