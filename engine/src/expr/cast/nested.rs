//! Casts of arrays, maps and rows: part by part.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, ListArray, MapArray, StructArray};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow_schema::Field;

use super::kernel;
use crate::{
    expr::{
        Datum, EvalError,
        function::{
            kernel::{Kernel, Site},
            native::downcast,
        },
    },
    types::{
        DataType, RowField, TypeKind,
        column::map_array,
        data_type::{map_entries, row_fields},
    },
};

/// The cast of a part.
struct Part {
    kernel: Kernel,
    from: DataType,
    to: DataType,
    lenient: bool,
}

impl Part {
    fn new(from: &DataType, to: &DataType, lenient: bool) -> Option<Self> {
        let kernel = kernel(&from.kind, &to.kind, lenient)?;
        Some(Self { kernel, from: from.clone(), to: to.clone(), lenient })
    }

    /// The part's column, and where values were lost in a lenient cast.
    fn run(&self, site: &Site<'_>, column: &ArrayRef) -> Result<(ArrayRef, Option<BooleanBuffer>), EvalError> {
        let inner = Site {
            rows: column.len(),
            takes: std::slice::from_ref(&self.from),
            returns: &self.to,
            context: site.context,
        };
        let result = self.kernel.run(&inner, &[Datum::rows(Arc::clone(column))])?;
        let lost = self.lenient && result.null_count() > column.null_count();
        let lost = lost.then(|| BooleanBuffer::collect_bool(column.len(), |i| result.is_null(i) && column.is_valid(i)));
        Ok((result, lost))
    }
}

fn first(arguments: &[Datum], rows: usize) -> Result<ArrayRef, EvalError> {
    let argument = arguments.first().ok_or_else(|| EvalError::internal("a cast of nothing"))?;
    argument.clone().into_array(rows)
}

/// The validity of lists of which one that lost an element is NULL.
fn without_lost(
    nulls: Option<&NullBuffer>,
    ends: &OffsetBuffer<i32>,
    lost: &[Option<BooleanBuffer>],
) -> Option<NullBuffer> {
    if lost.iter().all(Option::is_none) {
        return nulls.cloned();
    }
    let keeps = |row: usize| {
        let mut places = ends[row] as usize..ends[row + 1] as usize;
        !places.any(|place| lost.iter().flatten().any(|lost| lost.value(place)))
    };
    let keeps = NullBuffer::new(BooleanBuffer::collect_bool(ends.len() - 1, keeps));
    NullBuffer::union(nulls, Some(&keeps))
}

/// Of arrays.
pub fn array(from: &DataType, to: &DataType, lenient: bool) -> Option<Kernel> {
    let part = Part::new(from, to, lenient)?;
    let fallible = part.kernel.fallible;
    let kernel = Kernel::new(move |site, arguments| {
        let column = first(arguments, site.rows)?;
        let list = downcast::<ListArray>(&column)?;
        let (values, lost) = part.run(site, list.values())?;
        let nulls = without_lost(list.nulls(), list.offsets(), &[lost]);
        let field = Arc::new(Field::new("item", part.to.kind.arrow(), true));
        Ok(Arc::new(ListArray::try_new(field, list.offsets().clone(), values, nulls)?))
    });
    Some(if fallible { kernel } else { kernel.total() })
}

/// Of maps.
pub fn map(from: &TypeKind, to: &TypeKind, lenient: bool) -> Option<Kernel> {
    let (TypeKind::Map(from_key, from_value), TypeKind::Map(key, value)) = (from, to) else { return None };
    let (keys, values) = (Part::new(from_key, key, lenient)?, Part::new(from_value, value, lenient)?);
    let fallible = keys.kernel.fallible || values.kernel.fallible;
    let kernel = Kernel::new(move |site, arguments| {
        let column = first(arguments, site.rows)?;
        let map = downcast::<MapArray>(&column)?;
        let (key_column, lost_keys) = keys.run(site, map.keys())?;
        let (value_column, lost_values) = values.run(site, map.values())?;
        let nulls = without_lost(map.nulls(), map.offsets(), &[lost_keys, lost_values]);
        let fields = map_entries(keys.to.kind.arrow(), values.to.kind.arrow());
        Ok(map_array(fields, vec![key_column, value_column], map.offsets().clone(), nulls))
    });
    Some(if fallible { kernel } else { kernel.total() })
}

/// Of rows, field by field in their order.
pub fn row(from: &[RowField], to: &[RowField], lenient: bool) -> Option<Kernel> {
    if from.len() != to.len() {
        return None;
    }
    let pairs = from.iter().zip(to);
    let parts: Vec<Part> =
        pairs.map(|(from, to)| Part::new(&from.data_type, &to.data_type, lenient)).collect::<Option<_>>()?;
    let fallible = parts.iter().any(|part| part.kernel.fallible);
    let fields = row_fields(to);
    let kernel = Kernel::new(move |site, arguments| {
        let column = first(arguments, site.rows)?;
        let row = downcast::<StructArray>(&column)?;
        let mut nulls = row.nulls().cloned();
        let mut columns = Vec::with_capacity(parts.len());
        for (part, column) in parts.iter().zip(row.columns()) {
            let (column, lost) = part.run(site, column)?;
            nulls = NullBuffer::union(nulls.as_ref(), lost.map(|lost| NullBuffer::new(!&lost)).as_ref());
            columns.push(column);
        }
        Ok(Arc::new(StructArray::try_new_with_length(fields.clone(), columns, nulls, row.len())?))
    });
    Some(if fallible { kernel } else { kernel.total() })
}
