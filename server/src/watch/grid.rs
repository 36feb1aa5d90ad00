//! The hour grid of one job: a row for each thing that is judged, a cell for each minute.

use std::collections::BTreeMap;

use model::{CELLS, Cell, CellVerdict, GridRow, Reading, Subject, SubjectKind, Timestamp};

use super::row_key;

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;
/// At most so many rows are kept for one job; a job with more vertices than that shows its first ones.
const MAX_ROWS: usize = 200;

/// One row without gaps filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What tells it from other rows of the job.
    pub key: String,
    /// Its place from the top.
    pub position: u32,
    /// The check that judges it.
    pub check: String,
    /// What it is about.
    pub subject: Subject,
    /// The unit of its values.
    pub unit: String,
    /// The threshold that was last in force.
    pub threshold: Option<f64>,
    /// Its cells by minute; those of the last hour.
    pub cells: BTreeMap<Timestamp, Cell>,
}

/// The rows of a job, in their order.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// By position.
    pub rows: Vec<Row>,
}

impl Grid {
    /// Folds readings into the cells of their minute, the worst verdict winning, and answers with the cells that now hold.
    pub fn fold(&mut self, at: Timestamp, readings: &[Reading]) -> Vec<(Row, Cell)> {
        let mut changed = Vec::with_capacity(readings.len());
        for (i, reading) in readings.iter().take(MAX_ROWS).enumerate() {
            let row = self.row(i, reading);
            let cell = fold_cell(row.cells.get(&at.minute()), at, reading);
            row.cells.insert(at.minute(), cell.clone());
            changed.push((Row { cells: BTreeMap::new(), ..row.clone() }, cell));
        }
        self.age(at);
        changed
    }

    fn row(&mut self, position: usize, reading: &Reading) -> &mut Row {
        let key = row_key(&reading.check, &reading.subject);
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let index = self.rows.iter().position(|row| row.key == key).unwrap_or_else(|| {
            self.rows.push(Row {
                key,
                position,
                check: reading.check.clone(),
                subject: reading.subject.clone(),
                unit: reading.unit.clone(),
                threshold: reading.threshold,
                cells: BTreeMap::new(),
            });
            self.rows.len() - 1
        });
        let row = &mut self.rows[index];
        row.position = position;
        row.subject = reading.subject.clone();
        row.unit.clone_from(&reading.unit);
        row.threshold = reading.threshold;
        row
    }

    /// Forgets what is older than the hour, and rows that are empty then.
    fn age(&mut self, at: Timestamp) {
        let first = first_minute(at);
        for row in &mut self.rows {
            row.cells.retain(|minute, _| *minute >= first);
        }
        self.rows.retain(|row| !row.cells.is_empty());
        self.rows.sort_by_key(|row| row.position);
        self.rows.truncate(MAX_ROWS);
    }

    /// The rows as they are shown at `now`: an hour each, a minute without data being unknown.
    pub fn shown(&self, now: Timestamp, label: impl Fn(&Row) -> String) -> Vec<GridRow> {
        let row = |row: &Row| GridRow {
            check: row.check.clone(),
            subject: row.subject.clone(),
            label: label(row),
            unit: row.unit.clone(),
            threshold: row.threshold,
            cells: minutes(now).map(|minute| row.cells.get(&minute).cloned().unwrap_or(gap(minute))).collect(),
        };
        self.rows.iter().filter(|r| r.cells.keys().any(|m| *m >= first_minute(now))).map(row).collect()
    }

    /// The job's own strip: of each minute the worst verdict over the rows about the job as a whole. Rows about vertices do
    /// not count here: a backpressured vertex is a matter of the check that finds out why.
    pub fn strip(&self, now: Timestamp) -> Vec<Cell> {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| row.subject.kind == SubjectKind::Job).collect();
        let worst = |minute: Timestamp| {
            let cells = rows.iter().filter_map(|row| row.cells.get(&minute));
            cells.max_by_key(|cell| cell.verdict).map_or(gap(minute), |cell| Cell { value: None, ..cell.clone() })
        };
        minutes(now).map(worst).collect()
    }
}

/// The later reading wins over one that is no worse: the cell says how the minute ended at its worst.
fn fold_cell(before: Option<&Cell>, at: Timestamp, reading: &Reading) -> Cell {
    match before {
        Some(cell) if cell.verdict > reading.verdict => cell.clone(),
        _ => Cell { minute: at.minute(), verdict: reading.verdict, value: reading.value },
    }
}

fn gap(minute: Timestamp) -> Cell {
    Cell { minute, verdict: CellVerdict::Unknown, value: None }
}

/// The first minute of the hour that ends with the minute of `now`.
pub fn first_minute(now: Timestamp) -> Timestamp {
    let minutes = i64::try_from(CELLS).unwrap_or(i64::MAX) - 1;
    now.minute().plus_ms(-minutes * MINUTE_MS)
}

fn minutes(now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let first = first_minute(now);
    (0..CELLS).map(move |i| first.plus_ms(i64::try_from(i).unwrap_or(0) * MINUTE_MS))
}
