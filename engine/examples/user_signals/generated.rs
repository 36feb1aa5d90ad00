//! Engagements, generated: the first [`HISTORY`] of them are in `history-generated`, the others come live.

use std::time::Duration;

use engine::dataflow::{BoxError, Read, Source, SplitReader};
use serde::{Deserialize, Serialize};

/// How many there are in the files.
pub const HISTORY: u64 = 240;
/// How many there are in all.
pub const ALL: u64 = 1200;

/// Somebody did something with a pin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engagement {
    pub user: u64,
    pub pin: u64,
    pub action: String,
    pub at_ms: i64,
}

/// The engagement of this number: four a second, by five users.
pub fn engagement(n: u64) -> Engagement {
    let action = match n % 8 {
        1 => "close-up",
        4 => "save",
        6 => "click",
        _ => "impression",
    };
    // Now and then one comes a second late.
    let late = if n.is_multiple_of(10) { 1000 } else { 0 };
    let at_ms = 1_767_225_600_000 + n as i64 * 250 - late;
    Engagement { user: n * 7 / 3 % 5, pin: n * 37 / 5 % 61, action: action.to_owned(), at_ms }
}

/// What comes after the files, as a topic would bring it.
pub struct Live {
    /// How long one waits for the next.
    pub pace_ms: u64,
}

/// Reads on from an engagement.
struct LiveReader {
    next: u64,
    pace_ms: u64,
}

impl Source for Live {
    type Item = Engagement;
    type Split = u64;

    fn splits(&self) -> Result<Vec<u64>, BoxError> {
        Ok(vec![HISTORY])
    }

    fn open(&self, next: u64) -> Result<Box<dyn SplitReader<Engagement, u64>>, BoxError> {
        Ok(Box::new(LiveReader { next, pace_ms: self.pace_ms }))
    }
}

impl SplitReader<Engagement, u64> for LiveReader {
    fn read(&mut self) -> Result<Read<Engagement>, BoxError> {
        if self.next >= ALL {
            return Ok(Read::End);
        }
        std::thread::sleep(Duration::from_millis(self.pace_ms));
        self.next += 1;
        Ok(Read::Items(vec![engagement(self.next - 1)]))
    }

    fn position(&self) -> u64 {
        self.next
    }
}
