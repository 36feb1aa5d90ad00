//! Which rows a join emits for a row that comes or goes.

use std::ops::Range;

use super::events::{Event, Events};
use crate::{
    operators::{
        join::{candidates::Candidates, pairs::Pairs, side::Side},
        spec::JoinKind,
    },
    types::RowKind,
};

/// The rules of one kind of join for rows of one input.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Which join.
    pub kind: JoinKind,
    /// Where the rows come from.
    pub input: usize,
    /// The clock, milliseconds.
    pub now: i64,
}

/// A row of the input and its partners.
struct Match<'a> {
    event: Event,
    key: &'a [u8],
    second_key: &'a [u8],
    /// The candidates that are partners.
    partners: &'a [u32],
    candidates: &'a Candidates,
}

impl Match<'_> {
    /// How many partners there are, equal ones counted.
    fn count(&self) -> i32 {
        self.partners.iter().map(|partner| self.candidates.counts[*partner as usize]).sum()
    }

    /// Appends a row for each partner.
    fn joined(&self, kind: RowKind, pairs: &mut Pairs) {
        for partner in self.partners {
            for _ in 0..self.candidates.counts[*partner as usize] {
                pairs.push(kind, Some(self.event.row), Some(*partner));
            }
        }
    }

    /// Appends a partner alone, as often as it is there.
    fn alone(&self, kind: RowKind, partner: u32, pairs: &mut Pairs) {
        for _ in 0..self.candidates.counts[partner as usize] {
            pairs.push(kind, None, Some(partner));
        }
    }
}

impl Rules {
    /// Whether only left rows are emitted.
    pub fn left_only(self) -> bool {
        matches!(self.kind, JoinKind::Semi | JoinKind::Anti)
    }

    /// Whether rows of side `side` without a partner are emitted.
    fn keeps(self, side: usize) -> bool {
        match self.kind {
            JoinKind::Left => side == 0,
            JoinKind::Right => side == 1,
            JoinKind::Full => true,
            JoinKind::Inner | JoinKind::Semi | JoinKind::Anti => false,
        }
    }

    /// Appends what is emitted for the events in `range`; `holds` says of each candidate whether the condition is true.
    #[expect(clippy::too_many_arguments, reason = "two sides, what meets, and where results go")]
    pub fn apply(
        self,
        events: &Events,
        range: Range<usize>,
        candidates: &Candidates,
        holds: &[bool],
        own: &mut Side,
        other: &mut Side,
        pairs: &mut Pairs,
    ) {
        let mut next = 0;
        let mut replaced: Option<(Event, Vec<u32>)> = None;
        for at in range {
            let begin = next;
            while candidates.of.get(next) == Some(&(at as u32)) {
                next += 1;
            }
            let partners: Vec<u32> = (begin..next).filter(|one| holds[*one]).map(|one| one as u32).collect();
            let event = events.list[at];
            if event.replaced && self.updates_in_place() {
                // Of the same candidates as those of the next event: counted from the first.
                replaced = Some((event, partners.iter().map(|partner| partner - begin as u32).collect()));
                continue;
            }
            let (key, second_key) = (events.key(&event), events.second_key(&event));
            let found = Match { event, key, second_key, partners: &partners, candidates };
            if let Some((gone, before)) = replaced.take() {
                self.withdraw(gone, &before, begin as u32, &found, pairs);
            }
            match (self.left_only(), self.input) {
                (true, 0) => self.left_of_semi(&found, own, pairs),
                (true, _) => self.right_of_semi(&found, other, pairs),
                (false, _) if event.kind.adds() => self.add(&found, own, other, pairs),
                (false, _) => self.retract(&found, other, pairs),
            }
        }
    }

    /// Whether `+U` alone says what a row with the same unique columns changes: no partners are counted for it elsewhere.
    fn updates_in_place(self) -> bool {
        self.kind == JoinKind::Inner || (self.left_only() && self.input == 0)
    }

    /// Takes back what a row that is replaced had led to and its successor does not lead to.
    fn withdraw(self, gone: Event, before: &[u32], begin: u32, now: &Match<'_>, pairs: &mut Pairs) {
        if self.left_only() {
            let emitted = |partners: bool| partners == (self.kind == JoinKind::Semi);
            if emitted(!before.is_empty()) && !emitted(!now.partners.is_empty()) {
                pairs.push(RowKind::Delete, Some(gone.row), None);
            }
            return;
        }
        for partner in before.iter().map(|partner| partner + begin).filter(|partner| !now.partners.contains(partner)) {
            for _ in 0..now.candidates.counts[partner as usize] {
                pairs.push(RowKind::Delete, Some(gone.row), Some(partner));
            }
        }
    }

    fn add(self, found: &Match<'_>, own: &mut Side, other: &mut Side, pairs: &mut Pairs) {
        let (own_kept, other_kept) = (self.keeps(self.input), self.keeps(1 - self.input));
        if own_kept {
            own.set_partners(found.key, found.second_key, found.count());
        }
        if found.partners.is_empty() {
            if own_kept {
                pairs.push(RowKind::Insert, Some(found.event.row), None);
            }
            return;
        }
        if other_kept {
            for partner in found.partners {
                let second_key = found.candidates.second_key(*partner as usize);
                if other.add_partners(found.key, second_key, 1, self.now) == 0 {
                    found.alone(RowKind::Delete, *partner, pairs);
                }
            }
        }
        found.joined(if own_kept || other_kept { RowKind::Insert } else { found.event.kind }, pairs);
    }

    fn retract(self, found: &Match<'_>, other: &mut Side, pairs: &mut Pairs) {
        let (own_kept, other_kept) = (self.keeps(self.input), self.keeps(1 - self.input));
        if found.partners.is_empty() {
            if own_kept {
                pairs.push(RowKind::Delete, Some(found.event.row), None);
            }
            return;
        }
        found.joined(if own_kept { RowKind::Delete } else { found.event.kind }, pairs);
        if other_kept {
            for partner in found.partners {
                let second_key = found.candidates.second_key(*partner as usize);
                if other.add_partners(found.key, second_key, -1, self.now) == 1 {
                    found.alone(RowKind::Insert, *partner, pairs);
                }
            }
        }
    }

    fn left_of_semi(self, found: &Match<'_>, own: &mut Side, pairs: &mut Pairs) {
        if found.partners.is_empty() == (self.kind == JoinKind::Anti) {
            pairs.push(found.event.kind, Some(found.event.row), None);
        }
        if found.event.kind.adds() {
            own.set_partners(found.key, found.second_key, found.count());
        }
    }

    fn right_of_semi(self, found: &Match<'_>, other: &mut Side, pairs: &mut Pairs) {
        let (more, last) = if found.event.kind.adds() { (1, 0) } else { (-1, 1) };
        for partner in found.partners {
            let second_key = found.candidates.second_key(*partner as usize);
            if other.add_partners(found.key, second_key, more, self.now) != last {
                continue;
            }
            let kind = match (self.kind == JoinKind::Semi, more > 0) {
                (true, _) => found.event.kind,
                (false, true) => RowKind::Delete,
                (false, false) => RowKind::Insert,
            };
            found.alone(kind, *partner, pairs);
        }
    }
}
