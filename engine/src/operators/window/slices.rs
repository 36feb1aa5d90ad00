//! Windows made of slices: the longest stretches of time no window begins or ends within, so that each row is added up once.

use crate::operators::spec::WindowKind;

/// Tumbling, hopping or cumulating windows. All times are milliseconds, of the windows' clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slices {
    /// How long a slice is.
    slice: i64,
    /// From the end of a window to the end of the next.
    step: i64,
    /// A moment at which a slice ends.
    offset: i64,
    windows: Windows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Windows {
    /// Of one length.
    Sliding(i64),
    /// Of several lengths, up to the longest.
    Growing(i64),
}

impl Slices {
    /// The slices of windows of a kind; `None` of sessions, which have none.
    pub fn new(kind: WindowKind) -> Option<Self> {
        Some(match kind {
            WindowKind::Tumble { size_ms, offset_ms } => {
                Self { slice: size_ms, step: size_ms, offset: offset_ms, windows: Windows::Sliding(size_ms) }
            }
            WindowKind::Hop { slide_ms, size_ms, offset_ms } => Self {
                slice: divisor(slide_ms, size_ms),
                step: slide_ms,
                offset: offset_ms,
                windows: Windows::Sliding(size_ms),
            },
            WindowKind::Cumulate { step_ms, max_ms, offset_ms } => {
                Self { slice: step_ms, step: step_ms, offset: offset_ms, windows: Windows::Growing(max_ms) }
            }
            WindowKind::Session { .. } => return None,
        })
    }

    /// The end of the slice that a time is in.
    #[inline]
    pub fn slice_end(&self, time: i64) -> i64 {
        floor(time, self.offset, self.slice) + self.slice
    }

    /// The end of the first window that a slice is part of and that ends after `after`; `None` where there is none.
    pub fn next_window(&self, slice_end: i64, after: i64) -> Option<i64> {
        let least = slice_end.max(after.saturating_add(1));
        let end = match self.windows {
            // Ends are a window's length after starts, which are on the steps.
            Windows::Sliding(size) => ceil(least, self.offset + size, self.step),
            Windows::Growing(_) => ceil(least, self.offset, self.step),
        };
        (end <= self.last_window(slice_end)).then_some(end)
    }

    /// The end of the last window that a slice is part of. (Where windows have gaps, a slice in one is part of none; then it
    /// is before the slice's end.)
    pub fn last_window(&self, slice_end: i64) -> i64 {
        match self.windows {
            Windows::Sliding(size) => floor(slice_end - self.slice + size, self.offset + size, self.step),
            Windows::Growing(max) => floor(slice_end - 1, self.offset, max) + max,
        }
    }

    /// The start of a window.
    pub fn start(&self, window_end: i64) -> i64 {
        match self.windows {
            Windows::Sliding(size) => window_end - size,
            Windows::Growing(max) => floor(window_end - 1, self.offset, max),
        }
    }

    /// The windows that a time is in, in the order in which Flink makes its rows: start and end.
    pub fn windows(&self, time: i64) -> Vec<(i64, i64)> {
        let slice = self.slice_end(time);
        let ends = std::iter::successors(self.next_window(slice, i64::MIN), |end| self.next_window(slice, *end));
        let mut windows: Vec<_> = ends.map(|end| (self.start(end), end)).collect();
        if matches!(self.windows, Windows::Sliding(_)) {
            windows.reverse();
        }
        windows
    }

    /// Whether windows share slices.
    pub fn shared(&self) -> bool {
        self.windows != Windows::Sliding(self.slice)
    }
}

/// The last of `offset + n * step` that is not after `time`.
fn floor(time: i64, offset: i64, step: i64) -> i64 {
    time.saturating_sub((time.wrapping_sub(offset)).rem_euclid(step))
}

/// The first of `offset + n * step` that is not before `time`.
fn ceil(time: i64, offset: i64, step: i64) -> i64 {
    let floor = floor(time, offset, step);
    if floor == time { time } else { floor.saturating_add(step) }
}

/// The greatest common divisor.
fn divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    /// The windows that a time is in, found by trying all starts.
    fn naive(kind: WindowKind, time: i64) -> Vec<(i64, i64)> {
        let near = |step: i64, offset: i64| (-200..200).map(move |n| offset + (time / step + n) * step);
        let holds = |window: &(i64, i64)| (window.0..window.1).contains(&time);
        let mut windows: Vec<(i64, i64)> = match kind {
            WindowKind::Tumble { size_ms, offset_ms } => near(size_ms, offset_ms).map(|s| (s, s + size_ms)).collect(),
            WindowKind::Hop { slide_ms, size_ms, offset_ms } => {
                near(slide_ms, offset_ms).map(|s| (s, s + size_ms)).collect()
            }
            WindowKind::Cumulate { step_ms, max_ms, offset_ms } => near(max_ms, offset_ms)
                .flat_map(|s| (1..=max_ms / step_ms).map(move |n| (s, s + n * step_ms)))
                .collect(),
            WindowKind::Session { .. } => Vec::new(),
        };
        windows.retain(holds);
        windows.sort_unstable_by_key(|window| window.1);
        windows
    }

    fn kinds() -> impl Strategy<Value = WindowKind> {
        prop_oneof![
            (1..50_i64, -20..20_i64).prop_map(|(size_ms, offset_ms)| WindowKind::Tumble { size_ms, offset_ms }),
            (1..20_i64, 1..60_i64, -20..20_i64).prop_map(|(slide_ms, size_ms, offset_ms)| WindowKind::Hop {
                slide_ms,
                size_ms,
                offset_ms
            }),
            (1..10_i64, 1..8_i64, -20..20_i64).prop_map(|(step_ms, steps, offset_ms)| WindowKind::Cumulate {
                step_ms,
                max_ms: step_ms * steps,
                offset_ms
            }),
        ]
    }

    proptest! {
        #[test]
        fn a_time_is_in_the_windows_of_its_slice(kind in kinds(), time in -500..500_i64) {
            let slices = Slices::new(kind).unwrap();
            let mut windows = slices.windows(time);
            windows.sort_unstable_by_key(|window| window.1);
            prop_assert_eq!(&windows, &naive(kind, time));
            let slice = slices.slice_end(time);
            if let Some(last) = windows.last() {
                prop_assert_eq!(slices.last_window(slice), last.1);
            } else {
                prop_assert!(slices.last_window(slice) < slice);
            }
        }
    }
}
