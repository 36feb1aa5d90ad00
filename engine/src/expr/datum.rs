//! A column, or one value for all rows.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_select::take::take;

use super::EvalError;
use crate::types::{ColumnBuilder, TypeKind, Value};

/// What an expression is over a batch: a value a row, or one value that holds for all of them.
#[derive(Debug, Clone)]
pub struct Datum {
    array: ArrayRef,
    constant: bool,
}

impl Datum {
    /// A value a row.
    pub fn rows(array: ArrayRef) -> Self {
        Self { array, constant: false }
    }

    /// One value for all rows.
    pub fn constant(value: &Value, kind: &TypeKind) -> Self {
        let mut builder = ColumnBuilder::new(kind);
        builder.push(value);
        Self { array: builder.finish(), constant: true }
    }

    /// The column; of one row where it is a constant.
    pub fn array(&self) -> &ArrayRef {
        &self.array
    }

    /// Whether it is one value for all rows.
    pub fn is_constant(&self) -> bool {
        self.constant
    }

    /// What a row's number is to be and-ed with to give the place of its value: zero for a constant.
    pub fn mask(&self) -> usize {
        if self.constant { 0 } else { usize::MAX }
    }

    /// Where the value of a row is.
    pub fn place(&self, row: usize) -> usize {
        row & self.mask()
    }

    /// Whether a row's value is NULL.
    pub fn is_null(&self, row: usize) -> bool {
        self.array.is_null(self.place(row)) || self.array.data_type().is_null()
    }

    /// The column of `rows` rows.
    pub fn into_array(self, rows: usize) -> Result<ArrayRef, EvalError> {
        if !self.constant {
            return Ok(self.array);
        }
        if rows == 1 {
            return Ok(self.array);
        }
        Ok(take(&self.array, &UInt32Array::from(vec![0; rows]), None)?)
    }

    /// The value of a row.
    pub fn value(&self, row: usize, kind: &TypeKind) -> Value {
        Value::at(&self.array, self.place(row), kind)
    }
}

impl From<ArrayRef> for Datum {
    fn from(array: ArrayRef) -> Self {
        Self::rows(Arc::clone(&array))
    }
}
