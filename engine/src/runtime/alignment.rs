//! Which barrier of which channel completes a checkpoint: as plain data.

use std::time::{Duration, Instant};

use super::message::Barrier;

/// What follows from a barrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is of a checkpoint that is over.
    Ignore,
    /// Its channel waits for the others.
    Block,
    /// All channels have brought it: the snapshot is to be taken now.
    Snapshot {
        /// The time since the first channel brought it.
        aligned: Duration,
    },
}

/// The barriers of the channels of one task. At most one checkpoint is under way.
#[derive(Debug)]
pub struct Alignment {
    channels: usize,
    current: Option<Current>,
    /// The last checkpoint that was taken, given up or begun.
    last: u64,
}

#[derive(Debug)]
struct Current {
    checkpoint: u64,
    since: Instant,
    arrived: usize,
}

impl Alignment {
    /// For so many channels.
    pub fn new(channels: usize) -> Self {
        Self { channels, current: None, last: 0 }
    }

    /// A channel brought a barrier; with it, the number of a checkpoint that is given up for this one, whose channels are
    /// to be let go first.
    pub fn barrier(&mut self, barrier: Barrier, now: Instant) -> (Step, Option<u64>) {
        let mut given_up = None;
        match &mut self.current {
            Some(current) if current.checkpoint == barrier.checkpoint => current.arrived += 1,
            current if barrier.checkpoint > self.last => {
                given_up = current.take().map(|current| current.checkpoint);
                *current = Some(Current { checkpoint: barrier.checkpoint, since: now, arrived: 1 });
                self.last = barrier.checkpoint;
            }
            _ => return (Step::Ignore, None),
        }
        match self.current.take_if(|current| current.arrived >= self.channels) {
            Some(current) => (Step::Snapshot { aligned: now - current.since }, given_up),
            None => (Step::Block, given_up),
        }
    }

    /// A checkpoint has failed elsewhere. Whether it was under way here: then all channels are to be let go.
    pub fn abort(&mut self, checkpoint: u64) -> bool {
        self.last = self.last.max(checkpoint);
        self.current.take_if(|current| current.checkpoint <= checkpoint).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::message::SnapshotKind;

    fn barrier(checkpoint: u64) -> Barrier {
        Barrier { checkpoint, triggered_ms: 0, kind: SnapshotKind::Checkpoint }
    }

    #[test]
    fn the_last_channel_completes_it() {
        let now = Instant::now();
        let mut alignment = Alignment::new(2);
        assert_eq!(alignment.barrier(barrier(1), now), (Step::Block, None));
        let later = now + Duration::from_millis(5);
        assert_eq!(alignment.barrier(barrier(1), later), (Step::Snapshot { aligned: Duration::from_millis(5) }, None));
        assert_eq!(alignment.barrier(barrier(1), now), (Step::Ignore, None));
        let mut alone = Alignment::new(1);
        assert_eq!(alone.barrier(barrier(1), now), (Step::Snapshot { aligned: Duration::ZERO }, None));
    }

    #[test]
    fn what_was_given_up_is_ignored_and_the_next_begins_anew() {
        let now = Instant::now();
        let mut alignment = Alignment::new(2);
        alignment.barrier(barrier(1), now);
        assert!(alignment.abort(1) && !alignment.abort(1));
        assert_eq!(alignment.barrier(barrier(1), now), (Step::Ignore, None), "the other channel's comes late");
        assert_eq!(alignment.barrier(barrier(2), now), (Step::Block, None));
        assert_eq!(alignment.barrier(barrier(3), now), (Step::Block, Some(2)), "a newer one takes its place");
        assert_eq!(alignment.barrier(barrier(2), now), (Step::Ignore, None));
        assert_eq!(alignment.barrier(barrier(3), now), (Step::Snapshot { aligned: Duration::ZERO }, None));
        assert!(!alignment.abort(5));
        assert_eq!(alignment.barrier(barrier(5), now), (Step::Ignore, None), "it was given up before it came");
    }
}
