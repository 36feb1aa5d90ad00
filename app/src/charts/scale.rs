//! From values to places in a drawing, and the values worth a tick; by way of plotters' coordinates.

use plotters::coord::{
    ranged1d::{BoldPoints, Ranged},
    types::RangedCoordf64,
};

/// Steps to one unit of the drawing: plotters counts whole pixels, SVG can place finer.
const FINE: f64 = 100.0;

/// A linear scale from values to a length of the drawing.
#[derive(Clone)]
pub struct Scale {
    coord: RangedCoordf64,
    low: f64,
    high: f64,
    limit: (i32, i32),
}

impl Scale {
    /// A scale from `low..=high` to `from..=to` in units of the drawing; `to` may be less than `from`, as on an axis that
    /// points up. Bounds that are no numbers, or span nothing, are widened to something that can be drawn.
    pub fn new(low: f64, high: f64, from: f64, to: f64) -> Scale {
        let low = if low.is_finite() { low } else { 0.0 };
        let high = if high.is_finite() && high > low { high } else { low + 1.0 };
        let limit = ((from * FINE).round() as i32, (to * FINE).round() as i32);
        Scale { coord: (low..high).into(), low, high, limit }
    }

    /// The place of `value`; values beyond the bounds are drawn at the bounds.
    pub fn place(&self, value: f64) -> f64 {
        f64::from(self.coord.map(&value.clamp(self.low, self.high), self.limit)) / FINE
    }

    /// At most `most` round values within the bounds.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        self.coord.key_points(BoldPoints(most))
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn places_run_from_end_to_end_and_no_further() {
        let up = Scale::new(0.0, 1000.0, 60.0, 0.0);
        assert_eq!([up.place(0.0), up.place(500.0), up.place(1000.0)], [60.0, 30.0, 0.0]);
        assert_eq!([up.place(-50.0), up.place(5000.0)], [60.0, 0.0]);
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(Scale::new(0.0, 1000.0, 0.0, 1.0).ticks(3), [0.0, 500.0, 1000.0]);
        assert!(Scale::new(0.0, 1047.3, 0.0, 1.0).ticks(3).len() <= 3);
    }

    #[test]
    fn bounds_that_span_nothing_are_drawn_too() {
        for (low, high) in [(5.0, 5.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (3.0, 1.0)] {
            let scale = Scale::new(low, high, 0.0, 10.0);
            assert!(scale.place(1.0).is_finite() && !scale.ticks(3).is_empty(), "{low}..{high}");
        }
    }
}
