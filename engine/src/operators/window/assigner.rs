//! Which windows a row is in.

use arrow_array::Array;

use super::{slices::Slices, time::WindowTime};
use crate::{
    expr::EvalContext,
    operators::{cells::timestamps, eval::now_ms, spec::WindowSource},
    runtime::{Failure, Stop},
    types::Batch,
};

/// Assigns rows to slices of windows.
pub struct Assigner {
    source: Source,
    /// The clock of the windows.
    pub time: WindowTime,
}

enum Source {
    /// Windows of a time column; `None` of the clock.
    Slices(Slices, Option<usize>),
    /// Windows that the rows bring along: the columns of start and end.
    Columns(usize, usize),
}

/// The slice of each row of a batch.
pub struct Assigned {
    /// The end of its slice.
    pub ends: Vec<i64>,
    /// The start of its window, where rows bring windows along.
    pub starts: Option<Vec<i64>>,
}

impl Assigner {
    /// The assigner of a source that has slices: not one of sessions.
    pub fn new(source: &WindowSource) -> Result<Self, Stop> {
        let (source, zone) = match source {
            WindowSource::Assign { kind, rowtime, zone } => {
                let slices = Slices::new(*kind).ok_or_else(|| {
                    let message = "Session windows have no slices; they are those of an aggregate only.";
                    Failure::new("org.apache.flink.table.api.TableException", message)
                })?;
                (Source::Slices(slices, *rowtime), zone)
            }
            WindowSource::Columns { start, end, zone } => (Source::Columns(*start, *end), zone),
        };
        Ok(Self { source, time: WindowTime::new(zone.clone()) })
    }

    /// Whether windows are of event time.
    pub fn event_time(&self) -> bool {
        !matches!(self.source, Source::Slices(_, None))
    }

    /// Whether rows bring their windows along.
    pub fn attached(&self) -> bool {
        matches!(self.source, Source::Columns(..))
    }

    /// Whether several windows share a slice.
    pub fn shared(&self) -> bool {
        matches!(&self.source, Source::Slices(slices, _) if slices.shared())
    }

    /// The slices of the rows.
    pub fn assign(&mut self, batch: &Batch, context: &EvalContext) -> Result<Assigned, Stop> {
        match &self.source {
            Source::Columns(start, end) => {
                let column =
                    |column: &usize| Ok(times(batch, *column)?.iter().map(|time| time.div_euclid(1000)).collect());
                let starts: Result<_, Stop> = column(start);
                Ok(Assigned { ends: column(end)?, starts: Some(starts?) })
            }
            Source::Slices(slices, None) => {
                let end = slices.slice_end(self.time.local(now_ms(context)));
                Ok(Assigned { ends: vec![end; batch.rows], starts: None })
            }
            Source::Slices(slices, Some(rowtime)) => {
                let mut ends = Vec::with_capacity(batch.rows);
                // Rows next to each other are mostly of one slice.
                let mut last = 0..0;
                for time in times(batch, *rowtime)? {
                    let time = self.time.local(time.div_euclid(1000));
                    if !last.contains(&time) {
                        let end = slices.slice_end(time);
                        last = time..end;
                    }
                    ends.push(last.end);
                }
                Ok(Assigned { ends, starts: None })
            }
        }
    }

    /// The end of the first window that a slice is part of and that ends after `after`.
    pub fn next_window(&self, slice_end: i64, after: i64) -> Option<i64> {
        match &self.source {
            Source::Slices(slices, _) => slices.next_window(slice_end, after),
            Source::Columns(..) => Some(slice_end).filter(|end| *end > after),
        }
    }

    /// The end of the last window that a slice is part of; before the slice's end where it is part of none.
    pub fn last_window(&self, slice_end: i64) -> i64 {
        match &self.source {
            Source::Slices(slices, _) => slices.last_window(slice_end),
            Source::Columns(..) => slice_end,
        }
    }

    /// The start of a window of a time column.
    pub fn start(&self, window_end: i64) -> i64 {
        match &self.source {
            Source::Slices(slices, _) => slices.start(window_end),
            Source::Columns(..) => window_end,
        }
    }

    /// Whether a window is over when time has come to `progress`.
    pub fn fired(&self, window_end: i64, progress: i64) -> bool {
        self.time.trigger(window_end.saturating_sub(1)) <= progress
    }
}

/// The values of a time column, microseconds. NULL fails the job, as in Flink.
pub fn times(batch: &Batch, column: usize) -> Result<&[i64], Stop> {
    let column = &batch.columns[column];
    if column.null_count() > 0 {
        let message = "RowTime field should not be null, please convert it to a non-null long value.";
        return Err(Failure::new("java.lang.RuntimeException", message).into());
    }
    timestamps(column).ok_or_else(|| {
        let message = format!("A time column is of type {}, not a timestamp.", column.data_type());
        Failure::new("java.lang.ClassCastException", message).into()
    })
}
