//! What every aggregate function does: columns of accumulators, one for each slot.

use arrow_array::ArrayRef;
use arrow_buffer::NullBuffer;

use crate::{
    operators::keyed::{SKIP, Slot},
    runtime::Stop,
    types::{Field, RowReader, RowWriter, row_codec::DecodeError},
};

/// Which rows go into which slots.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// The slot of each row; [`SKIP`] leaves it out.
    pub slots: &'a [Slot],
    /// Where they are in the arguments.
    pub at: At<'a>,
    /// Which of them are taken back; `None`: none.
    pub retract: Option<&'a [bool]>,
}

/// Where rows are in the arguments.
#[derive(Clone, Copy)]
pub enum At<'a> {
    /// One after the other from here.
    From(usize),
    /// At these places.
    Places(&'a [u32]),
}

impl<'a> Rows<'a> {
    /// Rows that are all added, in the order of the arguments.
    pub fn added(slots: &'a [Slot]) -> Self {
        Self { slots, at: At::From(0), retract: None }
    }

    /// Where in the arguments the row `index` of these is.
    #[inline]
    pub fn row(&self, index: usize) -> usize {
        match self.at {
            At::From(first) => first + index,
            At::Places(places) => places[index] as usize,
        }
    }

    /// Calls `visit` with the row in the arguments, the slot, and 1 or -1, for each row that is not left out.
    #[inline]
    pub fn each(&self, mut visit: impl FnMut(usize, usize, i64)) {
        if let (At::From(first), None) = (self.at, self.retract) {
            for (row, &slot) in self.slots.iter().enumerate() {
                if slot != SKIP {
                    visit(first + row, slot as usize, 1);
                }
            }
            return;
        }
        for (index, &slot) in self.slots.iter().enumerate() {
            if slot != SKIP {
                let retract = self.retract.is_some_and(|retract| retract[index]);
                visit(self.row(index), slot as usize, if retract { -1 } else { 1 });
            }
        }
    }

    /// As [`Rows::each`], without the rows that are NULL.
    #[inline]
    pub fn each_valid(&self, nulls: Option<&NullBuffer>, mut visit: impl FnMut(usize, usize, i64)) {
        match nulls.filter(|nulls| nulls.null_count() > 0) {
            None => self.each(visit),
            Some(nulls) => self.each(|row, slot, sign| {
                if nulls.is_valid(row) {
                    visit(row, slot, sign);
                }
            }),
        }
    }
}

/// Accumulators of one call. A slot's accumulator is as at first after [`Accumulator::reset`].
pub trait Accumulator: Send {
    /// The columns of its state.
    fn fields(&self) -> Vec<Field>;

    /// Makes room for so many slots.
    fn ensure(&mut self, slots: usize);

    /// Sets a slot to what it is at first.
    fn reset(&mut self, slot: Slot);

    /// Adds rows, or takes them back.
    fn update(&mut self, rows: &Rows<'_>, arguments: &[ArrayRef]) -> Result<(), Stop>;

    /// Adds what was added to `from` to `into`.
    fn merge(&mut self, into: Slot, from: Slot);

    /// The results of slots.
    fn results(&self, slots: &[Slot]) -> ArrayRef;

    /// Writes a slot's state.
    fn write(&self, slot: Slot, row: &mut RowWriter);

    /// Reads it back.
    fn read(&mut self, slot: Slot, row: &mut RowReader<'_>) -> Result<(), DecodeError>;
}

/// Makes a column of values at least `slots` long.
pub fn grow<T: Clone>(column: &mut Vec<T>, slots: usize, first: T) {
    if column.len() < slots {
        column.resize(slots, first);
    }
}
