//! `ORDER BY`, `LIMIT`, `OFFSET`

use super::{Binder, Env, names::Names, scope::RowScope};
use crate::{
    planner::rel::Rel,
    syntax::{
        SqlError,
        ast::{self, ExprKind, Literal, OrderItem, Query, QueryBody},
    },
    types::sort_key::SortColumn,
};

impl Binder<'_> {
    /// A query with its order and bounds.
    pub(super) fn ordered(&self, query: &Query, env: Env<'_>) -> Result<Rel, SqlError> {
        let limit = query.limit.as_ref().map(|expr| count(expr, "LIMIT")).transpose()?;
        let offset = query.offset.as_ref().map(|expr| count(expr, "OFFSET")).transpose()?.unwrap_or(0);
        if query.order_by.is_empty() && limit.is_none() && offset == 0 {
            return self.body(&query.body, env);
        }
        let at = query.order_by.first().map(|item| item.expr.at).or(query.limit.as_ref().map(|limit| limit.at));
        let at = at.or(query.offset.as_ref().map(|offset| offset.at)).unwrap_or(query.at);
        let (rel, order, width) = match &query.body {
            QueryBody::Select(select) => {
                let selected = self.select(select, &query.order_by, env)?;
                (selected.rel, selected.order, selected.width)
            }
            body => {
                let rel = self.body(body, env)?;
                let order = self.order_of_columns(&rel, &query.order_by, env)?;
                let width = rel.schema.len();
                (rel, order, width)
            }
        };
        check_sortable(&rel, &order, &query.order_by)?;
        let hidden = rel.schema.len() > width;
        let sorted = rel.sort(order, offset, limit, at);
        Ok(if hidden { sorted.select(&(0..width).collect::<Vec<_>>()) } else { sorted })
    }

    /// `ORDER BY` over the columns of a result.
    fn order_of_columns(&self, rel: &Rel, items: &[OrderItem], env: Env<'_>) -> Result<Vec<SortColumn>, SqlError> {
        let names = Names::of(&rel.schema, None);
        let scope =
            RowScope { binder: self, env, names: &names, schema: &rel.schema, clause: "ORDER BY", subqueries: None };
        let column = |item: &OrderItem| {
            let place = match ordinal(&item.expr, rel.schema.len())? {
                Some(place) => place,
                None => scope.bind(&item.expr)?.as_column().ok_or_else(|| {
                    let instead = "Order a set operation or VALUES by its columns.";
                    SqlError::unsupported(item.expr.at, "An expression in this ORDER BY", instead)
                })?,
            };
            Ok(sort_column(place, item))
        };
        items.iter().map(column).collect()
    }
}

/// `ORDER BY 2`: the place of a column, from 0.
pub fn ordinal(expr: &ast::Expr, columns: usize) -> Result<Option<usize>, SqlError> {
    let ExprKind::Literal(Literal::Exact(digits)) = &expr.kind else { return Ok(None) };
    match digits.parse::<usize>() {
        Ok(place) if (1..=columns).contains(&place) => Ok(Some(place - 1)),
        _ => Err(SqlError::invalid(expr.at, format!("Ordinal out of range: ORDER BY 1 to {columns}"))),
    }
}

/// The order of an item. NULL is the smallest value where the item does not say.
pub fn sort_column(column: usize, item: &OrderItem) -> SortColumn {
    SortColumn { column, descending: item.descending, nulls_first: item.nulls_first.unwrap_or(!item.descending) }
}

fn check_sortable(rel: &Rel, order: &[SortColumn], items: &[OrderItem]) -> Result<(), SqlError> {
    for (column, item) in order.iter().zip(items) {
        let kind = &rel.schema.fields[column.column].data_type.kind;
        if matches!(kind, crate::types::TypeKind::Map(..) | crate::types::TypeKind::Multiset(_)) {
            return Err(SqlError::invalid(item.expr.at, format!("{kind} has no order")));
        }
    }
    Ok(())
}

fn count(expr: &ast::Expr, clause: &str) -> Result<u64, SqlError> {
    match &expr.kind {
        ExprKind::Literal(Literal::Exact(digits)) if digits.starts_with('-') => {
            Err(SqlError::invalid(expr.at, format!("{clause} must not be negative")))
        }
        ExprKind::Literal(Literal::Exact(digits)) => digits
            .parse()
            .map_err(|_| SqlError::invalid(expr.at, format!("{clause} takes a whole number, not {digits}"))),
        _ => Err(SqlError::unsupported(expr.at, format!("{clause} of an expression"), "Write a number.")),
    }
}
