//! `SUM`, `SUM0` and `AVG` of integers and floats.

use std::{marker::PhantomData, sync::Arc};

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray,
    cast::AsArray,
    types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type},
};

use super::accumulator::{Accumulator, Rows, grow};
use crate::{
    operators::keyed::Slot,
    runtime::Stop,
    types::{Field, RowReader, RowWriter, TypeKind, row_codec::DecodeError},
};

/// What is made of a sum and a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The sum; NULL of nothing.
    Sum,
    /// The sum; 0 of nothing.
    Sum0,
    /// The sum by the count; NULL of nothing.
    Avg,
}

/// The four integer types.
pub trait Integer: ArrowPrimitiveType + Send {
    /// The same number in 64 bits.
    fn widen(value: Self::Native) -> i64;
    /// The low bits, as Java's arithmetic of the type has them.
    fn wrap(value: i64) -> Self::Native;
}

macro_rules! integers {
    ($($arrow:ty, $native:ty;)*) => {
        $(impl Integer for $arrow {
            fn widen(value: $native) -> i64 {
                i64::from(value)
            }
            fn wrap(value: i64) -> $native {
                value as $native
            }
        })*
    };
}

integers! { Int8Type, i8; Int16Type, i16; Int32Type, i32; Int64Type, i64; }

/// Sums of integers. They wrap at the type's width, averages at 64 bits, as in Flink.
pub struct IntegerSum<T> {
    finish: Finish,
    sums: Vec<i64>,
    counts: Vec<i64>,
    of: PhantomData<T>,
}

impl<T: Integer> IntegerSum<T> {
    /// Sums from which `finish` is made.
    pub fn new(finish: Finish) -> Self {
        Self { finish, sums: Vec::new(), counts: Vec::new(), of: PhantomData }
    }

    fn result(&self, slot: usize) -> Option<T::Native> {
        let (sum, count) = (self.sums[slot], self.counts[slot]);
        match self.finish {
            Finish::Sum0 => Some(T::wrap(sum)),
            _ if count == 0 => None,
            Finish::Sum => Some(T::wrap(sum)),
            Finish::Avg => Some(T::wrap(sum.wrapping_div(count))),
        }
    }
}

impl<T: Integer> Accumulator for IntegerSum<T> {
    fn fields(&self) -> Vec<Field> {
        ["sum", "count"].map(|name| Field::new(name, TypeKind::BigInt.not_null())).into()
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.sums, slots, 0);
        grow(&mut self.counts, slots, 0);
    }

    fn reset(&mut self, slot: Slot) {
        self.sums[slot as usize] = 0;
        self.counts[slot as usize] = 0;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let Some(array) = arguments[0].as_primitive_opt::<T>() else { return Ok(()) };
        let (values, sums, counts) = (array.values(), &mut self.sums, &mut self.counts);
        rows.each_valid(array.nulls(), |row, slot, sign| {
            sums[slot] = sums[slot].wrapping_add(T::widen(values[row]).wrapping_mul(sign));
            counts[slot] += sign;
        });
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let (into, from) = (into as usize, from as usize);
        self.sums[into] = self.sums[into].wrapping_add(self.sums[from]);
        self.counts[into] += self.counts[from];
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        Arc::new(slots.iter().map(|slot| self.result(*slot as usize)).collect::<PrimitiveArray<T>>())
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        row.i64(self.sums[slot as usize]);
        row.i64(self.counts[slot as usize]);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.sums[slot as usize] = row.read_i64()?.unwrap_or(0);
        self.counts[slot as usize] = row.read_i64()?.unwrap_or(0);
        Ok(())
    }
}

/// FLOAT and DOUBLE.
pub trait Floating: ArrowPrimitiveType + Send {
    /// The same number in 64 bits.
    fn widen(value: Self::Native) -> f64;
    /// The nearest of the type.
    fn round(value: f64) -> Self::Native;
}

impl Floating for Float32Type {
    fn widen(value: f32) -> f64 {
        f64::from(value)
    }
    fn round(value: f64) -> f32 {
        value as f32
    }
}

impl Floating for Float64Type {
    fn widen(value: f64) -> f64 {
        value
    }
    fn round(value: f64) -> f64 {
        value
    }
}

/// Sums of floats. Flink adds up FLOAT in 32 bits for sums, in 64 for averages. (A sum of two numbers of 32 bits, rounded
/// from 64 bits, is the sum of 32-bit arithmetic.)
pub struct FloatSum<T> {
    finish: Finish,
    sums: Vec<f64>,
    counts: Vec<i64>,
    of: PhantomData<T>,
}

impl<T: Floating> FloatSum<T> {
    /// Sums from which `finish` is made.
    pub fn new(finish: Finish) -> Self {
        Self { finish, sums: Vec::new(), counts: Vec::new(), of: PhantomData }
    }

    fn result(&self, slot: usize) -> Option<T::Native> {
        let (sum, count) = (self.sums[slot], self.counts[slot]);
        match self.finish {
            Finish::Sum0 => Some(T::round(sum)),
            _ if count == 0 => None,
            Finish::Sum => Some(T::round(sum)),
            Finish::Avg => Some(T::round(sum / count as f64)),
        }
    }
}

impl<T: Floating> Accumulator for FloatSum<T> {
    fn fields(&self) -> Vec<Field> {
        vec![Field::new("sum", TypeKind::Double.not_null()), Field::new("count", TypeKind::BigInt.not_null())]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.sums, slots, 0.0);
        grow(&mut self.counts, slots, 0);
    }

    fn reset(&mut self, slot: Slot) {
        self.sums[slot as usize] = 0.0;
        self.counts[slot as usize] = 0;
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let Some(array) = arguments[0].as_primitive_opt::<T>() else { return Ok(()) };
        let (values, sums, counts) = (array.values(), &mut self.sums, &mut self.counts);
        let average = self.finish == Finish::Avg;
        rows.each_valid(array.nulls(), |row, slot, sign| {
            let sum = sums[slot] + T::widen(values[row]) * sign as f64;
            sums[slot] = if average { sum } else { T::widen(T::round(sum)) };
            counts[slot] += sign;
        });
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let (into, from) = (into as usize, from as usize);
        self.sums[into] += self.sums[from];
        if self.finish != Finish::Avg {
            self.sums[into] = T::widen(T::round(self.sums[into]));
        }
        self.counts[into] += self.counts[from];
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        Arc::new(slots.iter().map(|slot| self.result(*slot as usize)).collect::<PrimitiveArray<T>>())
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        row.f64(self.sums[slot as usize]);
        row.i64(self.counts[slot as usize]);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        self.sums[slot as usize] = row.read_f64()?.unwrap_or(0.0);
        self.counts[slot as usize] = row.read_i64()?.unwrap_or(0);
        Ok(())
    }
}
