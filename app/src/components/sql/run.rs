//! Running a query: its rows are asked for until it ends, is stopped, or the page is left.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use model::sql::{SqlRows, SqlRun, SqlStarted};

use super::{
    Desk,
    desk::{Answer, KEPT, Phase},
};
use crate::serverfns::{sql_rows, sql_run, sql_stop};

/// How long after an answer the next rows are asked for: four times a second is as fast as anybody reads.
const PAUSE: Duration = Duration::from_millis(250);
/// How much the newest rate counts against those before it.
const WEIGHT: f64 = 0.4;

/// Runs the query that is meant, in the place of the one that runs.
pub fn start(desk: Desk) {
    let Some(target) = desk.target() else { return };
    let turn = next_turn(desk);
    end(desk.run_id.get_untracked());
    desk.run_id.set(None);
    desk.answer.set(Answer::default());
    desk.phase.set(Phase::Starting);
    let at = u32::try_from(target.start).unwrap_or(u32::MAX);
    let script = desk.script.get_untracked();
    let request = SqlRun { cluster: desk.cluster.get_untracked(), script: script.clone(), at };
    spawn_local(async move {
        let started = sql_run(request).await;
        if !is_current(desk, turn) {
            // Stopped, or run anew, before it had begun.
            if let Ok(SqlStarted::Running(id)) = started {
                end(Some(id));
            }
            return;
        }
        match started {
            Ok(SqlStarted::Running(id)) => {
                desk.run_id.set(Some(id.clone()));
                desk.phase.set(Phase::Running);
                poll(desk, turn, id, now_ms());
            }
            Ok(SqlStarted::Refused(fault)) => {
                desk.fault.set(Some((fault.clone(), script)));
                desk.phase.set(Phase::Refused(fault));
            }
            Err(error) => desk.phase.set(Phase::Failed(error.0)),
        }
    });
}

/// Stops the query; what came of it stays.
pub fn stop(desk: Desk) {
    next_turn(desk);
    end(desk.run_id.get_untracked());
    desk.run_id.set(None);
    desk.phase.set(Phase::Stopped);
}

/// Ends the query with the page.
pub fn stop_with_page(desk: Desk) {
    let id = desk.run_id;
    on_cleanup(move || end(id.try_get_untracked().flatten()));
}

fn end(id: Option<String>) {
    if let Some(id) = id {
        // If that does not arrive, the portal ends the query by itself when nobody asks for its rows.
        spawn_local(async move {
            let _ = sql_stop(id).await;
        });
    }
}

fn next_turn(desk: Desk) -> u32 {
    desk.turn.update(|turn| *turn = turn.wrapping_add(1));
    desk.turn.get_untracked()
}

/// Also false where the page is gone.
fn is_current(desk: Desk, turn: u32) -> bool {
    desk.turn.try_get_untracked() == Some(turn)
}

fn poll(desk: Desk, turn: u32, id: String, since: f64) {
    spawn_local(async move {
        let answer = sql_rows(id.clone()).await;
        if !is_current(desk, turn) {
            return;
        }
        let now = now_ms();
        let next = match answer {
            Ok(rows) => {
                let (ended, error) = (rows.ended, rows.error.clone());
                desk.answer.update(|answer| answer.take(rows, (now - since).max(1.0) / 1000.0));
                match (error, ended) {
                    (Some(error), _) => Some(Phase::Failed(error)),
                    (None, true) => Some(Phase::Ended),
                    (None, false) => None,
                }
            }
            // The portal was away for a moment: the query may still be there.
            Err(error) if error.0.code == "portal_unreachable" => None,
            Err(error) => Some(Phase::Failed(error.0)),
        };
        match next {
            Some(phase) => {
                desk.run_id.set(None);
                desk.phase.set(phase);
            }
            None => set_timeout(
                move || {
                    if is_current(desk, turn) {
                        poll(desk, turn, id, now);
                    }
                },
                PAUSE,
            ),
        }
    });
}

impl Answer {
    /// Takes in what came within `seconds`.
    pub fn take(&mut self, rows: SqlRows, seconds: f64) {
        if self.columns.is_empty() {
            self.columns = rows.columns;
        }
        self.job_id = self.job_id.take().or(rows.job_id);
        let rate = f64::from(u32::try_from(rows.changes.len()).unwrap_or(u32::MAX)) / seconds;
        self.per_second = if self.total == 0 { rate } else { self.per_second * (1.0 - WEIGHT) + rate * WEIGHT };
        for change in rows.changes {
            self.sheet.apply(&change);
            self.changes.push_front((self.total, change));
            self.total += 1;
        }
        self.changes.truncate(KEPT);
    }
}

fn now_ms() -> f64 {
    #[cfg(feature = "hydrate")]
    return window().performance().map(|performance| performance.now()).unwrap_or_default();
    #[cfg(not(feature = "hydrate"))]
    0.0
}

#[cfg(test)]
mod tests {
    use model::sql::{ChangeKind, SqlChange};

    use super::*;

    #[test]
    fn an_answer_keeps_the_last_changes_and_counts_all() {
        let mut answer = Answer::default();
        let change = |n: usize| SqlChange { kind: ChangeKind::Insert, fields: vec![Some(n.to_string())] };
        let rows = |range: std::ops::Range<usize>| SqlRows {
            columns: Vec::new(),
            changes: range.map(change).collect(),
            job_id: None,
            ended: false,
            error: None,
        };
        answer.take(rows(0..KEPT), 1.0);
        answer.take(rows(KEPT..KEPT + 3), 1.0);
        assert_eq!((answer.total, answer.changes.len(), answer.sheet.lines().count()), (KEPT as u64 + 3, KEPT, KEPT));
        assert_eq!(answer.changes.front().map(|(number, _)| *number), Some(KEPT as u64 + 2));
        assert_eq!(answer.sheet.dropped(), 3);
        assert!(answer.per_second < KEPT as f64);
    }
}
