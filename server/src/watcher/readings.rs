//! Where the collectors' readings come in.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::dataflow::{BoxError, Read, Source, SplitReader};
use model::{ApiError, ClusterSnapshot};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::store::ClusterRecord;

/// At most so many are taken at once.
const AT_ONCE: usize = 64;

/// What the collectors tell.
#[derive(Debug, Clone)]
pub enum Event {
    /// A cluster was read, or could not be.
    Read(Box<Reading>),
    /// A cluster is watched no more; the token is cancelled when nothing of it is under way any longer.
    Forget(String, CancellationToken),
}

/// One reading of a cluster.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The cluster, as it was named when it was read.
    pub cluster: ClusterRecord,
    /// What was read, or why it could not be.
    pub taken: Result<Arc<ClusterSnapshot>, ApiError>,
    /// How long it took.
    pub time: Duration,
}

impl Event {
    /// The cluster that it is about.
    pub fn cluster(&self) -> &str {
        match self {
            Event::Read(reading) => &reading.cluster.name,
            Event::Forget(cluster, _) => cluster,
        }
    }
}

/// The receiving end; it outlives a watcher that fails.
pub(super) type Received = Arc<Mutex<mpsc::Receiver<Event>>>;

/// The source. It has one split, which is read once: what was read off a cluster is not to be had again.
pub(super) struct Readings(pub(super) Received);

impl Source for Readings {
    type Item = Event;
    type Split = ();

    fn splits(&self) -> Result<Vec<()>, BoxError> {
        Ok(vec![()])
    }

    fn open(&self, (): ()) -> Result<Box<dyn SplitReader<Event, ()>>, BoxError> {
        Ok(Box::new(Readings(Arc::clone(&self.0))))
    }
}

impl SplitReader<Event, ()> for Readings {
    /// Waits for as long as it takes: the watcher has no checkpoints that would wait for it.
    fn read(&mut self) -> Result<Read<Event>, BoxError> {
        let mut events = Vec::new();
        let count = self.0.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv_many(&mut events, AT_ONCE);
        Ok(if count == 0 { Read::End } else { Read::Items(events) })
    }

    fn position(&self) {}
}
