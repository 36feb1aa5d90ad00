//! Which columns of a relation say of which window its rows are.

use super::rel::{Rel, RelKind};
use crate::{
    operators::spec::{JoinKind, WindowKind},
    types::{TimeAttribute, TypeKind},
};

/// The window columns of a relation. A column may be there more than once, or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    /// The columns that are the window's start.
    pub starts: Vec<usize>,
    /// Those that are its end.
    pub ends: Vec<usize>,
    /// Those that are its last moment.
    pub times: Vec<usize>,
    /// How rows are assigned: windows of the same kind over the same time can be joined.
    pub window: WindowKind,
    /// Whether by event or processing time.
    pub time: TimeAttribute,
    /// Whether the time attribute is a TIMESTAMP_LTZ: windows are then those of the session's zone.
    pub ltz: bool,
}

impl Windows {
    /// Whether these columns hold both the start and the end: a grouping by them is by window.
    pub fn covers(&self, columns: &[usize]) -> bool {
        self.starts.iter().any(|column| columns.contains(column))
            && self.ends.iter().any(|column| columns.contains(column))
    }

    /// Whether a column is one of the window's.
    pub fn contains(&self, column: usize) -> bool {
        self.starts.contains(&column) || self.ends.contains(&column) || self.times.contains(&column)
    }

    /// The same where column `c` is now at each place for which `f` answers `c`; `None` where start or end is gone.
    fn mapped(&self, width: usize, f: &dyn Fn(usize) -> Option<usize>) -> Option<Self> {
        let map = |columns: &[usize]| -> Vec<usize> {
            (0..width).filter(|place| f(*place).is_some_and(|column| columns.contains(&column))).collect()
        };
        let mapped = Self { starts: map(&self.starts), ends: map(&self.ends), times: map(&self.times), ..self.clone() };
        (!mapped.starts.is_empty() || !mapped.ends.is_empty() || !mapped.times.is_empty()).then_some(mapped)
    }
}

/// The window columns of a relation, where it has some.
pub fn of(rel: &Rel) -> Option<Windows> {
    let width = rel.schema.len();
    match &rel.kind {
        RelKind::Scan(_) | RelKind::Values(_) => None,
        RelKind::Temporal(temporal) => of(&temporal.left),
        RelKind::Calc { input, projection, .. } => of(input)?.mapped(width, &|place| projection[place].as_column()),
        RelKind::Watermark { input, .. } | RelKind::Sort { input, .. } => of(input),
        RelKind::WindowTvf { input, window, time, .. } => {
            let first = input.schema.len();
            let field = &input.schema.fields[*time];
            Some(Windows {
                starts: vec![first],
                ends: vec![first + 1],
                times: vec![first + 2],
                window: *window,
                time: field.time?,
                ltz: matches!(field.data_type.kind, TypeKind::TimestampLtz(_)),
            })
        }
        RelKind::Aggregate(aggregate) => {
            if aggregate.window.is_some() {
                return None;
            }
            let windows = of(&aggregate.input).filter(|windows| windows.covers(&aggregate.keys))?;
            windows.mapped(width, &|place| aggregate.keys.get(place).copied())
        }
        RelKind::Over(over) => of(&over.input),
        RelKind::Rank(rank) => of(&rank.input).filter(|windows| windows.covers(&rank.partition)),
        RelKind::Unnest(unnest) => of(&unnest.input),
        RelKind::Join(join) => match join.kind {
            JoinKind::Semi | JoinKind::Anti => of(&join.left),
            _ => super::joins::window_join(join).map(|found| found.windows),
        },
        RelKind::Union(inputs) => {
            let first = of(inputs.first()?)?;
            inputs.iter().skip(1).all(|input| of(input).as_ref() == Some(&first)).then_some(first)
        }
        RelKind::Expand { input, projections } => of(input)?.mapped(width, &|place| {
            let column = projections.first()?[place].as_column()?;
            projections.iter().all(|row| row[place].as_column() == Some(column)).then_some(column)
        }),
    }
}
