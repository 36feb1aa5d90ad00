//! What stands beside a strip when one of its minutes is pointed at.

use model::{CELLS, Cell, CellVerdict, GridRow};

use super::strip;
use crate::format;

/// A verdict of one minute as a word.
pub fn word(verdict: CellVerdict) -> &'static str {
    match verdict {
        CellVerdict::Unknown => "no data",
        CellVerdict::Ok => "ok",
        CellVerdict::Warn => "warning",
        CellVerdict::Bad => "bad",
    }
}

/// The cell at one of the sixty places of a row.
pub fn cell_at(row: &GridRow, place: usize) -> Option<&Cell> {
    strip::last_hour(&row.cells).nth(place).flatten()
}

/// `Backpressure · 11:48 UTC · 650 ms/s · threshold 500 ms/s · bad`.
pub fn readout(row: &GridRow, place: usize) -> String {
    let Some(cell) = cell_at(row, place) else {
        return format!("{} · no data yet", row.label);
    };
    let mut parts = vec![row.label.clone(), format!("{} UTC", format::minute(cell.minute))];
    parts.extend(cell.value.map(|value| format::quantity(value, &row.unit)));
    parts.extend(row.threshold.map(|threshold| format!("threshold {}", format::quantity(threshold, &row.unit))));
    parts.push(word(cell.verdict).into());
    parts.join(" · ")
}

/// Where a key leads from a place in a grid of `rows` rows: the row and the place in it.
pub fn step(key: &str, (row, place): (usize, usize), rows: usize) -> Option<(usize, usize)> {
    let (last_row, last_place) = (rows.checked_sub(1)?, CELLS - 1);
    Some(match key {
        "ArrowLeft" => (row, place.saturating_sub(1)),
        "ArrowRight" => (row, (place + 1).min(last_place)),
        "ArrowUp" => (row.saturating_sub(1), place),
        "ArrowDown" => ((row + 1).min(last_row), place),
        "Home" => (row, 0),
        "End" => (row, last_place),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Subject, SubjectKind, Timestamp};

    fn row() -> GridRow {
        let cell = Cell { minute: Timestamp(660_000), verdict: CellVerdict::Bad, value: Some(650.0) };
        GridRow {
            check: "backpressure".into(),
            subject: Subject::new(SubjectKind::Job, "", ""),
            label: "Backpressure".into(),
            unit: "ms/s".into(),
            threshold: Some(500.0),
            cells: vec![cell],
        }
    }

    #[test]
    fn the_readout_says_minute_value_threshold_and_verdict() {
        assert_eq!(readout(&row(), CELLS - 1), "Backpressure · 00:11 UTC · 650 ms/s · threshold 500 ms/s · bad");
        assert_eq!(readout(&row(), 0), "Backpressure · no data yet");
    }

    #[test]
    fn keys_stay_within_the_grid() {
        for (key, from, expect) in [
            ("ArrowLeft", (0, 0), Some((0, 0))),
            ("ArrowRight", (0, 59), Some((0, 59))),
            ("ArrowUp", (1, 5), Some((0, 5))),
            ("ArrowDown", (2, 5), Some((2, 5))),
            ("Home", (1, 5), Some((1, 0))),
            ("End", (1, 5), Some((1, 59))),
            ("x", (1, 5), None),
        ] {
            assert_eq!(step(key, from, 3), expect, "{key}");
        }
        assert_eq!(step("End", (0, 0), 0), None);
    }
}
