//! Pacing: so many rows a second, shared by the subtasks of a source.

use std::time::{Duration, Instant};

/// Rows are let through in small bursts, so that a task wakes at most this often.
const TICK: Duration = Duration::from_millis(20);
/// How far a source that was held up may catch up.
const MAX_CATCH_UP: Duration = Duration::from_millis(250);

/// The pace of one subtask.
#[derive(Debug)]
pub struct Pace {
    /// Rows a second.
    rate: f64,
    /// The time from which `emitted` counts.
    since: Instant,
    emitted: u64,
}

impl Pace {
    /// The share of one of `parallelism` subtasks in `rows_per_second`; `None` without a limit.
    pub fn share(rows_per_second: Option<u64>, parallelism: u32) -> Option<Self> {
        let rate = rows_per_second.filter(|rate| *rate > 0)? as f64 / f64::from(parallelism);
        Some(Self { rate, since: Instant::now(), emitted: 0 })
    }

    /// How many rows may go now, or how long to wait for the next.
    pub fn permits(&mut self) -> Result<u64, Duration> {
        let elapsed = self.since.elapsed();
        let due = (elapsed.as_secs_f64() * self.rate) as u64;
        let allowed = due.saturating_sub(self.emitted);
        if allowed == 0 {
            let next = Duration::from_secs_f64((self.emitted + 1) as f64 / self.rate);
            return Err(next.saturating_sub(elapsed).max(TICK));
        }
        let most = ((MAX_CATCH_UP.as_secs_f64() * self.rate) as u64).max(1);
        if allowed > most {
            // It was held up: what it missed is not made up for.
            self.since = Instant::now();
            self.emitted = 0;
            return Ok(most);
        }
        Ok(allowed)
    }

    /// Rows went.
    pub fn emitted(&mut self, rows: u64) {
        self.emitted += rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_kept_and_shared() {
        assert!(Pace::share(None, 4).is_none());
        let Some(mut pace) = Pace::share(Some(4000), 4) else { unreachable!("a rate makes a pace") };
        let (mut rows, begun) = (0, Instant::now());
        while begun.elapsed() < Duration::from_millis(200) {
            match pace.permits() {
                Ok(allowed) => {
                    pace.emitted(allowed);
                    rows += allowed;
                }
                Err(wait) => std::thread::sleep(wait),
            }
        }
        assert!((150..=230).contains(&rows), "{rows} rows in 200 ms at 1000 a second");
    }
}
