//! Rows of the input, joined together.

use arrow_array::ArrayRef;

use super::{CANDIDATES, NAME, OpenJoin, cache::CachedRow};
use crate::{
    operators::join::{
        candidates::Candidates,
        failure,
        keys::Arena,
        pairs::{Pairs, in_order, padded, pick},
    },
    runtime::{
        Stop,
        operator::{Chunk, Output},
    },
    types::{Batch, RowKind},
};

/// A row of the input.
struct Event {
    row: u32,
    /// Where it waits, if it does.
    waits: Option<(i64, i64)>,
}

/// Rows of the input whose partners are collected, to be looked at together.
pub struct Step<'a> {
    input: usize,
    batch: &'a Batch,
    /// By side, whether rows without a partner are emitted.
    keeps: [bool; 2],
    events: Vec<Event>,
    keys: Arena,
    /// Of them the first that was not looked at.
    from: usize,
    candidates: Candidates,
    /// Where each candidate waits.
    ids: Vec<(i64, i64)>,
}

/// Emits rows of a side that had no partner.
pub fn emit_alone(open: &OpenJoin, side: usize, rows: &[CachedRow], out: &mut dyn Output) -> Result<(), Stop> {
    let alone = || rows.iter().filter(|row| !row.matched).map(|row| row.row.as_ref());
    let count = alone().count();
    if count == 0 {
        return Ok(());
    }
    let columns = padded(side, open.caches[side].codec(), open.caches[1 - side].codec(), alone(), count);
    let columns = columns.map_err(|error| failure::damaged(NAME, error))?;
    out.emit(Chunk::Batch(Batch::inserts(columns, count)))
}

impl<'a> Step<'a> {
    /// No rows yet.
    pub fn new(input: usize, batch: &'a Batch, keeps: [bool; 2]) -> Self {
        let (events, keys, candidates) = (Vec::new(), Arena::default(), Candidates::default());
        Self { input, batch, keeps, events, keys, from: 0, candidates, ids: Vec::new() }
    }

    /// Adds a row of the batch, which waits there if it does.
    pub fn push(&mut self, row: u32, key: &[u8], waits: Option<(i64, i64)>) {
        self.events.push(Event { row, waits });
        self.keys.push(key);
    }

    /// Whether there are enough candidates to be looked at.
    pub fn is_full(&self) -> bool {
        self.candidates.len() >= CANDIDATES
    }

    /// Collects the partners of the last row, and clears rows of the other side away that can go.
    pub fn probe(&mut self, open: &mut OpenJoin, near: Option<(i64, i64)>, out: &mut dyn Output) -> Result<(), Stop> {
        let other = 1 - self.input;
        let at = self.events.len() - 1;
        let key = self.keys.get(at);
        if let Some((earliest, latest)) = near {
            let (candidates, ids) = (&mut self.candidates, &mut self.ids);
            open.caches[other].near(key, earliest, latest, |id, row| {
                candidates.push(at as u32, row, None, 1);
                ids.push(id);
            });
        }
        if open.caches[other].first_time(key).is_none_or(|time| time > open.expired[other]) {
            return Ok(());
        }
        if self.keeps[other] {
            // Rows leave alone that no row up to this one has for a partner.
            self.flush(open, out)?;
        }
        let gone = open.caches[other].remove_until(self.keys.get(at), open.expired[other]);
        if self.keeps[other] { emit_alone(open, other, &gone, out) } else { Ok(()) }
    }

    /// Emits the pairs that were collected and are partners, and rows that neither have one nor wait for one.
    pub fn flush(&mut self, open: &mut OpenJoin, out: &mut dyn Output) -> Result<(), Stop> {
        let (own, other) = (self.input, 1 - self.input);
        let decoded = self.candidates.decode(open.caches[other].codec());
        let decoded = decoded.map_err(|error| failure::damaged(NAME, error))?;
        let holds = self.holds(open, &decoded)?;
        let mut pairs = Pairs::default();
        let mut next = 0;
        for at in std::mem::replace(&mut self.from, self.events.len())..self.events.len() {
            let event = &self.events[at];
            let mut matched = false;
            while self.candidates.of.get(next) == Some(&(at as u32)) {
                if holds[next] {
                    matched = true;
                    pairs.push(RowKind::Insert, Some(event.row), Some(next as u32));
                    if self.keeps[other] {
                        open.caches[other].mark(self.keys.get(at), self.ids[next]);
                    }
                }
                next += 1;
            }
            match event.waits {
                Some(id) if matched && self.keeps[own] => open.caches[own].mark(self.keys.get(at), id),
                None if !matched && self.keeps[own] => pairs.push(RowKind::Insert, Some(event.row), None),
                _ => {}
            }
        }
        self.candidates.clear();
        self.ids.clear();
        if pairs.is_empty() {
            return Ok(());
        }
        let columns = |columns: &[ArrayRef], picks: &[Option<u32>]| {
            pick(columns, picks).map_err(|error| failure::internal(NAME, error))
        };
        let columns = in_order(own, columns(&self.batch.columns, &pairs.own)?, columns(&decoded, &pairs.other)?);
        out.emit(Chunk::Batch(Batch::inserts(columns, pairs.len())))
    }

    fn holds(&self, open: &OpenJoin, decoded: &[ArrayRef]) -> Result<Vec<bool>, Stop> {
        if open.condition.always() {
            return Ok(vec![true; self.candidates.len()]);
        }
        let rows: Vec<_> = self.candidates.of.iter().map(|at| Some(self.events[*at as usize].row)).collect();
        let own = pick(&self.batch.columns, &rows).map_err(|error| failure::internal(NAME, error))?;
        open.condition.holds(in_order(self.input, own, decoded.to_vec()), rows.len())
    }
}
