//! How far a source has come that makes numbered rows: row `next`, `next + step`, … of one or more sequences.

use crate::{
    runtime::Failure,
    types::{Field, RowReader, RowWriter, TypeKind},
};

/// The rows of one subtask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Next row and step.
    sequences: Vec<(u64, u64)>,
}

impl Progress {
    /// Every `parallelism`-th row.
    pub fn begin(subtask: u32, parallelism: u32) -> Self {
        Self { sequences: vec![(subtask.into(), parallelism.into())] }
    }

    /// Goes on from the elements that all subtasks wrote: whole sequences in turn, or, where there are too few, each divided.
    pub fn restore(elements: &[Box<[u8]>], subtask: u32, parallelism: u32) -> Result<Self, Failure> {
        let sequences: Option<Vec<(u64, u64)>> = elements.iter().map(|element| decode(element)).collect();
        let mut sequences = sequences.ok_or_else(|| {
            Failure::new("java.lang.IllegalStateException", "The state 'splits' of a generating source cannot be read")
        })?;
        sequences.sort_unstable();
        let divisor = u64::from(parallelism).div_ceil(sequences.len().max(1) as u64);
        let divided = sequences
            .iter()
            .flat_map(|(next, step)| (0..divisor).map(move |part| (next + part * step, step * divisor)));
        let own = divided.enumerate().filter(|(index, _)| index % parallelism as usize == subtask as usize);
        Ok(Self { sequences: own.map(|(_, sequence)| sequence).collect() })
    }

    /// The number of the next row, which is then the row before.
    pub fn next(&mut self) -> Option<u64> {
        let (next, step) = self.sequences.iter_mut().min()?;
        let row = *next;
        *next += *step;
        Some(row)
    }

    /// The number of the next row, which stays the next.
    pub fn peek(&self) -> Option<u64> {
        self.sequences.iter().min().map(|(next, _)| *next)
    }

    /// The elements of the list state.
    pub fn elements(&self) -> Vec<Box<[u8]>> {
        let element = |(next, step): &(u64, u64)| {
            let mut row = RowWriter::new();
            row.i64(*next as i64);
            row.i64(*step as i64);
            row.into_bytes().into()
        };
        self.sequences.iter().map(element).collect()
    }

    /// The columns of an element.
    pub fn schema() -> Vec<Field> {
        ["next", "step"].map(|name| Field::new(name, TypeKind::BigInt.not_null())).into()
    }
}

fn decode(element: &[u8]) -> Option<(u64, u64)> {
    let mut row = RowReader::new(element);
    let (next, step) = (row.read_i64().ok()??, row.read_i64().ok()??);
    (next >= 0 && step > 0).then_some((next as u64, step as u64))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_row_is_made_once_at_any_parallelism() {
        let mut rows = Vec::new();
        let mut state: Option<Vec<Box<[u8]>>> = None;
        for (parallelism, count) in [(2, 5), (3, 4), (1, 7), (4, 3), (1, 1000)] {
            let mut next = Vec::new();
            for subtask in 0..parallelism {
                let mut progress = match &state {
                    Some(state) => Progress::restore(state, subtask, parallelism).unwrap(),
                    None => Progress::begin(subtask, parallelism),
                };
                rows.extend((0..count + subtask).filter_map(|_| progress.next()));
                next.extend(progress.elements());
            }
            state = Some(next);
        }
        rows.sort_unstable();
        assert_eq!(rows, (0..rows.len() as u64).collect::<Vec<_>>());
    }
}
