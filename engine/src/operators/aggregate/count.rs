//! `COUNT`

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array};
use arrow_buffer::NullBuffer;

use super::accumulator::{Accumulator, Rows, grow};
use crate::{
    operators::keyed::Slot,
    runtime::Stop,
    types::{Field, RowReader, RowWriter, TypeKind, row_codec::DecodeError},
};

/// Counts rows in which no argument is NULL.
#[derive(Default)]
pub struct Count(Vec<i64>);

impl Accumulator for Count {
    fn fields(&self) -> Vec<Field> {
        vec![Field::new("count", TypeKind::BigInt.not_null())]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.0, slots, 0);
    }

    fn reset(&mut self, slot: Slot) {
        self.0[slot as usize] = 0;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let nulls = arguments.iter().fold(None, |nulls: Option<NullBuffer>, argument| {
            NullBuffer::union(nulls.as_ref(), argument.logical_nulls().as_ref())
        });
        let counts = &mut self.0;
        rows.each_valid(nulls.as_ref(), |_, slot, sign| counts[slot] += sign);
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        self.0[into as usize] += self.0[from as usize];
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        Arc::new(slots.iter().map(|slot| self.0[*slot as usize]).collect::<Int64Array>())
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        row.i64(self.0[slot as usize]);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.0[slot as usize] = row.read_i64()?.unwrap_or(0);
        Ok(())
    }
}
