//! `STDDEV_POP`, `STDDEV_SAMP`, `VAR_POP` and `VAR_SAMP`: in DOUBLE by Welford's algorithm, cast to the type of the result,
//! as in Flink.

use arrow_array::{Array, ArrayRef};

use super::accumulator::{Accumulator, Rows, grow};
use crate::{
    expr::decimal::{self, Shape},
    operators::{cells::Cells, keyed::Slot},
    runtime::Stop,
    types::{ColumnBuilder, DataType, Field, RowReader, RowWriter, TypeKind, Value, row_codec::DecodeError},
};

/// Which of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Of a sample: by one less than the count; NULL of one value.
    pub sample: bool,
    /// The square root of the variance.
    pub root: bool,
}

/// How far numbers are from their mean.
pub struct Variance {
    spread: Spread,
    argument: DataType,
    result: DataType,
    moments: Vec<Moments>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    /// How many numbers; less than 0 where they were taken back before they came.
    count: i64,
    mean: f64,
    /// The sum of the squares of the distances from the mean.
    squares: f64,
}

impl Moments {
    fn add(&mut self, number: f64) {
        self.count += 1;
        if self.count <= 0 {
            return;
        }
        let before = number - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (number - self.mean);
    }

    fn take_back(&mut self, number: f64) {
        self.count -= 1;
        if self.count <= 0 {
            (self.mean, self.squares) = (0.0, 0.0);
            return;
        }
        let after = number - self.mean;
        self.mean -= after / self.count as f64;
        self.squares -= (number - self.mean) * after;
    }

    fn merge(&mut self, other: Self) {
        if self.count <= 0 || other.count <= 0 {
            let count = self.count + other.count;
            *self = if self.count <= 0 { other } else { *self };
            self.count = count;
            return;
        }
        let count = (self.count + other.count) as f64;
        let (own, more, apart) = (self.count as f64, other.count as f64, other.mean - self.mean);
        self.mean += more / count * apart;
        self.squares += other.squares + own * more / count * apart * apart;
        self.count += other.count;
    }
}

impl Variance {
    /// Of numbers of type `argument`.
    pub fn new(spread: Spread, argument: DataType, result: DataType) -> Self {
        Self { spread, argument, result, moments: Vec::new() }
    }

    fn result(&self, moments: Moments) -> Value {
        let by = if self.spread.sample { moments.count - 1 } else { moments.count };
        if by <= 0 || moments.squares < 0.0 {
            return Value::Null;
        }
        let variance = moments.squares / by as f64;
        let result = if self.spread.root { variance.sqrt() } else { variance };
        match &self.result.kind {
            // Java's casts: to 32 bits or to 64, then the low ones.
            TypeKind::TinyInt => Value::Integer((result as i32 as i8).into()),
            TypeKind::SmallInt => Value::Integer((result as i32 as i16).into()),
            TypeKind::Int => Value::Integer((result as i32).into()),
            TypeKind::BigInt => Value::Integer(result as i64),
            TypeKind::Float => Value::Float(result as f32),
            TypeKind::Decimal(precision, scale) => {
                let shape = Shape { precision: *precision, scale: *scale };
                decimal::from_f64(result, shape).map_or(Value::Null, Value::Decimal)
            }
            _ => Value::Double(result),
        }
    }
}

/// Reads numbers of any type as DOUBLE.
fn numbers<'a>(column: &'a ArrayRef, kind: &'a TypeKind) -> impl Fn(usize) -> f64 + 'a {
    let cells = Cells::new(column, kind);
    let scale = if let TypeKind::Decimal(_, scale) = kind { *scale } else { 0 };
    move |row| match &cells {
        Cells::Int8(values, _) => values[row].into(),
        Cells::Int16(values, _) => values[row].into(),
        Cells::Int32(values, _) => values[row].into(),
        Cells::Int64(values, _) => values[row] as f64,
        Cells::Float32(array) => array.value(row).into(),
        Cells::Float64(array) => array.value(row),
        Cells::Decimal(array) => decimal::to_f64(array.value(row), scale),
        // Other types are refused when a call is bound.
        _ => f64::NAN,
    }
}

impl Accumulator for Variance {
    fn fields(&self) -> Vec<Field> {
        let double = |name| Field::new(name, TypeKind::Double.not_null());
        vec![Field::new("count", TypeKind::BigInt.not_null()), double("mean"), double("squares")]
    }

    fn ensure(&mut self, slots: usize) {
        grow(&mut self.moments, slots, Moments::default());
    }

    fn reset(&mut self, slot: Slot) {
        self.moments[slot as usize] = Moments::default();
    }

    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop> {
        let number = numbers(&arguments[0], &self.argument.kind);
        let moments = &mut self.moments;
        rows.each_valid(arguments[0].nulls(), |row, slot, sign| match sign {
            1 => moments[slot].add(number(row)),
            _ => moments[slot].take_back(number(row)),
        });
        Ok(())
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let added = self.moments[from as usize];
        self.moments[into as usize].merge(added);
    }

    fn results(&self, slots: &[Slot]) -> ArrayRef {
        let mut column = ColumnBuilder::new(&self.result.kind);
        slots.iter().for_each(|slot| column.push(&self.result(self.moments[*slot as usize])));
        column.finish()
    }

    fn write(&self, slot: Slot, row: &mut RowWriter) {
        let moments = self.moments[slot as usize];
        row.i64(moments.count);
        row.f64(moments.mean);
        row.f64(moments.squares);
    }

    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError> {
        let count = row.read_i64()?.unwrap_or(0);
        let (mean, squares) = (row.read_f64()?.unwrap_or(0.0), row.read_f64()?.unwrap_or(0.0));
        self.moments[slot as usize] = Moments { count, mean, squares };
        Ok(())
    }
}
