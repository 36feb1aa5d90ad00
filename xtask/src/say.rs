//! What is told to the person who waits: numbered stages, each with the time it took.

use std::{
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

use crate::failure::Failure;

/// Counts the stages of one command.
pub struct Stages {
    total: u32,
    current: u32,
    started: Instant,
}

impl Stages {
    /// A command of `total` stages begins.
    pub fn new(total: u32) -> Stages {
        Stages { total, current: 0, started: Instant::now() }
    }

    /// Does `work` as the next stage, and says how long it took.
    pub fn stage<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.announce(&format!("{what}…"));
        let started = Instant::now();
        let outcome = work()?;
        eprintln!("      done in {}", span(started.elapsed()));
        Ok(outcome)
    }

    /// Announces a stage whose time is not taken.
    pub fn announce(&mut self, what: &str) {
        self.current += 1;
        eprintln!("{}", bold(&format!("[{}/{}] {what}", self.current, self.total)));
    }

    /// How long all stages took together.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A line under the current stage.
pub fn detail(text: &str) {
    eprintln!("      {text}");
}

/// Why the command ends here.
pub fn failure(failure: &Failure) {
    eprintln!("{} {failure}", bold("failed:"));
}

/// `4.2 s`, `3 min 12 s`.
pub fn span(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn bold(text: &str) -> String {
    if stderr().is_terminal() { format!("\x1b[1m{text}\x1b[0m") } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_in_minutes_from_one_minute_on() {
        assert_eq!(span(Duration::from_millis(4_240)), "4.2 s");
        assert_eq!(span(Duration::from_secs(192)), "3 min 12 s");
    }
}
