//! What the doctor and the watcher make of each reading.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use doctor::Examination;
use engine::dataflow::{BoxError, Context, Process};
use model::{ClusterKind, ClusterSnapshot, Timestamp};

use super::{Event, Reading};
use crate::collect::{Board, ClusterState};
use crate::store::ClusterRecord;
use crate::watch::{Changes, ClusterWatch};
use tokio_util::sync::CancellationToken;

/// The doctor looks back this far, in milliseconds.
const HISTORY_MS: i64 = 5 * 60_000;
/// At most so many snapshots are kept for that; with quicker polls the doctor looks back less far.
const HISTORY: usize = 64;

/// What was made of an event.
#[derive(Debug, Clone)]
pub(super) enum Judged {
    /// A cluster's new state, and what of it is to be written down.
    State(Box<ClusterState>, Option<(Changes, Timestamp)>),
    /// The cluster is watched no more.
    Forgotten(String, CancellationToken),
}

/// Holds the state of each cluster; at first that is what the board shows.
pub(super) struct Judge {
    board: Arc<Board>,
    clusters: BTreeMap<String, Watched>,
}

impl Judge {
    pub(super) fn new(board: Arc<Board>) -> Self {
        Judge { board, clusters: BTreeMap::new() }
    }
}

impl Process<String, Event> for Judge {
    type Output = Judged;

    fn process(&mut self, event: Event, context: &mut Context<'_, String, Judged>) -> Result<(), BoxError> {
        let judged = match event {
            Event::Read(reading) => {
                let board = &self.board;
                let begin = || Watched::begin(board, &reading.cluster);
                let watched = self.clusters.entry(reading.cluster.name.clone()).or_insert_with(begin);
                let changes = watched.take(*reading);
                Judged::State(Box::new(watched.state.clone()), changes)
            }
            Event::Forget(cluster, done) => {
                self.clusters.remove(&cluster);
                Judged::Forgotten(cluster, done)
            }
        };
        context.emit(judged);
        Ok(())
    }
}

/// One cluster.
struct Watched {
    state: ClusterState,
    watch: ClusterWatch,
}

impl Watched {
    fn begin(board: &Board, cluster: &ClusterRecord) -> Self {
        let state = board
            .get(&cluster.name)
            .map_or_else(|| ClusterState::new(cluster.clone(), BTreeMap::new()), |state| ClusterState::clone(&state));
        Watched { watch: ClusterWatch { jobs: state.jobs.clone() }, state }
    }

    fn take(&mut self, reading: Reading) -> Option<(Changes, Timestamp)> {
        let state = &mut self.state;
        state.record = ClusterRecord { kind: state.record.kind, ..reading.cluster };
        state.poll_time = reading.time;
        state.polls += 1;
        match reading.taken {
            Ok(snapshot) => self.judge(snapshot),
            Err(error) => {
                state.failures += 1;
                state.error = Some(error);
                None
            }
        }
    }

    fn judge(&mut self, snapshot: Arc<ClusterSnapshot>) -> Option<(Changes, Timestamp)> {
        let (state, at) = (&mut self.state, snapshot.at);
        state.error = None;
        state.seen_at = Some(at);
        state.version.clone_from(&snapshot.version);
        state.record.kind = if snapshot.embedded { ClusterKind::Embedded } else { ClusterKind::Flink };
        keep(&mut state.history, Arc::clone(&snapshot));
        let examinations = examine(state)?;
        let mut new_id = || ulid::Ulid::generate().to_string();
        let changes = self.watch.observe(&snapshot, &examinations, &mut new_id);
        state.jobs.clone_from(&self.watch.jobs);
        Some((changes, at))
    }
}

/// A fault of the doctor's on one cluster must not cost the others their watch.
fn examine(state: &ClusterState) -> Option<Vec<Examination>> {
    let history: Vec<&ClusterSnapshot> = state.history.iter().map(AsRef::as_ref).collect();
    let examined = catch_unwind(AssertUnwindSafe(|| doctor::examine(&history)));
    if examined.is_err() {
        tracing::error!(cluster = state.record.name, "the doctor failed on this cluster");
    }
    examined.ok()
}

fn keep(history: &mut VecDeque<Arc<ClusterSnapshot>>, snapshot: Arc<ClusterSnapshot>) {
    let oldest = snapshot.at.plus_ms(-HISTORY_MS);
    history.push_back(snapshot);
    while history.len() > HISTORY || history.front().is_some_and(|s| s.at < oldest) {
        history.pop_front();
    }
}
