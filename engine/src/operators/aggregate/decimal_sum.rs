//! `SUM`, `SUM0` and `AVG` of decimals.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Decimal128Array, cast::AsArray, types::Decimal128Type};

use super::{
    accumulator::{Accumulator, Rows, grow},
    sum::Finish,
};
use crate::{
    expr::decimal::{self, Shape},
    operators::keyed::Slot,
    runtime::Stop,
    types::{Field, RowReader, RowWriter, TypeKind, data_type::MAX_DECIMAL_PRECISION, row_codec::DecodeError},
};

/// One more than the largest number of 38 digits.
const LIMIT: i128 = 10_i128.pow(38);

/// `a + b`, where it has at most 38 digits.
fn add(a: i128, b: i128) -> Option<i128> {
    a.checked_add(b).filter(|sum| -LIMIT < *sum && *sum < LIMIT)
}

/// Sums of decimals, of 38 digits. A sum that has more is NULL; an append-only `SUM` then begins anew with the next
/// number, all else stays NULL: both as in Flink.
pub struct DecimalSum {
    finish: Finish,
    /// Digits after the point, of arguments and sums.
    scale: u8,
    /// Digits after the point of results: more than `scale` for averages.
    result_scale: u8,
    begins_anew: bool,
    sums: Vec<Option<i128>>,
    counts: Vec<i64>,
}

impl DecimalSum {
    /// Sums of numbers of scale `scale`, and results of `result_scale`. `retracts`: whether numbers are taken back.
    pub fn new(finish: Finish, scale: u8, result_scale: u8, retracts: bool) -> Self {
        let begins_anew = finish == Finish::Sum && !retracts;
        Self { finish, scale, result_scale, begins_anew, sums: Vec::new(), counts: Vec::new() }
    }

    fn result(&self, slot: usize) -> Option<i128> {
        let (sum, count) = (self.sums[slot], self.counts[slot]);
        match self.finish {
            Finish::Sum0 => sum,
            _ if count == 0 => None,
            Finish::Sum => sum,
            Finish::Avg => {
                let to = Shape { precision: MAX_DECIMAL_PRECISION, scale: self.result_scale };
                decimal::divide(sum?, self.scale, count.into(), 0, to)
            }
        }
    }
}

impl Accumulator for DecimalSum {
    fn fields(&self) -> Vec<Field> {
        let sum = TypeKind::Decimal(MAX_DECIMAL_PRECISION, self.scale).nullable();
        vec![Field::new("sum", sum), Field::new("count", TypeKind::BigInt.not_null())]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.sums, slots, Some(0));
        grow(&mut self.counts, slots, 0);
    }

    fn reset(&mut self, slot: Slot) {
        self.sums[slot as usize] = Some(0);
        self.counts[slot as usize] = 0;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let Some(array) = arguments[0].as_primitive_opt::<Decimal128Type>() else { return Ok(()) };
        let (values, sums, counts) = (array.values(), &mut self.sums, &mut self.counts);
        let begins_anew = self.begins_anew;
        rows.each_valid(array.nulls(), |row, slot, sign| {
            let value = values[row] * i128::from(sign);
            sums[slot] = match sums[slot] {
                Some(sum) => add(sum, value),
                None => begins_anew.then_some(value),
            };
            counts[slot] += sign;
        });
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let (into, from) = (into as usize, from as usize);
        self.sums[into] = match (self.sums[into], self.sums[from]) {
            (Some(a), Some(b)) => add(a, b),
            (a, b) if self.begins_anew => a.or(b),
            _ => None,
        };
        self.counts[into] += self.counts[from];
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let results: Decimal128Array = slots.iter().map(|slot| self.result(*slot as usize)).collect();
        let (_, values, nulls) = results.into_parts();
        let kind = TypeKind::Decimal(MAX_DECIMAL_PRECISION, self.result_scale).arrow();
        Arc::new(Decimal128Array::new(values, nulls).with_data_type(kind))
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        match self.sums[slot as usize] {
            Some(sum) => row.i128(sum),
            None => row.null(),
        }
        row.i64(self.counts[slot as usize]);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.sums[slot as usize] = row.read_i128()?;
        self.counts[slot as usize] = row.read_i64()?.unwrap_or(0);
        Ok(())
    }
}
