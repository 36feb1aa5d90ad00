//! The watcher as a dataflow on the engine's own API: readings of clusters come in, each cluster's are judged in their order,
//! and what was judged is written down and shown.
//!
//! ```text
//! readings ── by cluster ──► judge (the doctor; the state of each cluster) ──► keep (store, then board)
//! ```
//!
//! Its state needs no checkpoints: what must outlive the process is in the store when it is shown, and the board has what it
//! goes on from where it is started again.

mod judge;
mod keep;
mod readings;

use std::sync::{Arc, Mutex};
use std::thread;

use engine::dataflow::{Config, Dataflow, DataflowError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::collect::Board;
use crate::store::Store;
use judge::Judge;
use keep::Keep;
use readings::Readings;

pub use readings::{Event, Reading};

/// So many readings wait to be judged; then the collectors wait.
const WAITING: usize = 256;
/// More threads than this judge nothing sooner: a reading takes the doctor some milliseconds.
const MAX_PARALLELISM: usize = 4;

/// The watcher, running.
pub struct Watcher {
    /// Where readings are handed in. It ends when all senders are gone.
    pub events: mpsc::Sender<Event>,
    thread: thread::JoinHandle<()>,
}

impl Watcher {
    /// Starts it on threads of its own. Call it where a tokio runtime is.
    ///
    /// # Errors
    /// Where the system has no thread to give.
    pub fn start(store: Arc<Store>, board: Arc<Board>) -> std::io::Result<Watcher> {
        let (events, received) = mpsc::channel(WAITING);
        let received = Arc::new(Mutex::new(received));
        let runtime = Handle::current();
        let thread = thread::Builder::new().name("watcher".into()).spawn(move || {
            // It ends when it is asked to. Whatever else ends it must not end the watch.
            while let Err(error) = run(&received, &store, &board, &runtime) {
                tracing::error!("the watcher failed and is started again: {error}");
            }
        })?;
        Ok(Watcher { events, thread })
    }

    /// Waits until all that was handed in is judged and written down.
    pub async fn ended(self) {
        drop(self.events);
        let thread = self.thread;
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the watcher did not end in order");
        }
    }
}

fn run(
    received: &readings::Received,
    store: &Arc<Store>,
    board: &Arc<Board>,
    runtime: &Handle,
) -> Result<(), Box<dyn std::error::Error>> {
    let flow = flow(received, store, board, runtime);
    let parallelism = thread::available_parallelism().map_or(1, usize::from).min(MAX_PARALLELISM);
    let config = Config::new().set("operator.judge.parallelism", parallelism.to_string());
    let graph: Result<_, DataflowError> = flow.build(&config);
    Ok(engine::dataflow::run(graph?)?)
}

fn flow(received: &readings::Received, store: &Arc<Store>, board: &Arc<Board>, runtime: &Handle) -> Dataflow {
    let flow = Dataflow::new("watcher");
    let shown = Arc::clone(board);
    flow.source("readings", Readings(Arc::clone(received)))
        .key_by(|event| event.cluster().to_owned())
        .process("judge", move |_| Judge::new(Arc::clone(&shown)))
        .sink("keep", Keep::new(Arc::clone(store), Arc::clone(board), runtime.clone()));
    flow
}
