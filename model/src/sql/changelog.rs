//! A changelog applied: the rows that a result consists of now, as many of them as are kept.

use std::collections::VecDeque;

use super::{ChangeKind, SqlChange};

/// A row of a result, with a number that stays its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number; a row that is updated keeps it.
    pub key: u64,
    /// The values.
    pub fields: Vec<Option<String>>,
}

/// The last rows of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    lines: VecDeque<Line>,
    most: usize,
    next: u64,
    /// Where the row stood that is about to be replaced, and its number.
    hole: Option<(usize, u64)>,
    dropped: u64,
}

impl Sheet {
    /// A sheet that keeps at most so many rows.
    pub fn new(most: usize) -> Sheet {
        Sheet { lines: VecDeque::new(), most, next: 0, hole: None, dropped: 0 }
    }

    /// The rows, in the order in which they came.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// How many rows were let go because there were too many.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Applies one change. The retraction of a row that is not kept changes nothing.
    pub fn apply(&mut self, change: &SqlChange) {
        match change.kind {
            ChangeKind::Insert => self.push(change.fields.clone()),
            ChangeKind::UpdateAfter => match self.hole.take() {
                Some((at, key)) => {
                    self.lines.insert(at.min(self.lines.len()), Line { key, fields: change.fields.clone() });
                }
                None => self.push(change.fields.clone()),
            },
            ChangeKind::UpdateBefore => self.hole = self.take(&change.fields),
            ChangeKind::Delete => {
                self.take(&change.fields);
            }
        }
    }

    fn push(&mut self, fields: Vec<Option<String>>) {
        self.hole = None;
        self.lines.push_back(Line { key: self.next, fields });
        self.next += 1;
        if self.lines.len() > self.most {
            self.lines.pop_front();
            self.dropped += 1;
        }
    }

    /// Takes out the newest row with these values.
    fn take(&mut self, fields: &[Option<String>]) -> Option<(usize, u64)> {
        let at = self.lines.iter().rposition(|line| line.fields == fields)?;
        self.lines.remove(at).map(|line| (at, line.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies `+I a`, `-U a`, … and compares what is left.
    fn check(most: usize, changes: &str, expect: &str) {
        let mut sheet = Sheet::new(most);
        for change in changes.split(", ").filter(|change| !change.is_empty()) {
            let (kind, value) = change.split_once(' ').unwrap_or((change, ""));
            let kinds = [ChangeKind::Insert, ChangeKind::UpdateBefore, ChangeKind::UpdateAfter, ChangeKind::Delete];
            let kind = kinds.into_iter().find(|k| k.mark() == kind).unwrap_or(ChangeKind::Insert);
            sheet.apply(&SqlChange { kind, fields: vec![Some(value.into())] });
        }
        let left: Vec<String> =
            sheet.lines().map(|line| format!("{}={}", line.key, line.fields[0].as_deref().unwrap_or("NULL"))).collect();
        assert_eq!(left.join(" "), expect, "{changes}");
    }

    #[test]
    fn rows_come_go_and_are_updated_in_their_place() {
        check(9, "", "");
        check(9, "+I a, +I b", "0=a 1=b");
        check(9, "+I a, +I b, -U a, +U c", "0=c 1=b");
        check(9, "+I a, +I b, -D a", "1=b");
        check(9, "+I a, +I a, -D a", "0=a");
        check(9, "+I a, -D a, +I a", "1=a");
    }

    #[test]
    fn what_is_not_kept_cannot_be_retracted() {
        check(9, "-D a, -U b", "");
        check(9, "+I a, -U x, +U y", "0=a 1=y");
        check(2, "+I a, +I b, +I c, -D a", "1=b 2=c");
        check(2, "+I a, +I b, +I c, -U a, +U d", "2=c 3=d");
    }
}
