//! Filters, as near to where rows come from as they can be.

use super::{calc::calc, rank};
use crate::{
    expr::Expr,
    operators::spec::{JoinKind, WindowKind},
    planner::{
        joins::{self, Side},
        rel::{Aggregate, Join, Rel, RelKind, Temporal, Unnest},
        shape, windows,
    },
};

/// The rows of a relation for which these are true.
pub fn push(rel: Rel, conditions: Vec<Expr>) -> Rel {
    if conditions.iter().any(shape::is_never) {
        return Rel { kind: RelKind::Values(Vec::new()), schema: rel.schema };
    }
    let Rel { kind, schema } = rel;
    match kind {
        RelKind::Calc { input, filter, projection } => {
            let mut down: Vec<Expr> = filter.into_iter().flat_map(Expr::conjuncts).collect();
            let (through, above): (Vec<Expr>, Vec<Expr>) =
                conditions.into_iter().partition(|condition| passes(condition, &projection, &input));
            down.extend(through.into_iter().map(|condition| condition.substitute(&|place| projection[place].clone())));
            let names: Vec<String> = schema.fields.iter().map(|field| field.name.clone()).collect();
            let below = calc(push(*input, down), Vec::new(), projection, names.clone());
            let columns = below.columns();
            calc(below, above, columns, names)
        }
        RelKind::Aggregate(aggregate) => push_aggregate(aggregate, conditions),
        RelKind::WindowTvf { input, window, time, partition, at } => {
            let width = input.schema.len();
            let session = matches!(window, WindowKind::Session { .. });
            let (down, above): (Vec<Expr>, Vec<Expr>) = conditions.into_iter().partition(|condition| {
                let below = |column: &usize| if session { partition.contains(column) } else { *column < width };
                condition.deterministic() && condition.columns().iter().all(below)
            });
            above_of(push(*input, down).window_tvf(window, time, partition, at), above)
        }
        RelKind::Over(over) => {
            let (down, above): (Vec<Expr>, Vec<Expr>) = conditions.into_iter().partition(|condition| {
                condition.deterministic() && condition.columns().iter().all(|column| over.partition.contains(column))
            });
            let input = Box::new(push(*over.input, down));
            rank::recognise(crate::planner::rel::Over { input, ..over }, above)
        }
        RelKind::Rank(rank) => {
            let (down, above): (Vec<Expr>, Vec<Expr>) = conditions.into_iter().partition(|condition| {
                condition.deterministic() && condition.columns().iter().all(|column| rank.partition.contains(column))
            });
            let input = Box::new(push(*rank.input, down));
            let kind = RelKind::Rank(crate::planner::rel::Rank { input, ..rank });
            above_of(Rel { kind, schema }, above)
        }
        RelKind::Join(join) => push_join(join, conditions),
        RelKind::Temporal(temporal) => push_temporal(temporal, conditions),
        RelKind::Union(inputs) => {
            let inputs = inputs.into_iter().map(|input| push(input, conditions.clone())).collect();
            Rel { kind: RelKind::Union(inputs), schema }
        }
        RelKind::Unnest(unnest) => push_unnest(unnest, schema.len(), conditions, schema),
        RelKind::Sort { input, order, offset, limit: None, at } if offset == 0 => {
            let input = Box::new(push(*input, conditions));
            Rel { kind: RelKind::Sort { input, order, offset, limit: None, at }, schema }
        }
        kind @ (RelKind::Scan(_)
        | RelKind::Values(_)
        | RelKind::Watermark { .. }
        | RelKind::Expand { .. }
        | RelKind::Sort { .. }) => {
            let rel: Result<Rel, std::convert::Infallible> =
                Rel { kind, schema }.map_inputs(&mut |input| Ok(push(input, Vec::new())));
            match rel {
                Ok(rel) => above_of(rel, conditions),
                Err(never) => match never {},
            }
        }
    }
}

/// A filter that stays where it is.
pub fn above_of(rel: Rel, conditions: Vec<Expr>) -> Rel {
    let (columns, names) = (rel.columns(), rel.names());
    calc(rel, conditions, columns, names)
}

/// Whether a condition over a projection is better computed below it: always where that brings it below a join or an
/// aggregate, else where what it reads costs little.
fn passes(condition: &Expr, projection: &[Expr], input: &Rel) -> bool {
    let source = matches!(
        input.kind,
        RelKind::Scan(_)
            | RelKind::Values(_)
            | RelKind::Watermark { .. }
            | RelKind::WindowTvf { .. }
            | RelKind::Unnest(_)
    );
    condition.deterministic()
        && condition.columns().iter().all(|place| {
            let expr = &projection[*place];
            expr.deterministic() && !shape::is_proctime(expr) && (!source || super::calc::is_cheap(expr))
        })
}

