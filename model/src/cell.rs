//! Cells: one minute of one check or signal, with its own verdict.

use serde::{Deserialize, Serialize};

use crate::{Subject, Timestamp};

/// How many one-minute cells are kept and shown: the last hour.
pub const CELLS: usize = 60;

/// The verdict of one minute; the order is the order in which the worse one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellVerdict {
    /// No data, or too little to judge. Never the same as `Ok`.
    #[default]
    Unknown,
    /// Within bounds.
    Ok,
    /// Past the first threshold.
    Warn,
    /// Past the second threshold.
    Bad,
}

/// What the doctor reads off one check (or one vertex, or one process) at one instant; the watcher folds readings into cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The check: the grid's first rows are one a check (with the job as subject), then one a vertex or process.
    pub check: String,
    /// Whose reading it is.
    pub subject: Subject,
    /// The value read, in `unit`; `None` where there was none.
    pub value: Option<f64>,
    /// The unit of `value`.
    pub unit: String,
    /// The threshold that was in force.
    pub threshold: Option<f64>,
    /// The verdict on this value.
    pub verdict: CellVerdict,
}

/// One minute of one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The start of the minute.
    pub minute: Timestamp,
    /// The worst verdict in that minute.
    pub verdict: CellVerdict,
    /// The value that came with the worst verdict.
    pub value: Option<f64>,
}

/// One row of the hour grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GridRow {
    /// The check that judges the row.
    pub check: String,
    /// What the row is about.
    pub subject: Subject,
    /// The row's name, as it is shown.
    pub label: String,
    /// The unit of the cells' values.
    pub unit: String,
    /// The threshold in force.
    pub threshold: Option<f64>,
    /// The last [`CELLS`] minutes, oldest first, without gaps: a minute without data is `Unknown`.
    pub cells: Vec<Cell>,
}
