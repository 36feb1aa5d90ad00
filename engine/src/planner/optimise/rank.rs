//! `ROW_NUMBER() OVER (…) <= n`: the rows of the first ranks, without numbering all others.

use super::push::above_of;
use crate::{
    expr::Expr,
    operators::spec::AggregateFunction,
    planner::{
        rel::{Over, Rank, Rel},
        shape::{self, Comparison},
    },
    types::{TypeKind, Value},
};

/// The rows of an OVER for which the conditions are true; with a bound on its row number, the first ranks.
pub fn recognise(over: Over, conditions: Vec<Expr>) -> Rel {
    let rank_column = over.input.schema.len();
    let single = over.calls.len() == 1 && over.calls[0].function == AggregateFunction::RowNumber;
    let (mut from, mut to, mut rest) = (1_i64, None::<i64>, Vec::new());
    for condition in &conditions {
        match bound(condition, rank_column).filter(|_| single) {
            Some((low, high)) => {
                from = from.max(low.unwrap_or(1));
                to = high.map(|high| to.map_or(high, |to| to.min(high))).or(to);
            }
            None => rest.push(condition.clone()),
        }
    }
    let Some(to) = to.filter(|_| !over.order.is_empty()) else { return above_of(Rel::over(over), conditions) };
    let name = over.calls[0].name.clone();
    if to < from {
        let schema = Rel::over(over).schema;
        return Rel { kind: crate::planner::rel::RelKind::Values(Vec::new()), schema };
    }
    // Of one rank only the number is known.
    let constant = from == to;
    let Over { input, partition, order, .. } = over;
    let rank = Rank { input, partition, order, from: from as u64, to: to as u64, number: !constant };
    let rel = Rel::rank(rank, &name);
    if !constant {
        return above_of(rel, rest);
    }
    let mut columns = rel.columns();
    columns.push(Expr::literal(Value::Integer(to), TypeKind::BigInt));
    let mut names = rel.names();
    names.push(name);
    let rest = rest.into_iter().map(|condition| condition.substitute(&|column| columns[column].clone())).collect();
    super::calc::calc(rel, rest, columns.clone(), names)
}

/// The least and the largest rank for which a condition is true.
fn bound(condition: &Expr, rank: usize) -> Option<(Option<i64>, Option<i64>)> {
    let (op, left, right) = shape::comparison(condition)?;
    let (op, number) = match (column(left) == Some(rank), column(right) == Some(rank)) {
        (true, false) => (op, integer(right)?),
        (false, true) => (op.mirrored(), integer(left)?),
        _ => return None,
    };
    match op {
        Comparison::Eq => Some((Some(number), Some(number))),
        Comparison::Le => Some((None, Some(number))),
        Comparison::Lt => Some((None, Some(number - 1))),
        Comparison::Ge => Some((Some(number), None)),
        Comparison::Gt => Some((Some(number.checked_add(1)?), None)),
        Comparison::Ne | Comparison::Same => None,
    }
}

/// The column that an expression is, casts between integers aside.
fn column(expr: &Expr) -> Option<usize> {
    match &expr.kind {
        crate::expr::ExprKind::Cast { input, .. }
            if input.data_type.kind.is_integer() && expr.data_type.kind.is_integer() =>
        {
            column(input)
        }
        _ => expr.as_column(),
    }
}

fn integer(expr: &Expr) -> Option<i64> {
    match expr.as_literal()? {
        Value::Integer(number) if expr.data_type.kind.is_integer() => Some(*number),
        _ => None,
    }
}
