//! Subqueries: `EXISTS` and `IN` become joins that keep or drop rows, a query as a value becomes a join that adds a column.

use std::cell::RefCell;

use super::{
    Binder, Env, OUTER, Outer,
    decorrelate::{decorrelate, decorrelate_for},
    from::Bound,
    scope::RowScope,
    select, synth,
};
use crate::{
    expr::{Expr, Scope, bind},
    operators::spec::{AggregateCall, AggregateFunction, JoinKind},
    planner::{
        rel::{Aggregate, Join, Rel, RelKind},
        shape,
    },
    syntax::{
        Position, SqlError,
        ast::{self, BinaryOp, ExprKind, IsTest, Query, UnaryOp},
    },
    types::{TypeKind, Value},
};

/// Columns from here on stand for subqueries' values until they have a place.
pub const SUBQUERY: usize = 1 << 41;

/// A query within an expression, that is to be joined.
pub struct Pending {
    rel: Rel,
    kind: PendingKind,
    at: Position,
}

enum PendingKind {
    /// Its only column of its only row; NULL where it has none.
    Scalar,
    /// Whether it has a row of which the first columns are these.
    Exists(Vec<Expr>),
}

impl Binder<'_> {
    /// Keeps the rows for which a `WHERE` is true.
    pub(super) fn where_clause(&self, input: Bound, predicate: &ast::Expr, env: Env<'_>) -> Result<Bound, SqlError> {
        let Bound { rel, names } = input;
        let (width, schema) = (rel.schema.len(), rel.schema.clone());
        let pending = RefCell::default();
        let (mut conditions, mut joins) = (Vec::new(), Vec::new());
        let scope =
            RowScope { binder: self, env, names: &names, schema: &schema, clause: "WHERE", subqueries: Some(&pending) };
        for part in conjuncts(predicate) {
            match self.membership(part, false, &scope)? {
                Some(join) => joins.push(join),
                None => conditions.extend(select::condition(&scope, part, "WHERE")?.conjuncts()),
            }
        }
        conditions.retain(|condition| !shape::is_true(condition));
        let (mut rel, places) = self.attach_subqueries(rel, pending.into_inner())?;
        let place =
            |column: usize| column.checked_sub(SUBQUERY).and_then(|index| places.get(index).copied()).unwrap_or(column);
        rel = rel.filter(conditions.into_iter().map(|condition| condition.map_columns(&place)).collect());
        if rel.schema.len() > width {
            rel = rel.select(&(0..width).collect::<Vec<_>>());
        }
        for (kind, right, condition, at) in joins {
            let (left, right) = (Box::new(rel), Box::new(right));
            rel = Rel::join(Join { kind, left, right, condition, at, ttl_ms: [None, None] });
        }
        Ok(Bound { rel, names })
    }

    /// A condition that is `[NOT] EXISTS (…)` or `x [NOT] IN (…)`, as a join.
    #[allow(clippy::type_complexity)]
    fn membership(
        &self,
        node: &ast::Expr,
        negated: bool,
        scope: &RowScope<'_>,
    ) -> Result<Option<(JoinKind, Rel, Vec<Expr>, Position)>, SqlError> {
        let kind = |negated: bool| if negated { JoinKind::Anti } else { JoinKind::Semi };
        match &node.kind {
            ExprKind::Unary(UnaryOp::Not, operand) => self.membership(operand, !negated, scope),
            ExprKind::Exists(query) => {
                let rel = self.within(query, scope)?;
                if is_single_row(&rel) {
                    return Ok(None);
                }
                let found = decorrelate(rel, node.at, self)?;
                let condition = matched(found.conditions, scope.schema.len());
                Ok(Some((kind(negated), found.rel, condition, node.at)))
            }
            ExprKind::InQuery { operand, query, negated: not } => {
                let negated = negated != *not;
                let operands = self.operands(operand, scope)?;
                let rel = self.within(query, scope)?;
                check_width(&operands, &rel, node.at)?;
                let found = decorrelate(rel, node.at, self)?;
                let width = scope.schema.len();
                let mut condition = Vec::new();
                for (column, operand) in operands.into_iter().enumerate() {
                    let right = found.rel.column(column).map_columns(&|column| column + width);
                    let equal = synth::binary(BinaryOp::Eq, operand, right, node.at, &self.settings)?;
                    condition.push(if negated && equal.data_type.nullable {
                        // NOT IN is not true where a comparison is unknown.
                        synth::is(equal, IsTest::False, true, node.at, &self.settings)?
                    } else {
                        equal
                    });
                }
                condition.extend(matched(found.conditions, width));
                Ok(Some((kind(negated), found.rel, condition, node.at)))
            }
            ExprKind::Quantified { operand, op, all, with: ast::QuantifiedOver::Query(query) } => {
                self.quantified(operand, *op, *all, query, (negated, node.at), scope).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// `x op ANY (…)`: there is a row for which it is true. `x op ALL (…)`: there is none for which it is not.
    #[allow(clippy::type_complexity)]
    fn quantified(
        &self,
        operand: &ast::Expr,
        op: BinaryOp,
        all: bool,
        query: &Query,
        (negated, at): (bool, Position),
        scope: &RowScope<'_>,
    ) -> Result<(JoinKind, Rel, Vec<Expr>, Position), SqlError> {
        if negated {
            let instead = "Turn the comparison round: NOT (x > ANY …) is x <= ALL ….";
            return Err(SqlError::unsupported(at, "NOT before a comparison with ANY or ALL", instead));
        }
        let operands = self.operands(operand, scope)?;
        let rel = self.within(query, scope)?;
        check_width(&operands, &rel, at)?;
        let [operand] = &operands[..] else {
            let instead = "Compare one value.";
            return Err(SqlError::unsupported(at, "ANY or ALL of several columns", instead));
        };
        let found = decorrelate(rel, at, self)?;
        let width = scope.schema.len();
        let right = found.rel.column(0).map_columns(&|column| column + width);
        let compared = synth::binary(op, operand.clone(), right, at, &self.settings)?;
        let (kind, compared) = if all {
            (JoinKind::Anti, synth::is(compared, IsTest::True, true, at, &self.settings)?)
        } else {
            (JoinKind::Semi, compared)
        };
        let mut condition = vec![compared];
        condition.extend(matched(found.conditions, width));
        Ok((kind, found.rel, condition, at))
    }

    fn operands(&self, operand: &ast::Expr, scope: &RowScope<'_>) -> Result<Vec<Expr>, SqlError> {
        match &operand.kind {
            ExprKind::Row(parts) => parts.iter().map(|part| scope.bind(part)).collect(),
            _ => Ok(vec![scope.bind(operand)?]),
        }
    }

    /// The relation of a query within an expression over `scope`.
    fn within(&self, query: &Query, scope: &RowScope<'_>) -> Result<Rel, SqlError> {
        let outer = Outer { names: scope.names, schema: scope.schema, nested: scope.env.outer.is_some() };
        self.bind_query(query, Env { outer: Some(outer), ..scope.env })
    }

    /// The value of a query within an expression: a stand-in.
    pub(super) fn subquery_value(
        &self,
        node: &ast::Expr,
        scope: &RowScope<'_>,
        pending: &RefCell<Vec<Pending>>,
    ) -> Result<Expr, SqlError> {
        let operands = match &node.kind {
            ExprKind::InQuery { operand, .. } => self.operands(operand, scope)?,
            _ => Vec::new(),
        };
        self.stand_in(node, scope, operands, pending)
    }

    /// The same beside the aggregates of a grouped query: `operands` are over groups, and the query within does not see
    /// the row.
    pub(super) fn subquery_beside(
        &self,
        node: &ast::Expr,
        groups: &dyn Scope,
        row: &RowScope<'_>,
        pending: &RefCell<Vec<Pending>>,
    ) -> Result<Expr, SqlError> {
        let operands = match &node.kind {
            ExprKind::InQuery { operand, .. } => match &operand.kind {
                ExprKind::Row(parts) => parts.iter().map(|part| bind(part, groups)).collect::<Result<_, _>>()?,
                _ => vec![bind(operand, groups)?],
            },
            _ => Vec::new(),
        };
        let (names, schema) = (super::names::Names::default(), crate::types::Schema::default());
        let scope = RowScope { names: &names, schema: &schema, env: Env { outer: None, ..row.env }, ..*row };
        self.stand_in(node, &scope, operands, pending)
    }

    fn stand_in(
        &self,
        node: &ast::Expr,
        scope: &RowScope<'_>,
        operands: Vec<Expr>,
        pending: &RefCell<Vec<Pending>>,
    ) -> Result<Expr, SqlError> {
        let (query, negated) = match &node.kind {
            ExprKind::Query(query) | ExprKind::Exists(query) => (query, false),
            ExprKind::InQuery { query, negated, .. } => (query, *negated),
            _ => return Err(SqlError::invalid(node.at, "This is no subquery")),
        };
        let rel = self.within(query, scope)?;
        if matches!(node.kind, ExprKind::Exists(_)) && is_single_row(&rel) {
            return Ok(Expr::literal(Value::Boolean(true), TypeKind::Boolean));
        }
        let (kind, data_type) = match &node.kind {
            ExprKind::Query(_) => {
                if rel.schema.len() != 1 {
                    let message = format!("A query as a value has one column; this one has {}", rel.schema.len());
                    return Err(SqlError::invalid(node.at, message));
                }
                (PendingKind::Scalar, rel.schema.fields[0].data_type.clone().with_nullable(true))
            }
            _ => {
                check_width(&operands, &rel, node.at)?;
                if negated
                    && operands
                        .iter()
                        .zip(&rel.schema.fields)
                        .any(|(a, b)| a.data_type.nullable || b.data_type.nullable)
                {
                    let instead =
                        "Write it as a condition of its own, joined by AND, or over columns that are NOT NULL.";
                    return Err(SqlError::unsupported(node.at, "NOT IN (SELECT …) within another expression", instead));
                }
                (PendingKind::Exists(operands), TypeKind::Boolean.not_null())
            }
        };
        let mut pending = pending.borrow_mut();
        pending.push(Pending { rel, kind, at: node.at });
        let value = Expr::column(SUBQUERY + pending.len() - 1, data_type);
        drop(pending);
        if negated { synth::not(value, node.at, &self.settings) } else { Ok(value) }
    }

    /// Joins the queries to a relation; answers the columns where their values are. The relation's own columns stay where
    /// they are.
    pub(super) fn attach_subqueries(&self, mut rel: Rel, pending: Vec<Pending>) -> Result<(Rel, Vec<usize>), SqlError> {
        let mut places = Vec::with_capacity(pending.len());
        for Pending { rel: query, kind, at } in pending {
            let width = rel.schema.len();
            let columns = rel.columns();
            let (joined, value) = match kind {
                PendingKind::Scalar => self.scalar(rel, query, at)?,
                PendingKind::Exists(operands) => {
                    let operands = operands.into_iter().map(|operand| {
                        operand.map_columns(&|column| {
                            column.checked_sub(SUBQUERY).and_then(|index| places.get(index).copied()).unwrap_or(column)
                        })
                    });
                    self.marked(rel, query, operands.collect(), at)?
                }
            };
            let mut names: Vec<String> = joined.names()[..width].to_vec();
            names.push(format!("$s{width}"));
            let exprs = columns.into_iter().chain(std::iter::once(value)).collect();
            rel = joined.project(names, exprs);
            places.push(width);
        }
        Ok((rel, places))
    }

    /// `rel` with the value of a query at its side.
    fn scalar(&self, rel: Rel, query: Rel, at: Position) -> Result<(Rel, Expr), SqlError> {
        let width = rel.schema.len();
        let single = is_single_row(&query);
        let found = decorrelate_for(query, &rel, at, self)?;
        let correlated = !found.conditions.is_empty();
        if single && correlated {
            return self.scalar_of_group(rel, found, at);
        }
        let (right, value_place, conditions) = if single && !correlated {
            (found.rel, 0, Vec::new())
        } else {
            single_value(found.rel, found.conditions, at, self)?
        };
        let value = right.column(value_place).map_columns(&|column| column + width);
        let value = Expr { data_type: value.data_type.clone().with_nullable(true), ..value };
        let condition = matched(conditions, width);
        let join = Join {
            kind: JoinKind::Left,
            left: Box::new(rel),
            right: Box::new(right),
            condition,
            at,
            ttl_ms: [None, None],
        };
        Ok((Rel::join(join), value))
    }

    /// An aggregate over the rows that match: without such rows a count is 0, not NULL.
    fn scalar_of_group(
        &self,
        rel: Rel,
        found: super::decorrelate::Decorrelated,
        at: Position,
    ) -> Result<(Rel, Expr), SqlError> {
        let width = rel.schema.len();
        let (aggregate, value) = below_projection(found.rel);
        let counts = counts(&aggregate);
        let conditions = found.conditions.into_iter().map(|condition| {
            let inner = &value;
            condition.substitute(&|column| {
                if column >= OUTER { Expr::column(column, TypeKind::Null.nullable()) } else { inner[column].clone() }
            })
        });
        let conditions = restore_outer_types(conditions.collect(), &rel);
        let fields = aggregate.schema.fields.clone();
        let condition = matched(conditions, width);
        let join = Join {
            kind: JoinKind::Left,
            left: Box::new(rel),
            right: Box::new(aggregate),
            condition,
            at,
            ttl_ms: [None, None],
        };
        let joined = Rel::join(join);
        let mut columns = Vec::with_capacity(fields.len());
        for (place, field) in fields.iter().enumerate() {
            let column = Expr::column(width + place, field.data_type.clone().with_nullable(true));
            columns.push(if counts.contains(&place) {
                let zero = Expr::literal(Value::Integer(0), TypeKind::BigInt);
                synth::compose(vec![column, zero], at, &self.settings, |given| {
                    let test = ExprKind::Is { operand: Box::new(given(0)), test: IsTest::Null, negated: false };
                    ExprKind::Case {
                        operand: None,
                        branches: vec![(ast::Expr { at, kind: test }, given(1))],
                        otherwise: Some(Box::new(given(0))),
                    }
                })?
            } else {
                column
            });
        }
        let value = value[0].clone().substitute(&|column| columns[column].clone());
        let value = Expr { data_type: value.data_type.clone().with_nullable(true), ..value };
        Ok((joined, value))
    }

    /// `rel` with whether a query has a row that matches.
    fn marked(&self, rel: Rel, query: Rel, operands: Vec<Expr>, at: Position) -> Result<(Rel, Expr), SqlError> {
        let width = rel.schema.len();
        let found = decorrelate(query, at, self)?;
        let mut conditions = found.conditions;
        for (column, operand) in operands.into_iter().enumerate() {
            let operand = operand.map_columns(&|column| column + OUTER);
            conditions.push(synth::binary(BinaryOp::Eq, found.rel.column(column), operand, at, &self.settings)?);
        }
        let (right, _, conditions) = keyed(found.rel, conditions, Vec::new(), at, self)?;
        let mark = right.schema.len();
        let right = select::extend(right, vec![Expr::boolean(true)]);
        let condition = matched(conditions, width);
        let join = Join {
            kind: JoinKind::Left,
            left: Box::new(rel),
            right: Box::new(right),
            condition,
            at,
            ttl_ms: [None, None],
        };
        let mark = Expr::column(width + mark, TypeKind::Boolean.nullable());
        let value = synth::is(mark, IsTest::Null, true, at, &self.settings)?;
        Ok((Rel::join(join), value))
    }
}

/// The conditions of an expression, as it was written, of which all must be true.
fn conjuncts(node: &ast::Expr) -> Vec<&ast::Expr> {
    match &node.kind {
        ExprKind::And(parts) => parts.iter().flat_map(conjuncts).collect(),
        _ => vec![node],
    }
}

/// Conditions of a subquery as those of a join: first the columns of the row around it, then its own.
fn matched(conditions: Vec<Expr>, width: usize) -> Vec<Expr> {
    let place = |column: usize| if column >= OUTER { column - OUTER } else { column + width };
    conditions.into_iter().map(|condition| condition.map_columns(&place)).collect()
}

fn check_width(operands: &[Expr], rel: &Rel, at: Position) -> Result<(), SqlError> {
    if operands.is_empty() || operands.len() == rel.schema.len() {
        return Ok(());
    }
    let message = format!(
        "Values passed to IN operator must have compatible types: {} before IN, {} in the query",
        operands.len(),
        rel.schema.len()
    );
    Err(SqlError::invalid(at, message))
}

/// Whether a relation has one row, always: an aggregate over all rows.
fn is_single_row(rel: &Rel) -> bool {
    match &rel.kind {
        RelKind::Aggregate(aggregate) => aggregate.keys.is_empty() && aggregate.window.is_none(),
        RelKind::Calc { input, filter: None, .. } => is_single_row(input),
        RelKind::Values(rows) => rows.len() == 1,
        _ => false,
    }
}

/// The aggregate below projections, and what they compute of it.
fn below_projection(rel: Rel) -> (Rel, Vec<Expr>) {
    match rel.kind {
        RelKind::Calc { input, filter: None, projection } => {
            let (below, exprs) = below_projection(*input);
            let above = projection.into_iter().map(|expr| expr.substitute(&|column| exprs[column].clone())).collect();
            (below, above)
        }
        _ => {
            let columns = rel.columns();
            (rel, columns)
        }
    }
}

/// The columns of an aggregate that are 0, not NULL, where it has no rows.
fn counts(aggregate: &Rel) -> Vec<usize> {
    let RelKind::Aggregate(Aggregate { keys, calls, .. }) = &aggregate.kind else { return Vec::new() };
    let zero = |call: &AggregateCall| matches!(call.function, AggregateFunction::Count | AggregateFunction::Sum0);
    calls.iter().enumerate().filter(|(_, call)| zero(call)).map(|(place, _)| keys.len() + place).collect()
}

/// `substitute` knows no types of the row around: they are that row's.
fn restore_outer_types(conditions: Vec<Expr>, outer: &Rel) -> Vec<Expr> {
    let restore = |column: usize, expr: &Expr| match column.checked_sub(OUTER) {
        Some(place) => Expr::column(column, outer.schema.fields[place].data_type.clone()),
        None => expr.clone(),
    };
    fn each(expr: Expr, restore: &dyn Fn(usize, &Expr) -> Expr) -> Expr {
        match expr.as_column() {
            Some(column) => restore(column, &expr),
            None => expr.map_children(&mut |child| each(child, restore)),
        }
    }
    conditions.into_iter().map(|condition| each(condition, &restore)).collect()
}

/// At most one row for each row around: it is an error where there are more.
fn single_value(
    rel: Rel,
    conditions: Vec<Expr>,
    at: Position,
    binder: &Binder<'_>,
) -> Result<(Rel, usize, Vec<Expr>), SqlError> {
    let value = rel.column(0);
    let data_type = value.data_type.clone().with_nullable(true);
    let call = AggregateCall {
        function: AggregateFunction::SingleValue,
        arguments: vec![value],
        distinct: false,
        filter: None,
        data_type,
        name: rel.schema.fields[0].name.clone(),
    };
    keyed(rel, conditions, vec![call], at, binder)
}

/// Groups a subquery by what its conditions make equal to the row around; answers the group's rows, the place of the first
/// call, and the conditions over them.
fn keyed(
    rel: Rel,
    conditions: Vec<Expr>,
    calls: Vec<AggregateCall>,
    at: Position,
    binder: &Binder<'_>,
) -> Result<(Rel, usize, Vec<Expr>), SqlError> {
    let (rel, keys, conditions) = super::decorrelate::keys(rel, conditions, at, binder)?;
    let first = keys.len();
    Ok((Rel::aggregate(Aggregate { input: Box::new(rel), keys, calls, window: None, at }), first, conditions))
}
