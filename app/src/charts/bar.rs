//! The geometry of a vertex' load: busy, backpressured and idle time as parts of one bar.

/// The parts of a bar, each as its start and width, from 0 to 1. Absent shares leave their part of the bar empty.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts {
    /// Working.
    pub busy: (f64, f64),
    /// Waiting for a receiver downstream.
    pub backpressured: (f64, f64),
    /// Waiting for input.
    pub idle: (f64, f64),
}

/// Lays the shares out one after the other. They may be of different subtasks (the busiest, the most backpressured), so
/// their sum may exceed the whole: then all are scaled down alike.
pub fn parts(busy: Option<f64>, backpressured: Option<f64>, idle: Option<f64>) -> Parts {
    let share = |share: Option<f64>| share.filter(|share| share.is_finite()).unwrap_or(0.0).clamp(0.0, 1.0);
    let (busy, backpressured, idle) = (share(busy), share(backpressured), share(idle));
    let scale = 1.0 / (busy + backpressured + idle).max(1.0);
    let (busy, backpressured, idle) = (busy * scale, backpressured * scale, idle * scale);
    Parts { busy: (0.0, busy), backpressured: (busy, backpressured), idle: (busy + backpressured, idle) }
}

#[cfg(test)]
mod tests {
    use super::{Parts, parts};

    #[test]
    fn parts_follow_each_other() {
        let expect = Parts { busy: (0.0, 0.5), backpressured: (0.5, 0.25), idle: (0.75, 0.25) };
        assert_eq!(parts(Some(0.5), Some(0.25), Some(0.25)), expect);
    }

    #[test]
    fn shares_of_different_subtasks_still_fit() {
        let parts = parts(Some(1.0), Some(1.0), None);
        assert_eq!((parts.busy, parts.backpressured, parts.idle), ((0.0, 0.5), (0.5, 0.5), (1.0, 0.0)));
    }

    #[test]
    fn what_is_absent_or_no_number_takes_no_room() {
        assert_eq!(parts(None, Some(f64::NAN), None), Parts::default());
    }
}
