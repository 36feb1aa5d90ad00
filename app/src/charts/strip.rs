//! The geometry of an hour strip: sixty cells, one a minute, oldest left.

use model::{CELLS, Cell, CellVerdict};

use crate::format;

/// How wide a strip is drawn. It is stretched to the room that there is; the two widths keep the hatching from being
/// stretched with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Beside a job in a list.
    Narrow,
    /// In the hour grid.
    Wide,
}

impl Size {
    /// One cell's width in units of the drawing, its gap included.
    pub fn step(self) -> usize {
        match self {
            Size::Narrow => 4,
            Size::Wide => 12,
        }
    }

    fn gap(self) -> usize {
        match self {
            Size::Narrow => 1,
            Size::Wide => 2,
        }
    }

    /// The whole drawing.
    pub fn view_box(self) -> String {
        format!("0 0 {} {HEIGHT}", self.step() * CELLS)
    }
}

/// The strip's height in units of the drawing.
pub const HEIGHT: usize = 16;

/// One SVG path a verdict, so that a list of a hundred jobs stays light.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StripPaths {
    /// Within bounds: low bars.
    pub ok: String,
    /// Past the first threshold: half-high bars.
    pub warn: String,
    /// Past the second: full bars. Height says what colour says, for those who do not see the colour.
    pub bad: String,
    /// No data: a low hatched band without gaps.
    pub unknown: String,
}

/// Lays out the last [`CELLS`] cells, the newest at the right end.
pub fn paths(cells: &[Cell], size: Size) -> StripPaths {
    let bar = size.step() - size.gap();
    let mut paths = StripPaths::default();
    for (index, cell) in (0..CELLS).zip(last_hour(cells)) {
        let (path, height, width) = match cell.map_or(CellVerdict::Unknown, |cell| cell.verdict) {
            CellVerdict::Ok => (&mut paths.ok, 5, bar),
            CellVerdict::Warn => (&mut paths.warn, 10, bar),
            CellVerdict::Bad => (&mut paths.bad, HEIGHT, bar),
            CellVerdict::Unknown => (&mut paths.unknown, 5, size.step()),
        };
        path.push_str(&format!("M{} {HEIGHT}v-{height}h{width}v{height}z", index * size.step()));
    }
    paths
}

/// The cells at the sixty places of a strip; `None` where there are fewer.
pub fn last_hour(cells: &[Cell]) -> impl Iterator<Item = Option<&Cell>> {
    let missing = CELLS.saturating_sub(cells.len());
    let surplus = cells.len().saturating_sub(CELLS);
    std::iter::repeat_n(None, missing).chain(cells.iter().skip(surplus).map(Some))
}

/// The strip in words, for those who hear it: `last hour: 12 min critical since 11:48, 3 min without data`.
pub fn summary(cells: &[Cell]) -> String {
    let minutes = |verdict| cells.iter().filter(|cell| cell.verdict == verdict).count();
    let first = |verdict| cells.iter().find(|cell| cell.verdict == verdict).map(|cell| format::minute(cell.minute));
    let mut parts = Vec::new();
    for (verdict, word) in [(CellVerdict::Bad, "bad"), (CellVerdict::Warn, "warning")] {
        if let Some(first) = first(verdict) {
            parts.push(format!("{} min {word} since {first} UTC", minutes(verdict)));
        }
    }
    let unknown = minutes(CellVerdict::Unknown) + CELLS.saturating_sub(cells.len());
    match unknown {
        0 => {}
        CELLS => return "last hour: no data".into(),
        _ => parts.push(format!("{unknown} min without data")),
    }
    if parts.is_empty() { "last hour: nothing wrong".into() } else { format!("last hour: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn cells(verdicts: &[CellVerdict]) -> Vec<Cell> {
        let cell = |(minute, verdict): (i64, &CellVerdict)| Cell {
            minute: Timestamp(minute * 60_000),
            verdict: *verdict,
            value: None,
        };
        (0..).zip(verdicts).map(cell).collect()
    }

    #[test]
    fn cells_stand_at_the_right_end_and_the_rest_is_unknown() {
        let cells = cells(&[CellVerdict::Ok, CellVerdict::Bad]);
        assert_eq!(paths(&cells, Size::Wide).bad, "M708 16v-16h10v16z");
        let paths = paths(&cells, Size::Narrow);
        assert_eq!(paths.bad, "M236 16v-16h3v16z");
        assert_eq!(paths.ok, "M232 16v-5h3v5z");
        assert_eq!(paths.unknown.matches('M').count(), 58);
    }

    #[test]
    fn more_than_an_hour_keeps_the_newest() {
        let mut verdicts = vec![CellVerdict::Bad; 5];
        verdicts.extend([CellVerdict::Ok; CELLS]);
        assert_eq!(paths(&cells(&verdicts), Size::Narrow).bad, "");
    }

    #[test]
    fn the_summary_says_what_came_first() {
        use CellVerdict::{Bad, Ok, Unknown, Warn};
        let mut verdicts = vec![Ok; 57];
        verdicts.extend([Warn, Bad, Unknown]);
        let expect = "last hour: 1 min bad since 00:58 UTC, 1 min warning since 00:57 UTC, 1 min without data";
        assert_eq!(summary(&cells(&verdicts)), expect);
        assert_eq!(summary(&cells(&[Ok; CELLS])), "last hour: nothing wrong");
        assert_eq!(summary(&[]), "last hour: no data");
    }
}
