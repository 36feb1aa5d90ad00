//! Takes what a subquery says about the row around it out of the subquery, as conditions of a join.

use super::{Binder, OUTER, select, synth};
use crate::{
    expr::Expr,
    operators::spec::{AggregateCall, JoinKind},
    planner::{
        rel::{Aggregate, Join, Rank, Rel, RelKind},
        shape::{self, Comparison},
    },
    syntax::{Position, SqlError, ast::BinaryOp},
};

/// A subquery that no longer knows the row around it.
pub struct Decorrelated {
    /// The relation: its own columns, then those that the conditions need.
    pub rel: Rel,
    /// Over its columns and, from [`OUTER`] on, those of the row around.
    pub conditions: Vec<Expr>,
}

fn is_outer(expr: &Expr) -> bool {
    expr.columns().last().is_some_and(|column| *column >= OUTER)
}

/// Whether a relation reads columns of the row around it.
pub fn is_correlated(rel: &Rel) -> bool {
    exprs(rel).into_iter().any(is_outer) || rel.inputs().into_iter().any(is_correlated)
}

fn exprs(rel: &Rel) -> Vec<&Expr> {
    match &rel.kind {
        RelKind::Calc { filter, projection, .. } => filter.iter().chain(projection).collect(),
        RelKind::Join(join) => join.condition.iter().collect(),
        RelKind::Temporal(temporal) => temporal.condition.iter().collect(),
        RelKind::Aggregate(aggregate) => {
            aggregate.calls.iter().flat_map(|call| call.arguments.iter().chain(&call.filter)).collect()
        }
        RelKind::Over(over) => over.calls.iter().flat_map(|call| call.arguments.iter().chain(&call.filter)).collect(),
        RelKind::Unnest(unnest) => std::iter::once(&unnest.collection).chain(&unnest.condition).collect(),
        RelKind::Expand { projections, .. } => projections.iter().flatten().collect(),
        RelKind::Values(rows) => rows.iter().flatten().collect(),
        RelKind::Watermark { watermark, .. } => vec![watermark],
        _ => Vec::new(),
    }
}

fn refused(at: Position, what: &str) -> SqlError {
    let instead = "It can use the row around it in equalities of its WHERE, below an aggregate too.";
    SqlError::unsupported(at, format!("A subquery with a column of the query around it in {what}"), instead)
}

/// Takes the conditions out.
pub fn decorrelate(rel: Rel, at: Position, binder: &Binder<'_>) -> Result<Decorrelated, SqlError> {
    taken_out(rel, None, at, binder)
}

/// The same of an aggregate, whose conditions need not be equalities: it is computed for each combination of the columns
/// of `around` that they read.
pub fn decorrelate_for(rel: Rel, around: &Rel, at: Position, binder: &Binder<'_>) -> Result<Decorrelated, SqlError> {
    taken_out(rel, Some(around), at, binder)
}

