//! What was judged is written down, then shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::dataflow::{BoxError, Sink, SinkContext, Writer};
use model::Timestamp;
use tokio::runtime::Handle;

use super::judge::Judged;
use crate::collect::Board;
use crate::store::Store;
use crate::watch::Changes;

/// The sink.
#[derive(Clone)]
pub(super) struct Keep {
    store: Arc<Store>,
    board: Arc<Board>,
    runtime: Handle,
}

impl Keep {
    pub(super) fn new(store: Arc<Store>, board: Arc<Board>, runtime: Handle) -> Self {
        Keep { store, board, runtime }
    }
}

impl Sink<Judged> for Keep {
    type Writer = Keeper;

    fn open(&self, _: SinkContext) -> Result<Keeper, BoxError> {
        Ok(Keeper { to: self.clone(), unsaved: BTreeMap::new() })
    }
}

pub(super) struct Keeper {
    to: Keep,
    /// What could not be written down yet, by cluster.
    unsaved: BTreeMap<String, Changes>,
}

impl Keeper {
    /// What could not be written is kept and written with the next evaluation: nothing is lost while the disk is full.
    fn save(&mut self, cluster: &str, changes: Changes, at: Timestamp) {
        let mut unsaved = self.unsaved.remove(cluster).unwrap_or_default();
        unsaved.add(changes);
        if let Err(error) = self.to.runtime.block_on(self.to.store.apply(cluster, &unsaved, at)) {
            tracing::error!(cluster, "an evaluation could not be stored, it is tried again: {error}");
            self.unsaved.insert(cluster.to_owned(), unsaved);
        }
    }
}

impl Writer<Judged> for Keeper {
    /// Nothing waits for a checkpoint.
    type Commit = ();

    fn write(&mut self, judged: Judged) -> Result<(), BoxError> {
        match judged {
            Judged::State(state, changes) => {
                if let Some((changes, at)) = changes {
                    self.save(&state.record.name, changes, at);
                }
                self.to.board.put(*state);
            }
            Judged::Forgotten(cluster, done) => {
                self.unsaved.remove(&cluster);
                done.cancel();
            }
        }
        Ok(())
    }

    fn prepare(&mut self) -> Result<Option<()>, BoxError> {
        Ok(None)
    }

    fn commit(&mut self, (): ()) -> Result<(), BoxError> {
        Ok(())
    }
}