/// Conditions on keys hold for all rows of a group.
fn push_aggregate(aggregate: Aggregate, conditions: Vec<Expr>) -> Rel {
    let windows = windows::of(&aggregate.input);
    let (down, above): (Vec<Expr>, Vec<Expr>) = conditions.into_iter().partition(|condition| {
        let key = |column: &usize| {
            let key = aggregate.keys.get(*column);
            key.is_some_and(|key| !windows.as_ref().is_some_and(|windows| windows.contains(*key)))
        };
        !aggregate.keys.is_empty() && condition.deterministic() && condition.columns().iter().all(key)
    });
    let down = down.into_iter().map(|condition| condition.map_columns(&|column| aggregate.keys[column])).collect();
    let input = Box::new(push(*aggregate.input, down));
    above_of(Rel::aggregate(Aggregate { input, ..aggregate }), above)
}

fn push_join(mut join: Join, conditions: Vec<Expr>) -> Rel {
    let width = join.left.schema.len();
    join.kind = conditions.iter().fold(join.kind, |kind, condition| simplified(kind, condition, width));
    let kind = join.kind;
    let (mut left, mut right, mut own, mut above) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let to_right = |condition: Expr| condition.map_columns(&|column| column - width);
    for condition in std::mem::take(&mut join.condition) {
        match joins::side(&condition, width).filter(|_| condition.deterministic()) {
            Some(Side::Left) if matches!(kind, JoinKind::Inner | JoinKind::Semi | JoinKind::Right) => {
                left.push(condition)
            }
            Some(Side::Right) if matches!(kind, JoinKind::Inner | JoinKind::Left | JoinKind::Semi | JoinKind::Anti) => {
                right.push(to_right(condition));
            }
            _ => own.push(condition),
        }
    }
    for condition in conditions {
        match joins::side(&condition, width).filter(|_| condition.deterministic()) {
            Some(Side::Left) if !matches!(kind, JoinKind::Right | JoinKind::Full) => left.push(condition),
            Some(Side::Right) if matches!(kind, JoinKind::Inner | JoinKind::Right) => right.push(to_right(condition)),
            _ if kind == JoinKind::Inner => own.push(condition),
            _ => above.push(condition),
        }
    }
    join.condition = own.into_iter().filter(|condition| !shape::is_true(condition)).collect();
    *join.left = push(std::mem::replace(&mut *join.left, nothing()), left);
    *join.right = push(std::mem::replace(&mut *join.right, nothing()), right);
    above_of(Rel::join(join).timed(), above)
}

/// An outer join of which a condition above drops the rows that it adds is a lesser one.
fn simplified(kind: JoinKind, condition: &Expr, width: usize) -> JoinKind {
    let left = || shape::rejects_null(condition, &|column| column < width);
    let right = || shape::rejects_null(condition, &|column| column >= width);
    match kind {
        JoinKind::Left if right() => JoinKind::Inner,
        JoinKind::Right if left() => JoinKind::Inner,
        JoinKind::Full => match (left(), right()) {
            (true, true) => JoinKind::Inner,
            (true, false) => JoinKind::Left,
            (false, true) => JoinKind::Right,
            (false, false) => JoinKind::Full,
        },
        kind => kind,
    }
}

/// What a version is depends on all rows of the right side: only left rows can be dropped before.
fn push_temporal(mut temporal: Temporal, conditions: Vec<Expr>) -> Rel {
    let width = temporal.left.schema.len();
    let is_left = |condition: &Expr| condition.deterministic() && joins::side(condition, width) == Some(Side::Left);
    let (mut left, above): (Vec<Expr>, Vec<Expr>) = conditions.into_iter().partition(is_left);
    if temporal.kind == JoinKind::Inner {
        let (down, own): (Vec<Expr>, Vec<Expr>) = temporal.condition.into_iter().partition(is_left);
        left.extend(down);
        temporal.condition = own;
    }
    *temporal.left = push(std::mem::replace(&mut *temporal.left, nothing()), left);
    *temporal.right = push(std::mem::replace(&mut *temporal.right, nothing()), Vec::new());
    above_of(Rel::temporal(temporal), above)
}

fn push_unnest(mut unnest: Unnest, width: usize, conditions: Vec<Expr>, schema: crate::types::Schema) -> Rel {
    let own_width = unnest.input.schema.len();
    let (down, rest): (Vec<Expr>, Vec<Expr>) = conditions.into_iter().partition(|condition| {
        condition.deterministic() && condition.columns().iter().all(|column| *column < own_width)
    });
    *unnest.input = push(std::mem::replace(&mut *unnest.input, nothing()), down);
    debug_assert!(width >= own_width);
    above_of(Rel { kind: RelKind::Unnest(unnest), schema }, rest)
}

fn nothing() -> Rel {
    Rel { kind: RelKind::Values(Vec::new()), schema: crate::types::Schema::default() }
}