fn taken_out(rel: Rel, around: Option<&Rel>, at: Position, binder: &Binder<'_>) -> Result<Decorrelated, SqlError> {
    if !is_correlated(&rel) {
        return Ok(Decorrelated { rel, conditions: Vec::new() });
    }
    let schema = rel.schema.clone();
    match rel.kind {
        RelKind::Calc { input, filter, projection } => {
            let below = taken_out(*input, around, at, binder)?;
            if projection.iter().any(is_outer) {
                return Err(refused(at, "what it selects"));
            }
            let mut conditions = below.conditions;
            let (outer, inner): (Vec<Expr>, Vec<Expr>) =
                filter.into_iter().flat_map(Expr::conjuncts).partition(is_outer);
            conditions.extend(outer);
            let filtered = below.rel.filter(inner);
            let names = schema.fields.iter().map(|field| field.name.clone()).collect();
            Ok(project(filtered, names, projection, conditions))
        }
        RelKind::Aggregate(aggregate) => {
            let Aggregate { input, keys, calls, window: None, at: own } = aggregate else {
                return Err(refused(at, "a group window"));
            };
            let outer_call = calls.iter().any(|call| call.arguments.iter().chain(&call.filter).any(is_outer));
            if outer_call {
                return Err(refused(at, "an aggregate"));
            }
            let below = decorrelate(*input, at, binder)?;
            if let Some(around) = around.filter(|_| below.conditions.iter().any(|one| equality(one).is_none())) {
                let aggregate = Aggregate { input: Box::new(below.rel), keys, calls, window: None, at: own };
                return for_each(aggregate, below.conditions, around, at, binder);
            }
            let width = keys.len() + calls.len();
            let (input, more, conditions) = self::keys(below.rel, below.conditions, at, binder)?;
            let mut all = keys.clone();
            all.extend(&more);
            let rel = Rel::aggregate(Aggregate { input: Box::new(input), keys: all, calls, window: None, at: own });
            // The columns as they were, then the keys that were added.
            let added = keys.len()..keys.len() + more.len();
            let order: Vec<usize> = (0..keys.len()).chain(added.end..rel.schema.len()).chain(added.clone()).collect();
            let rel = rel.select(&order);
            let place = |column: usize| if column >= OUTER { column } else { width + column };
            Ok(Decorrelated { rel, conditions: conditions.into_iter().map(|c| c.map_columns(&place)).collect() })
        }
        RelKind::Join(join) => join_sides(join, at, binder),
        RelKind::Sort { input, order, offset, limit: Some(limit), .. } => {
            let below = decorrelate(*input, at, binder)?;
            let (input, partition, conditions) = self::keys(below.rel, below.conditions, at, binder)?;
            let conditions = conditions.into_iter().map(|condition| {
                condition.map_columns(&|column| if column >= OUTER { column } else { partition[column] })
            });
            let conditions = conditions.collect();
            let rank = Rank {
                input: Box::new(input),
                partition,
                order,
                from: offset + 1,
                to: offset.saturating_add(limit),
                number: false,
            };
            Ok(Decorrelated { rel: Rel::rank(rank, ""), conditions })
        }
        RelKind::Sort { input, .. } => decorrelate(*input, at, binder),
        RelKind::Union(_) => Err(refused(at, "a UNION")),
        RelKind::Over(_) | RelKind::Rank(_) => Err(refused(at, "a query with OVER")),
        RelKind::Unnest(_) => Err(refused(at, "UNNEST")),
        RelKind::Expand { .. } => Err(refused(at, "grouping sets")),
        _ => Err(refused(at, "this place")),
    }
}

/// An aggregate over what fits each combination of the columns that conditions read of the row around.
fn for_each(
    aggregate: Aggregate,
    conditions: Vec<Expr>,
    around: &Rel,
    at: Position,
    binder: &Binder<'_>,
) -> Result<Decorrelated, SqlError> {
    let mut read: Vec<usize> = conditions.iter().flat_map(Expr::columns).filter(|column| *column >= OUTER).collect();
    read.sort_unstable();
    read.dedup();
    let columns: Vec<usize> = read.iter().map(|column| column - OUTER).collect();
    if columns.iter().any(|column| *column >= around.schema.len()) {
        return Err(refused(at, "a condition that is no equality"));
    }
    let count = columns.len();
    let input = Box::new(around.clone().select(&columns));
    let distinct = Rel::aggregate(Aggregate { input, keys: (0..count).collect(), calls: Vec::new(), window: None, at });
    let place = |column: usize| read.iter().position(|known| *known == column).unwrap_or(column + count);
    let join = Join {
        kind: JoinKind::Inner,
        left: Box::new(distinct.clone()),
        right: aggregate.input,
        condition: conditions.into_iter().map(|condition| condition.map_columns(&place)).collect(),
        at,
        ttl_ms: [None, None],
    };
    let shift = |column: usize| column + count;
    let calls = aggregate.calls.into_iter().map(|call| AggregateCall {
        arguments: call.arguments.into_iter().map(|argument| argument.map_columns(&shift)).collect(),
        filter: call.filter.map(|filter| filter.map_columns(&shift)),
        ..call
    });
    let calls: Vec<AggregateCall> = calls.collect();
    let own: Vec<usize> = aggregate.keys.iter().map(|key| key + count).collect();
    let width = own.len() + calls.len();
    let keys = (0..count).chain(own).collect();
    let rel = Rel::aggregate(Aggregate { input: Box::new(Rel::join(join)), keys, calls, window: None, at });
    // The columns as they were, then those of the row around.
    let rel = rel.select(&(count..count + width).chain(0..count).collect::<Vec<_>>());
    let same = read.iter().enumerate().map(|(index, column)| {
        let outer = Expr::column(*column, distinct.schema.fields[index].data_type.clone());
        synth::same(rel.column(width + index), outer, at, &binder.settings)
    });
    let conditions = same.collect::<Result<_, _>>()?;
    Ok(Decorrelated { rel, conditions })
}

