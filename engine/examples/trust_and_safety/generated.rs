//! Comments, generated: one every ten milliseconds, most of them harmless.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::dataflow::{BoxError, Read, Source, SplitReader};

/// How many there are.
const ALL: u64 = 200;
const EVERY_MS: i64 = 10;

/// Somebody wrote something.
#[derive(Debug, Clone)]
pub struct Comment {
    pub account: String,
    pub link: Option<String>,
    pub at_ms: i64,
}

/// The comment of this number.
pub fn comment(n: u64, begun_ms: i64) -> Comment {
    let link = |name: &str| Some(format!("https://{name}.example"));
    let (account, link) = match n {
        // One account writes every 30 ms for a while.
        40..80 if n.is_multiple_of(3) => ("bot-7".to_owned(), None),
        // Six accounts post one link.
        100..124 if n.is_multiple_of(4) => (format!("sleeper-{}", n % 100 / 4), link("cheap-watches")),
        // A partner writes and links a lot.
        130..160 if n.is_multiple_of(2) => {
            ("partner-1".to_owned(), (n == 150).then(|| "https://partner.example".into()))
        }
        _ => (format!("user-{}", n * 37 % 41), n.is_multiple_of(25).then(|| format!("https://{}.example", n % 7))),
    };
    Comment { account, link, at_ms: begun_ms + n as i64 * EVERY_MS }
}

/// All comments: each when it is written, or at once.
pub struct Comments {
    /// When the first was written.
    pub begun_ms: i64,
    /// Whether the others come at their times.
    pub pace: bool,
}

/// Reads on from a comment.
struct Reader {
    next: u64,
    begun_ms: i64,
    pace: bool,
}

impl Source for Comments {
    type Item = Comment;
    type Split = u64;

    fn splits(&self) -> Result<Vec<u64>, BoxError> {
        Ok(vec![0])
    }

    fn open(&self, next: u64) -> Result<Box<dyn SplitReader<Comment, u64>>, BoxError> {
        Ok(Box::new(Reader { next, begun_ms: self.begun_ms, pace: self.pace }))
    }
}

impl SplitReader<Comment, u64> for Reader {
    fn read(&mut self) -> Result<Read<Comment>, BoxError> {
        if self.next == ALL {
            return Ok(Read::End);
        }
        let comment = comment(self.next, self.begun_ms);
        let wait = comment.at_ms - now_ms();
        if self.pace && wait > 0 {
            return Ok(Read::Wait(Duration::from_millis(wait.unsigned_abs())));
        }
        self.next += 1;
        Ok(Read::Items(vec![comment]))
    }

    fn position(&self) -> u64 {
        self.next
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64)
}
