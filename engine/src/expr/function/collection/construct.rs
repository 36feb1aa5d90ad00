//! `ARRAY[…]`, `MAP[…]`, `ROW(…)`.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, StructArray, new_empty_array};
use arrow_buffer::OffsetBuffer;
use arrow_schema::Field;
use arrow_select::interleave::interleave;

use super::super::kernel::Kernel;
use crate::{
    expr::EvalError,
    types::{ColumnBuilder, TypeKind as K, Value, data_type::row_fields},
};

/// An array of the arguments.
pub fn array() -> Kernel {
    Kernel::new(|site, arguments| {
        let K::Array(element) = &site.returns.kind else { return Err(EvalError::internal("no array type")) };
        let columns: Vec<&dyn Array> = arguments.iter().map(|argument| argument.array().as_ref()).collect();
        let places: Vec<(usize, usize)> = (0..site.rows)
            .flat_map(|row| arguments.iter().enumerate().map(move |(index, argument)| (index, argument.place(row))))
            .collect();
        let values =
            if places.is_empty() { new_empty_array(&element.kind.arrow()) } else { interleave(&columns, &places)? };
        let ends = OffsetBuffer::from_repeated_length(arguments.len(), site.rows);
        let field = Arc::new(Field::new("item", element.kind.arrow(), true));
        Ok(Arc::new(ListArray::try_new(field, ends, values, None)?))
    })
    .total()
}

/// A map of keys and values in turn; of equal keys the last counts.
pub fn map() -> Kernel {
    Kernel::new(|site, arguments| {
        let K::Map(key, value) = &site.returns.kind else { return Err(EvalError::internal("no map type")) };
        let mut builder = ColumnBuilder::new(&site.returns.kind);
        for row in 0..site.rows {
            let mut entries: Vec<(Value, Value)> = Vec::new();
            for pair in arguments.chunks_exact(2) {
                super::put(&mut entries, pair[0].value(row, &key.kind), pair[1].value(row, &value.kind));
            }
            builder.push(&Value::Map(entries));
        }
        Ok(builder.finish())
    })
    .total()
}

/// A row of the arguments.
pub fn row() -> Kernel {
    Kernel::new(|site, arguments| {
        let K::Row(fields) = &site.returns.kind else { return Err(EvalError::internal("no row type")) };
        let columns: Vec<ArrayRef> =
            arguments.iter().map(|argument| argument.clone().into_array(site.rows)).collect::<Result<_, _>>()?;
        Ok(Arc::new(StructArray::try_new_with_length(row_fields(fields), columns, None, site.rows)?))
    })
    .total()
}
