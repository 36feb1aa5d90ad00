//! The join of the rows of windows that are over.

use std::ops::Range;

use arrow_array::ArrayRef;

use super::NAME;
use crate::{
    operators::{
        join::{
            condition::Condition,
            failure,
            pairs::{in_order, nulls, pick},
        },
        spec::JoinKind,
    },
    runtime::Stop,
    runtime::operator::{Chunk, Output},
    types::{
        Batch, DataType,
        row_codec::{DecodeError, RowCodec},
    },
};

/// So many rows or pairs are looked at together.
const TOGETHER: usize = 4096;

/// Windows that are over, to be joined together.
pub struct Fire {
    kind: JoinKind,
    codecs: [RowCodec; 2],
    rows: [Vec<Box<[u8]>>; 2],
    /// By window and key, which rows are to be paired.
    groups: Vec<[Range<usize>; 2]>,
}

/// The rows of both sides, and which of them had a partner.
struct Sides {
    columns: [Vec<ArrayRef>; 2],
    matched: [Vec<bool>; 2],
}

impl Fire {
    /// No windows yet.
    pub fn new(kind: JoinKind, left: &[DataType], right: &[DataType]) -> Self {
        let codecs = [RowCodec::new(left.to_vec()), RowCodec::new(right.to_vec())];
        Self { kind, codecs, rows: [Vec::new(), Vec::new()], groups: Vec::new() }
    }

    /// Adds the rows of one key and window; `equals` where the key is not NULL.
    pub fn add(&mut self, left: Vec<Box<[u8]>>, right: Vec<Box<[u8]>>, equals: bool) {
        let mut range = |side: usize, rows: Vec<Box<[u8]>>| {
            let start = self.rows[side].len();
            self.rows[side].extend(rows);
            start..self.rows[side].len()
        };
        let group = [range(0, left), range(1, right)];
        if equals && group.iter().all(|side| !side.is_empty()) {
            self.groups.push(group);
        }
    }

    /// Whether there are enough rows to be joined.
    pub fn is_full(&self) -> bool {
        self.rows.iter().any(|rows| rows.len() >= TOGETHER)
    }

    /// Emits the join of the rows, and forgets them.
    pub fn emit(&mut self, condition: &Condition, out: &mut dyn Output) -> Result<(), Stop> {
        if self.rows.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let decode = |side: usize| self.codecs[side].decode(self.rows[side].iter().map(AsRef::as_ref));
        let damaged = |error: DecodeError| failure::damaged(NAME, error);
        let columns = [decode(0).map_err(damaged)?, decode(1).map_err(damaged)?];
        let matched = [vec![false; self.rows[0].len()], vec![false; self.rows[1].len()]];
        let mut sides = Sides { columns, matched };
        self.pair(&mut sides, condition, out)?;
        match self.kind {
            JoinKind::Inner => {}
            JoinKind::Left => self.emit_alone(&sides, 0, out)?,
            JoinKind::Right => self.emit_alone(&sides, 1, out)?,
            JoinKind::Full => {
                self.emit_alone(&sides, 0, out)?;
                self.emit_alone(&sides, 1, out)?;
            }
            JoinKind::Semi => emit_left(&sides, true, out)?,
            JoinKind::Anti => emit_left(&sides, false, out)?,
        }
        self.rows.iter_mut().for_each(Vec::clear);
        self.groups.clear();
        Ok(())
    }

    fn left_only(&self) -> bool {
        matches!(self.kind, JoinKind::Semi | JoinKind::Anti)
    }

    /// Finds the pairs, and emits them unless only left rows leave.
    fn pair(&self, sides: &mut Sides, condition: &Condition, out: &mut dyn Output) -> Result<(), Stop> {
        if self.left_only() && condition.always() {
            let paired = self.groups.iter().flat_map(|[left, _]| left.clone());
            paired.for_each(|row| sides.matched[0][row] = true);
            return Ok(());
        }
        let (mut left, mut right) = (Vec::with_capacity(TOGETHER), Vec::with_capacity(TOGETHER));
        for [lefts, rights] in &self.groups {
            for row in lefts.clone() {
                for partner in rights.clone() {
                    left.push(Some(row as u32));
                    right.push(Some(partner as u32));
                    if left.len() >= TOGETHER {
                        self.emit_pairs(sides, condition, &mut left, &mut right, out)?;
                    }
                }
            }
        }
        self.emit_pairs(sides, condition, &mut left, &mut right, out)
    }

    fn emit_pairs(
        &self,
        sides: &mut Sides,
        condition: &Condition,
        left: &mut Vec<Option<u32>>,
        right: &mut Vec<Option<u32>>,
        out: &mut dyn Output,
    ) -> Result<(), Stop> {
        if left.is_empty() {
            return Ok(());
        }
        if !condition.always() {
            let mut holds = condition.holds(sides.join(left, right)?, left.len())?.into_iter();
            let mut also = holds.clone();
            left.retain(|_| holds.next() == Some(true));
            right.retain(|_| also.next() == Some(true));
        }
        left.iter().flatten().for_each(|row| sides.matched[0][*row as usize] = true);
        right.iter().flatten().for_each(|row| sides.matched[1][*row as usize] = true);
        if !self.left_only() && !left.is_empty() {
            out.emit(Chunk::Batch(Batch::inserts(sides.join(left, right)?, left.len())))?;
        }
        left.clear();
        right.clear();
        Ok(())
    }

    /// Emits the rows of a side that had no partner.
    fn emit_alone(&self, sides: &Sides, side: usize, out: &mut dyn Output) -> Result<(), Stop> {
        let alone = sides.rows_where(side, false);
        if alone.is_empty() {
            return Ok(());
        }
        let other = nulls(self.codecs[1 - side].types(), alone.len());
        let columns = in_order(side, sides.pick(side, &alone)?, other);
        out.emit(Chunk::Batch(Batch::inserts(columns, alone.len())))
    }
}

/// Emits the left rows that had a partner, or those that had none.
fn emit_left(sides: &Sides, matched: bool, out: &mut dyn Output) -> Result<(), Stop> {
    let rows = sides.rows_where(0, matched);
    if rows.is_empty() {
        return Ok(());
    }
    out.emit(Chunk::Batch(Batch::inserts(sides.pick(0, &rows)?, rows.len())))
}

impl Sides {
    fn pick(&self, side: usize, rows: &[Option<u32>]) -> Result<Vec<ArrayRef>, Stop> {
        pick(&self.columns[side], rows).map_err(|error| failure::internal(NAME, error))
    }

    fn join(&self, left: &[Option<u32>], right: &[Option<u32>]) -> Result<Vec<ArrayRef>, Stop> {
        Ok([self.pick(0, left)?, self.pick(1, right)?].concat())
    }

    fn rows_where(&self, side: usize, matched: bool) -> Vec<Option<u32>> {
        let rows = (0u32..).zip(&self.matched[side]);
        rows.filter(|(_, had)| **had == matched).map(|(row, _)| Some(row)).collect()
    }
}
