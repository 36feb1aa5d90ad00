//! Rows as often as a count says: for `INTERSECT ALL` and `EXCEPT ALL`.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int32Array, Int64Array, ListArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType as ArrowType, Field as ArrowField};

use crate::{
    expr::{Datum, EvalContext, EvalError, Expr, ExprKind, ScalarFunction},
    types::TypeKind,
};

/// An array with as many elements as its argument, a BIGINT, says.
#[derive(Debug)]
struct Replicate;

/// More rows than this are not made of one.
const MAX_COPIES: i64 = 1 << 20;

impl ScalarFunction for Replicate {
    fn name(&self) -> &str {
        "$REPLICATE"
    }

    fn eval(&self, arguments: &[Datum], rows: usize, _: &EvalContext) -> Result<ArrayRef, EvalError> {
        let Some(counts) = arguments.first() else {
            return Err(EvalError::internal("$REPLICATE takes a count"));
        };
        let counts = counts.clone().into_array(rows)?;
        let counts = counts
            .as_any()
            .downcast_ref::<Int64Array>()
            .ok_or_else(|| EvalError::internal("the count of $REPLICATE is no BIGINT"))?;
        let copies = |row: usize| if counts.is_null(row) { 0 } else { counts.value(row).clamp(0, MAX_COPIES) as usize };
        let offsets = OffsetBuffer::<i32>::from_lengths((0..rows).map(copies));
        let elements = offsets.last() as usize;
        let items = Arc::new(Int32Array::from(vec![1; elements]));
        let field = Arc::new(ArrowField::new("item", ArrowType::Int32, true));
        Ok(Arc::new(ListArray::try_new(field, offsets, items, None)?))
    }

    fn fallible(&self) -> bool {
        false
    }
}

/// An array with as many elements as `count` says.
pub fn replicate(count: Expr) -> Expr {
    let data_type = TypeKind::Array(Box::new(TypeKind::Int.not_null())).not_null();
    Expr { kind: ExprKind::Call(Arc::new(Replicate), vec![count]), data_type }
}