fn join_sides(join: Join, at: Position, binder: &Binder<'_>) -> Result<Decorrelated, SqlError> {
    let inner = join.kind == JoinKind::Inner;
    let semi = matches!(join.kind, JoinKind::Semi | JoinKind::Anti);
    if !inner && (is_correlated(&join.right) || join.condition.iter().any(is_outer)) {
        return Err(refused(at, "an outer join or a subquery of its own"));
    }
    if matches!(join.kind, JoinKind::Right | JoinKind::Full) && is_correlated(&join.left) {
        return Err(refused(at, "an outer join"));
    }
    let (width, right_width) = (join.left.schema.len(), join.right.schema.len());
    let (left, right) = (decorrelate(*join.left, at, binder)?, decorrelate(*join.right, at, binder)?);
    let new_width = left.rel.schema.len();
    let moved = |column: usize| match column {
        column if column >= OUTER || column < width => column,
        column => column - width + new_width,
    };
    let condition: Vec<Expr> = join.condition.into_iter().map(|condition| condition.map_columns(&moved)).collect();
    let (outer, condition): (Vec<Expr>, Vec<Expr>) = condition.into_iter().partition(is_outer);
    let mut conditions = left.conditions;
    let shift = |column: usize| if column >= OUTER { column } else { column + new_width };
    conditions.extend(right.conditions.into_iter().map(|condition| condition.map_columns(&shift)));
    conditions.extend(outer);
    let rel = Rel::join(Join { left: Box::new(left.rel), right: Box::new(right.rel), condition, ..join });
    let own = if semi { width } else { width + right_width };
    let columns: Vec<usize> =
        if semi { (0..width).collect() } else { (0..width).chain(new_width..new_width + right_width).collect() };
    let names = columns.iter().map(|column| rel.schema.fields[*column].name.clone()).collect();
    let projection = columns.iter().map(|column| rel.column(*column)).collect::<Vec<_>>();
    debug_assert_eq!(projection.len(), own);
    Ok(project(rel, names, projection, conditions))
}

/// A projection that keeps the columns which conditions over its input need.
fn project(rel: Rel, mut names: Vec<String>, mut projection: Vec<Expr>, conditions: Vec<Expr>) -> Decorrelated {
    for column in conditions.iter().flat_map(Expr::columns).filter(|column| *column < OUTER) {
        if !projection.iter().any(|expr| expr.as_column() == Some(column)) {
            names.push(rel.schema.fields[column].name.clone());
            projection.push(rel.column(column));
        }
    }
    let place = |column: usize| {
        let own = projection.iter().position(|expr| expr.as_column() == Some(column));
        own.filter(|_| column < OUTER).unwrap_or(column)
    };
    let conditions = conditions.into_iter().map(|condition| condition.map_columns(&place)).collect();
    Decorrelated { rel: rel.project(names, projection), conditions }
}

/// The columns that conditions make equal to the row around: they must be equalities. Answers the relation, perhaps with
/// columns added, those columns, and the conditions over them by their number.
pub fn keys(
    rel: Rel,
    conditions: Vec<Expr>,
    at: Position,
    binder: &Binder<'_>,
) -> Result<(Rel, Vec<usize>, Vec<Expr>), SqlError> {
    let width = rel.schema.len();
    let (mut keys, mut extra, mut equal) = (Vec::new(), Vec::new(), Vec::new());
    for condition in conditions {
        let (inner, outer) = equality(&condition).ok_or_else(|| refused(at, "a condition that is no equality"))?;
        let place = inner.as_column().unwrap_or_else(|| {
            extra.push(inner.clone());
            width + extra.len() - 1
        });
        let number = keys.iter().position(|key| *key == place).unwrap_or_else(|| {
            keys.push(place);
            keys.len() - 1
        });
        equal.push((Expr::column(number, inner.data_type.clone()), outer));
    }
    let equal = equal.into_iter().map(|(inner, outer)| synth::binary(BinaryOp::Eq, inner, outer, at, &binder.settings));
    Ok((select::extend(rel, extra), keys, equal.collect::<Result<_, _>>()?))
}

/// The sides of an equality of a subquery's own columns with those of the row around.
fn equality(condition: &Expr) -> Option<(Expr, Expr)> {
    let (Comparison::Eq, left, right) = shape::comparison(condition)? else { return None };
    let outer = |expr: &Expr| expr.columns().first().is_some_and(|column| *column >= OUTER);
    match (is_outer(left), is_outer(right)) {
        (false, true) if outer(right) => Some((left.clone(), right.clone())),
        (true, false) if outer(left) => Some((right.clone(), left.clone())),
        _ => None,
    }
}
