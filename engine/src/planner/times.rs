//! Which columns of a relation are time attributes.
//!
//! What joins keep depends on which joins they are, and that is only known once filters are where they belong. So this is
//! asked twice: when a query is bound, and once more for the whole tree when it was optimised ([`derive`]).

use super::{
    joins::{self, Flavour},
    rel::{Rel, RelKind},
    shape, windows,
};
use crate::{
    expr::Expr,
    operators::spec::{JoinKind, WindowProperty},
    types::TimeAttribute,
};

impl Rel {
    /// The same with its time attributes as they follow from its inputs'.
    pub fn timed(mut self) -> Self {
        let times = of(&self.kind);
        self.schema.fields.iter_mut().zip(times).for_each(|(field, time)| field.time = time);
        self
    }
}

/// Derives the time attributes of a whole tree anew.
pub fn derive(rel: Rel) -> Rel {
    let derived: Result<Rel, std::convert::Infallible> = rel.map_inputs(&mut |input| Ok(derive(input)));
    match derived {
        Ok(rel) => rel.timed(),
        Err(never) => match never {},
    }
}

/// The time attributes as `DESCRIBE` shows them of a view: in Flink the largest of a time attribute still counts as one
/// there, though nothing can be made of it.
pub fn declared(rel: &Rel) -> Vec<Option<TimeAttribute>> {
    use crate::operators::spec::AggregateFunction as F;
    match &rel.kind {
        RelKind::Calc { input, projection, .. } => {
            let below = declared(input);
            projection
                .iter()
                .map(|expr| expr.as_column().map_or(of_expr(expr, input), |column| below[column]))
                .collect()
        }
        RelKind::Aggregate(aggregate) => {
            let below = declared(&aggregate.input);
            let mut times = all(rel);
            for (place, call) in aggregate.calls.iter().enumerate() {
                let same = matches!(call.function, F::Min | F::Max | F::FirstValue | F::LastValue);
                let column = call.arguments.first().and_then(Expr::as_column).filter(|_| same);
                times[aggregate.keys.len() + place] = column.and_then(|column| below[column]);
            }
            times
        }
        _ => all(rel),
    }
}

fn all(rel: &Rel) -> Vec<Option<TimeAttribute>> {
    rel.schema.fields.iter().map(|field| field.time).collect()
}

fn of(kind: &RelKind) -> Vec<Option<TimeAttribute>> {
    match kind {
        RelKind::Scan(scan) => vec![None; scan.columns.len()],
        RelKind::Values(rows) => vec![None; rows.first().map_or(0, Vec::len)],
        RelKind::Calc { input, projection, .. } => projection.iter().map(|expr| of_expr(expr, input)).collect(),
        RelKind::Watermark { input, rowtime, .. } => {
            let mut times = all(input);
            times[*rowtime] = Some(TimeAttribute::Rowtime);
            times
        }
        RelKind::Aggregate(aggregate) => {
            let windows = windows::of(&aggregate.input)
                .filter(|windows| aggregate.window.is_none() && windows.covers(&aggregate.keys));
            let kept = |key: &usize| {
                let is_time = windows.as_ref().is_some_and(|windows| windows.times.contains(key));
                aggregate.input.schema.fields[*key].time.filter(|_| is_time)
            };
            let mut times: Vec<_> = aggregate.keys.iter().map(kept).collect();
            times.extend(aggregate.calls.iter().map(|_| None));
            let properties = aggregate.window.iter().flat_map(|window| &window.properties);
            times.extend(properties.map(|property| match property {
                WindowProperty::Start | WindowProperty::End => None,
                WindowProperty::Rowtime => Some(TimeAttribute::Rowtime),
                WindowProperty::Proctime => Some(TimeAttribute::Proctime),
            }));
            times
        }
        RelKind::WindowTvf { input, time, .. } => {
            let mut times = all(input);
            let attribute = times[*time].take();
            times.extend([None, None, attribute]);
            times
        }
        RelKind::Over(over) => all(&over.input).into_iter().chain(over.calls.iter().map(|_| None)).collect(),
        RelKind::Rank(rank) => all(&rank.input).into_iter().chain(rank.number.then_some(None)).collect(),
        RelKind::Unnest(unnest) => {
            let added = unnest.elements.len() + usize::from(unnest.ordinality);
            all(&unnest.input).into_iter().chain(vec![None; added]).collect()
        }
        RelKind::Join(join) => {
            let mut times = all(&join.left);
            if !matches!(join.kind, JoinKind::Semi | JoinKind::Anti) {
                times.extend(all(&join.right));
            }
            if joins::flavour(join) == Flavour::Regular {
                times.fill(None);
            }
            times
        }
        RelKind::Temporal(temporal) => {
            all(&temporal.left).into_iter().chain(temporal.right.schema.fields.iter().map(|_| None)).collect()
        }
        RelKind::Union(inputs) => {
            let mut times = inputs.first().map(all).unwrap_or_default();
            for input in inputs.iter().skip(1) {
                times.iter_mut().zip(all(input)).for_each(|(time, other)| *time = time.filter(|t| other == Some(*t)));
            }
            times
        }
        RelKind::Expand { input, projections } => {
            let mut rows =
                projections.iter().map(|row| row.iter().map(|expr| of_expr(expr, input)).collect::<Vec<_>>());
            let mut times = rows.next().unwrap_or_default();
            for row in rows {
                times.iter_mut().zip(row).for_each(|(time, other)| *time = time.filter(|t| other == Some(*t)));
            }
            times
        }
        RelKind::Sort { input, .. } => all(input),
    }
}

/// A column that is handed on stays what it is; `PROCTIME()` by itself is a time attribute.
fn of_expr(expr: &Expr, input: &Rel) -> Option<TimeAttribute> {
    match expr.as_column() {
        Some(column) => input.schema.fields[column].time,
        None => shape::is_proctime(expr).then_some(TimeAttribute::Proctime),
    }
}
