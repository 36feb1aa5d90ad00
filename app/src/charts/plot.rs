//! The geometry of a small line chart: a line with gaps, its threshold, ticks and the last value.

use model::{Point, Timestamp};

use super::scale::Scale;

/// The drawing's width in its own units.
pub const WIDTH: f64 = 280.0;
/// The drawing's height in its own units.
pub const HEIGHT: f64 = 84.0;
/// Where the line begins: tick labels stand to the left of it.
pub const LEFT: f64 = 40.0;
const RIGHT: f64 = WIDTH - 6.0;
const TOP: f64 = 8.0;
/// Where the value axis ends; times stand below.
pub const BOTTOM: f64 = HEIGHT - 16.0;

/// A chart, ready to draw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plot {
    /// The line, as an SVG path; a gap where there was no value.
    pub line: String,
    /// The values' places.
    pub ticks: Vec<(f64, f64)>,
    /// The threshold's height.
    pub threshold: Option<f64>,
    /// The last value's place.
    pub last: Option<(f64, f64)>,
    /// Each value's place and instant, for the crosshair.
    pub places: Vec<(Timestamp, f64, Option<f64>)>,
}

impl Plot {
    /// Lays out `points` (oldest first) beside `threshold`. The value axis begins at zero, or below where values do, and
    /// holds the threshold, so that the distance to it can be seen.
    pub fn new(points: &[Point], threshold: Option<f64>) -> Plot {
        let values =
            || points.iter().filter_map(|(_, value)| *value).chain(threshold).filter(|value| value.is_finite());
        let high = values().fold(0.0, f64::max);
        let up = Scale::new(values().fold(0.0, f64::min), if high > 0.0 { high * 1.1 } else { 1.0 }, BOTTOM, TOP);
        let (first, last) = (points.first().map_or(0, |p| p.0.ms()), points.last().map_or(0, |p| p.0.ms()));
        let along = Scale::new(0.0, last.saturating_sub(first) as f64, LEFT, RIGHT);
        let place = |(at, value): &Point| {
            let value = value.filter(|value| value.is_finite()).map(|value| up.place(value));
            (*at, along.place(at.ms().saturating_sub(first) as f64), value)
        };
        let places: Vec<_> = points.iter().map(place).collect();
        Plot {
            line: line(&places),
            ticks: up.ticks(3).into_iter().map(|tick| (tick, up.place(tick))).collect(),
            threshold: threshold.filter(|value| value.is_finite()).map(|value| up.place(value)),
            last: places.iter().rev().find_map(|(_, x, y)| Some((*x, (*y)?))),
            places,
        }
    }

    /// The index of the value nearest to `x`.
    pub fn nearest(&self, x: f64) -> Option<usize> {
        let distance = |index: &usize| self.places.get(*index).map_or(f64::MAX, |place| (place.1 - x).abs());
        (0..self.places.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

/// A value alone between two gaps becomes a dot: a line of no length with round ends.
fn line(places: &[(Timestamp, f64, Option<f64>)]) -> String {
    let mut path = String::new();
    let mut pen_down = false;
    for (_, x, y) in places {
        match y {
            Some(y) if pen_down => path.push_str(&format!("L{x:.1} {y:.1}")),
            Some(y) => path.push_str(&format!("M{x:.1} {y:.1}h0")),
            None => {}
        }
        pen_down = y.is_some();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(values: &[Option<f64>], threshold: Option<f64>) -> Plot {
        let points: Vec<Point> = (0..).zip(values).map(|(i, value)| (Timestamp(i * 10_000), *value)).collect();
        Plot::new(&points, threshold)
    }

    #[test]
    fn a_gap_lifts_the_pen() {
        let plot = plot(&[Some(0.0), Some(100.0), None, Some(100.0)], None);
        assert_eq!(plot.line.matches('M').count(), 2, "{}", plot.line);
        assert_eq!(plot.line.matches('L').count(), 1, "{}", plot.line);
        assert_eq!(plot.last.map(|(x, _)| x), Some(RIGHT));
    }

    #[test]
    fn the_threshold_is_always_in_sight() {
        let plot = plot(&[Some(1.0), Some(2.0)], Some(500.0));
        let threshold = plot.threshold.unwrap_or_default();
        assert!((TOP..BOTTOM).contains(&threshold), "{threshold}");
    }

    #[test]
    fn nothing_and_no_numbers_are_drawn_as_nothing() {
        assert_eq!(plot(&[], None).line, "");
        let plot = plot(&[Some(f64::NAN), None], Some(f64::INFINITY));
        assert_eq!((plot.line.as_str(), plot.last, plot.threshold), ("", None, None));
    }

    #[test]
    fn the_nearest_value_is_found() {
        let plot = plot(&[Some(1.0), Some(2.0), Some(3.0)], None);
        assert_eq!(plot.nearest(LEFT - 10.0), Some(0));
        assert_eq!(plot.nearest((LEFT + RIGHT) / 2.0 + 1.0), Some(1));
        assert_eq!(super::Plot::default().nearest(1.0), None);
    }
}
