//! Rows of the other side that have the key of a row of the input.

use arrow_array::ArrayRef;

use super::keys::Arena;
use crate::types::{
    ColumnBuilder,
    row_codec::{DecodeError, RowCodec},
};

/// Pairs of a row of the input and one of the other side's state.
#[derive(Debug, Default)]
pub struct Candidates {
    /// The input's rows.
    pub of: Vec<u32>,
    /// How often each row of the other side is there.
    pub counts: Vec<i32>,
    rows: Arena,
    second_keys: Arena,
}

impl Candidates {
    /// Appends a pair. `second_key` finds the row again, where its partners are counted.
    pub fn push(&mut self, of: u32, row: &[u8], second_key: Option<&[u8]>, count: i32) {
        self.of.push(of);
        self.counts.push(count);
        self.rows.push(row);
        if let Some(second_key) = second_key {
            self.second_keys.push(second_key);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Finds the row of a pair again in the state of its side.
    pub fn second_key(&self, candidate: usize) -> &[u8] {
        self.second_keys.get(candidate)
    }

    /// The columns of the other side, one row a pair.
    pub fn decode(&self, codec: &RowCodec) -> Result<Vec<ArrayRef>, DecodeError> {
        codec.decode(self.rows.iter())
    }

    /// The columns of the other side of these pairs; NULLs where there is none.
    pub fn decode_some(&self, codec: &RowCodec, picks: &[Option<u32>]) -> Result<Vec<ArrayRef>, DecodeError> {
        let mut builders: Vec<_> = codec.types().iter().map(|of| ColumnBuilder::new(&of.kind)).collect();
        for pick in picks {
            match pick {
                Some(pick) => codec.decode_into(self.rows.get(*pick as usize), &mut builders)?,
                None => builders.iter_mut().for_each(ColumnBuilder::push_null),
            }
        }
        Ok(builders.iter_mut().map(ColumnBuilder::finish).collect())
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.of.clear();
        self.counts.clear();
        self.rows.clear();
        self.second_keys.clear();
    }
}
