//! Which windows a time is in.

use std::time::Duration;

/// How values are put into windows. Windows are `[start, end)`; those of a size begin at its multiples since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    pub(super) kind: WindowKind,
    /// By the clock, not by the values' timestamps.
    pub(super) processing_time: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WindowKind {
    /// Each begins `slide` after the one before and is `size` long: milliseconds.
    Sliding { size: i64, slide: i64 },
    /// As long as values come within `gap` milliseconds.
    Session { gap: i64 },
}

/// Windows side by side.
#[derive(Debug, Clone, Copy)]
pub struct Tumbling;

impl Tumbling {
    /// Each as long as this.
    pub fn of(size: Duration) -> Windows {
        Sliding::of(size, size)
    }
}

/// Windows that overlap.
#[derive(Debug, Clone, Copy)]
pub struct Sliding;

impl Sliding {
    /// Each `size` long, from start to start `slide`.
    pub fn of(size: Duration, slide: Duration) -> Windows {
        Windows::new(WindowKind::Sliding { size: millis(size), slide: millis(slide) })
    }
}

/// Windows as long as values come.
#[derive(Debug, Clone, Copy)]
pub struct Session;

impl Session {
    /// Until nothing has come for so long.
    pub fn with_gap(gap: Duration) -> Windows {
        Windows::new(WindowKind::Session { gap: millis(gap) })
    }
}

/// At least one millisecond: no time is in an empty window.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4).clamp(1, i64::MAX / 4)
}

impl Windows {
    fn new(kind: WindowKind) -> Self {
        Self { kind, processing_time: false }
    }

    /// By the clock, not by the values' timestamps.
    #[must_use]
    pub fn processing_time(mut self) -> Self {
        self.processing_time = true;
        self
    }

    /// Whether windows of a key may grow together.
    pub(super) fn merge(self) -> bool {
        matches!(self.kind, WindowKind::Session { .. })
    }

    /// The windows that a time is in: starts and ends, the first first.
    pub(super) fn of(self, time: i64) -> Vec<(i64, i64)> {
        match self.kind {
            WindowKind::Session { gap } => vec![(time, time.saturating_add(gap))],
            WindowKind::Sliding { size, slide } => {
                let last = time - time.rem_euclid(slide);
                let starts = (0..).map(|back| last - back * slide).take_while(|start| time < start + size);
                let mut windows: Vec<_> = starts.map(|start| (start, start + size)).collect();
                windows.reverse();
                windows
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_windows_around_it() {
        let ms = Duration::from_millis;
        for (windows, time, expect) in [
            (Tumbling::of(ms(10)), 19, vec![(10, 20)]),
            (Tumbling::of(ms(10)), 20, vec![(20, 30)]),
            (Tumbling::of(ms(10)), -1, vec![(-10, 0)]),
            (Sliding::of(ms(10), ms(4)), 9, vec![(0, 10), (4, 14), (8, 18)]),
            (Sliding::of(ms(10), ms(4)), 11, vec![(4, 14), (8, 18)]),
            (Sliding::of(ms(2), ms(5)), 4, vec![]),
            (Session::with_gap(ms(7)), 3, vec![(3, 10)]),
            (Tumbling::of(Duration::ZERO), 3, vec![(3, 4)]),
        ] {
            assert_eq!(windows.of(time), expect, "{windows:?} at {time}");
        }
    }
}
