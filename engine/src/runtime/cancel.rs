//! Cancellation that every wait of a task observes at once.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

/// Cancels; cheap to clone.
#[derive(Debug, Clone)]
pub struct Canceller {
    cancelled: Arc<AtomicBool>,
    sender: Arc<Mutex<Option<Sender<()>>>>,
}

/// Observes; cheap to clone.
#[derive(Debug, Clone)]
pub struct Cancel {
    cancelled: Arc<AtomicBool>,
    signal: Receiver<()>,
}

/// Both ends.
pub fn cancellation() -> (Canceller, Cancel) {
    let (sender, signal) = bounded(0);
    let cancelled = Arc::new(AtomicBool::new(false));
    let canceller = Canceller { cancelled: Arc::clone(&cancelled), sender: Arc::new(Mutex::new(Some(sender))) };
    (canceller, Cancel { cancelled, signal })
}

impl Canceller {
    /// Wakes every wait, now and from now on.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        // Dropping the sender disconnects the channel, which every receiver sees.
        self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Cancel {
    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Waits; `true` where it was cancelled meanwhile.
    pub fn wait(&self, time: Duration) -> bool {
        matches!(self.signal.recv_timeout(time), Err(RecvTimeoutError::Disconnected))
    }

    /// Becomes ready when it is cancelled; for `select!`.
    pub fn signal(&self) -> &Receiver<()> {
        &self.signal
    }
}
