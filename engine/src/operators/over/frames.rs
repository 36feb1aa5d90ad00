//! Which rows come into a frame, and which leave it, row by row.

use std::collections::VecDeque;

use crate::operators::spec::OverFrame;

/// What happens before some rows are sent: rows leave the frame, rows come into it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The rows that leave, in order.
    pub leave: Vec<u32>,
    /// The rows that come; they are sent with what the frame then holds.
    pub come: Vec<u32>,
}

/// A row of a partition: its time (milliseconds) and where it is in the batch.
pub type TimedRow = (i64, u32);

/// The turns of a partition, of whose rows `old` are in the frame and `new` come, both in the order of their times; what is
/// in the frame at the end stays in `old` where the frame is bounded.
pub fn turns(frame: OverFrame, old: &mut VecDeque<TimedRow>, new: &[TimedRow]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    match frame {
        OverFrame::Rows(before) => {
            for &(time, row) in new {
                let mut turn = Turn { leave: Vec::new(), come: vec![row] };
                if let Some(before) = before {
                    while old.len() as u64 > before {
                        turn.leave.extend(old.pop_front().map(|(_, row)| row));
                    }
                    old.push_back((time, row));
                }
                turns.push(turn);
            }
        }
        OverFrame::Range(before) => {
            for peers in new.chunk_by(|a, b| a.0 == b.0) {
                let mut turn = Turn { leave: Vec::new(), come: peers.iter().map(|(_, row)| *row).collect() };
                if let Some(before) = before {
                    while old.front().is_some_and(|(time, _)| *time < peers[0].0 - before) {
                        turn.leave.extend(old.pop_front().map(|(_, row)| row));
                    }
                    old.extend(peers);
                }
                turns.push(turn);
            }
        }
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(frame: OverFrame, old: &[TimedRow], new: &[TimedRow], expect: &[(&[u32], &[u32])], left: &[TimedRow]) {
        let mut rows: VecDeque<TimedRow> = old.iter().copied().collect();
        let turns = turns(frame, &mut rows, new);
        let turns: Vec<(&[u32], &[u32])> = turns.iter().map(|turn| (&turn.leave[..], &turn.come[..])).collect();
        assert_eq!((turns.as_slice(), Vec::from(rows).as_slice()), (expect, left), "{frame:?}");
    }

    #[test]
    fn rows_leave_when_the_frame_is_full_or_their_time_is_over() {
        let new = [(5, 10), (5, 11), (9, 12)];
        check(OverFrame::Rows(None), &[], &new, &[(&[], &[10]), (&[], &[11]), (&[], &[12])], &[]);
        check(OverFrame::Range(None), &[], &new, &[(&[], &[10, 11]), (&[], &[12])], &[]);
        check(
            OverFrame::Rows(Some(1)),
            &[(1, 0), (2, 1)],
            &new,
            &[(&[0], &[10]), (&[1], &[11]), (&[10], &[12])],
            &[(5, 11), (9, 12)],
        );
        check(
            OverFrame::Range(Some(4)),
            &[(1, 0), (2, 1)],
            &new,
            &[(&[], &[10, 11]), (&[0, 1], &[12])],
            &[(5, 10), (5, 11), (9, 12)],
        );
    }
}
