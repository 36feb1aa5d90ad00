//! What a join emits, by reference to the rows it is made of.

use arrow_array::{ArrayRef, UInt32Array, new_null_array};
use arrow_schema::ArrowError;
use arrow_select::take::take;

use crate::types::{
    DataType, RowKind,
    row_codec::{DecodeError, RowCodec},
};

/// Rows of a result: a row of the input and one of the other side, either of which may be missing.
#[derive(Debug, Default)]
pub struct Pairs {
    /// Rows of the input.
    pub own: Vec<Option<u32>>,
    /// Candidates of the other side.
    pub other: Vec<Option<u32>>,
    /// What each does.
    pub kinds: Vec<RowKind>,
}

impl Pairs {
    /// Appends a row.
    pub fn push(&mut self, kind: RowKind, own: Option<u32>, other: Option<u32>) {
        self.own.push(own);
        self.other.push(other);
        self.kinds.push(kind);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

/// The rows at these places; NULLs where there is none.
pub fn pick(columns: &[ArrayRef], picks: &[Option<u32>]) -> Result<Vec<ArrayRef>, ArrowError> {
    let rows = columns.first().map_or(0, |column| column.len());
    if picks.len() == rows && (0u32..).zip(picks).all(|(row, pick)| *pick == Some(row)) {
        return Ok(columns.to_vec());
    }
    let places = UInt32Array::from(picks.to_vec());
    columns.iter().map(|column| take(column, &places, None)).collect()
}

/// The left columns followed by the right ones, of the columns of the input `input` and those of the other side.
pub fn in_order(input: usize, mut own: Vec<ArrayRef>, mut other: Vec<ArrayRef>) -> Vec<ArrayRef> {
    if input == 0 {
        own.append(&mut other);
        return own;
    }
    other.append(&mut own);
    other
}

/// So many rows of NULLs.
pub fn nulls(types: &[DataType], rows: usize) -> Vec<ArrayRef> {
    types.iter().map(|data_type| new_null_array(&data_type.kind.arrow(), rows)).collect()
}

/// The left columns followed by the right ones, of `count` rows of side `side` and NULLs on the other.
pub fn padded<'a>(
    side: usize,
    codec: &RowCodec,
    other: &RowCodec,
    rows: impl Iterator<Item = &'a [u8]>,
    count: usize,
) -> Result<Vec<ArrayRef>, DecodeError> {
    Ok(in_order(side, codec.decode(rows)?, nulls(other.types(), count)))
}
