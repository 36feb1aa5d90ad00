//! Joins in `FROM`.

use super::{
    Binder, Env, OUTER, Outer,
    decorrelate::decorrelate,
    from::{self, Bound},
    names::{Entry, Names},
    scope::RowScope,
    select, synth, walk,
};
use crate::{
    expr::{self, Expr},
    operators::spec::JoinKind,
    planner::{
        catalog::Object,
        rel::{Join, Rel, Temporal},
        shape,
    },
    syntax::{
        Position, SqlError,
        ast::{self, AsOf, BinaryOp, ExprKind, JoinCondition, Name, RelationKind},
        nearest::did_you_mean,
    },
};

impl Binder<'_> {
    pub(super) fn join(&self, join: &ast::Join, at: Position, env: Env<'_>) -> Result<Bound, SqlError> {
        let unconditional = matches!(join.kind, ast::JoinKind::Comma | ast::JoinKind::Cross) || join.natural.is_some();
        if !unconditional && matches!(join.condition, JoinCondition::None) {
            let message =
                "INNER, LEFT, RIGHT or FULL join requires a condition (NATURAL keyword or ON or USING clause)";
            return Err(SqlError::invalid(at, message));
        }
        let left = self.relation(&join.left, env)?;
        let kind = match join.kind {
            ast::JoinKind::Comma | ast::JoinKind::Cross | ast::JoinKind::Inner => JoinKind::Inner,
            ast::JoinKind::Left => JoinKind::Left,
            ast::JoinKind::Right => JoinKind::Right,
            ast::JoinKind::Full => JoinKind::Full,
        };
        match &join.right.kind {
            RelationKind::Unnest { collections, ordinality } => {
                let outer = match (kind, &join.condition) {
                    (JoinKind::Inner, _) => None,
                    (JoinKind::Left, condition) => Some(condition),
                    _ => {
                        let instead = "Write CROSS JOIN UNNEST or LEFT JOIN UNNEST … ON TRUE.";
                        return Err(SqlError::unsupported(at, "This join with UNNEST", instead));
                    }
                };
                let alias = join.right.alias.as_ref();
                let bound = self.unnest(left, collections, ordinality.is_some(), alias, outer, join.right.at, env)?;
                match &join.condition {
                    JoinCondition::On(condition) if kind == JoinKind::Inner => self.filtered(bound, condition, env),
                    _ => Ok(bound),
                }
            }
            RelationKind::Table { as_of: Some(as_of), .. } => self.temporal(left, join, as_of, kind, at, env),
            RelationKind::Query { lateral: Some(_), query } => {
                self.lateral(left, query, join.right.alias.as_ref(), kind, &join.condition, at, env)
            }
            RelationKind::Function { lateral: Some(_), call, .. } => {
                let rel = self.table_function(call, env)?;
                let right = from::aliased(rel, join.right.alias.as_ref(), None)?;
                self.combined(left, right, kind, join, at, env)
            }
            _ => {
                let right = self.relation(&join.right, env)?;
                self.combined(left, right, kind, join, at, env)
            }
        }
    }

    /// `left, LATERAL (query)`: the query sees the rows before it.
    #[allow(clippy::too_many_arguments)]
    fn lateral(
        &self,
        left: Bound,
        query: &ast::Query,
        alias: Option<&ast::TableAlias>,
        kind: JoinKind,
        condition: &JoinCondition,
        at: Position,
        env: Env<'_>,
    ) -> Result<Bound, SqlError> {
        if !matches!(kind, JoinKind::Inner | JoinKind::Left) {
            return Err(SqlError::unsupported(
                at,
                "RIGHT or FULL JOIN LATERAL",
                "Write CROSS JOIN or LEFT JOIN LATERAL.",
            ));
        }
        let outer = Outer { names: &left.names, schema: &left.rel.schema, nested: env.outer.is_some() };
        let rel = self.bind_query(query, Env { outer: Some(outer), ..env })?;
        let (width, own) = (left.rel.schema.len(), rel.schema.len());
        let found = decorrelate(rel, at, self)?;
        let place = |column: usize| if column >= OUTER { column - OUTER } else { column + width };
        let mut conditions: Vec<Expr> =
            found.conditions.into_iter().map(|condition| condition.map_columns(&place)).collect();
        let right = from::aliased(found.rel, None, None)?;
        let names = {
            let visible = right.rel.clone().select(&(0..own).collect::<Vec<_>>());
            from::aliased(visible, alias, None)?.names
        };
        let names = left.names.clone().then(names, width);
        let (left, right) = (Box::new(left.rel), Box::new(right.rel));
        let join = Join { kind, left, right, condition: Vec::new(), at, ttl_ms: [None, None] };
        if let JoinCondition::On(condition) = condition {
            let bound = Bound { rel: sides(&join), names: names.clone() };
            let on = select::condition(&self.scope_of(&bound, env, "ON"), condition, "ON")?.conjuncts();
            conditions.extend(on.into_iter().filter(|condition| !shape::is_true(condition)));
        }
        Ok(Bound { rel: Rel::join(Join { condition: conditions, ..join }), names })
    }

    fn filtered(&self, bound: Bound, condition: &ast::Expr, env: Env<'_>) -> Result<Bound, SqlError> {
        let condition = {
            let scope = self.scope_of(&bound, env, "ON");
            select::condition(&scope, condition, "ON")?
        };
        Ok(Bound { rel: bound.rel.filter(vec![condition]), names: bound.names })
    }

    fn scope_of<'s>(&'s self, bound: &'s Bound, env: Env<'s>, clause: &'static str) -> RowScope<'s> {
        RowScope { binder: self, env, names: &bound.names, schema: &bound.rel.schema, clause, subqueries: None }
    }

    fn combined(
        &self,
        left: Bound,
        right: Bound,
        kind: JoinKind,
        join: &ast::Join,
        at: Position,
        env: Env<'_>,
    ) -> Result<Bound, SqlError> {
        if let Some(name) = right.names.tables().find(|name| left.names.tables().any(|known| known == *name)) {
            let message = format!("Duplicate relation name '{name}' in FROM clause");
            return Err(SqlError::invalid(join.right.at, message));
        }
        let width = left.rel.schema.len();
        let shared = match &join.condition {
            JoinCondition::Using(columns) => columns.clone(),
            _ if join.natural.is_some() => natural(&left.names, &right.names, at),
            _ => Vec::new(),
        };
        let names = left.names.clone().then(right.names.clone(), width);
        let plain = Join {
            kind,
            left: Box::new(left.rel),
            right: Box::new(right.rel),
            condition: Vec::new(),
            at,
            ttl_ms: [None, None],
        };
        let condition = match &join.condition {
            // The rows of an inner join may as well be tested behind it.
            JoinCondition::On(condition) if kind == JoinKind::Inner && walk::any(condition, &is_subquery) => {
                let rel = Rel::join(plain);
                return self.where_clause(Bound { rel, names }, condition, env);
            }
            JoinCondition::On(condition) => {
                let bound = Bound { rel: sides(&plain), names: names.clone() };
                select::condition(&self.scope_of(&bound, env, "ON"), condition, "ON")?.conjuncts()
            }
            _ => self.equalities(&shared, &left.names, &right.names, &plain)?,
        };
        let condition = condition.into_iter().filter(|condition| !shape::is_true(condition)).collect();
        let rel = Rel::join(Join { condition, ..plain });
        if shared.is_empty() {
            return Ok(Bound { rel, names });
        }
        self.merged(rel, names, &shared, width, kind)
    }

    /// `left.column = right.column` of columns with the same name.
    fn equalities(&self, shared: &[Name], left: &Names, right: &Names, join: &Join) -> Result<Vec<Expr>, SqlError> {
        let width = join.left.schema.len();
        let equal = |name: &Name| {
            let (l, r) = (place(left, name)?, place(right, name)?);
            let right = join.right.column(r).map_columns(&|column| column + width);
            synth::binary(BinaryOp::Eq, join.left.column(l), right, name.at, &self.settings)
        };
        shared.iter().map(equal).collect()
    }

    /// Shared columns come first, once.
    fn merged(&self, rel: Rel, names: Names, shared: &[Name], width: usize, kind: JoinKind) -> Result<Bound, SqlError> {
        let (mut exprs, mut titles, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for name in shared {
            let of = |left: bool| {
                let own = |entry: &&Entry| entry.name == name.text && (entry.column < width) == left;
                names.entries.iter().find(own)
            };
            let (Some(left), Some(right)) = (of(true), of(false)) else { continue };
            let value = match kind {
                JoinKind::Right => rel.column(right.column),
                JoinKind::Full => {
                    let both = vec![rel.column(left.column), rel.column(right.column)];
                    coalesce(both, name.at, &self.settings)?
                }
                _ => rel.column(left.column),
            };
            let tables = left.tables.iter().chain(&right.tables).cloned().collect();
            entries.push(Entry { tables, name: name.text.clone(), column: exprs.len() });
            titles.push(name.text.clone());
            exprs.push(value);
        }
        for entry in &names.entries {
            if shared.iter().any(|name| name.text == entry.name) {
                continue;
            }
            entries.push(Entry { column: exprs.len(), ..entry.clone() });
            titles.push(entry.name.clone());
            exprs.push(rel.column(entry.column));
        }
        Ok(Bound { rel: rel.project(titles, exprs), names: Names { entries } })
    }

    /// `left JOIN table FOR SYSTEM_TIME AS OF left.time`
    fn temporal(
        &self,
        left: Bound,
        join: &ast::Join,
        as_of: &AsOf,
        kind: JoinKind,
        at: Position,
        env: Env<'_>,
    ) -> Result<Bound, SqlError> {
        if !matches!(kind, JoinKind::Inner | JoinKind::Left) {
            let message = "Temporal table join currently only support INNER JOIN and LEFT JOIN, but was RIGHT or FULL";
            return Err(SqlError::invalid(at, message));
        }
        let time = self
            .scope_of(&left, env, "FOR SYSTEM_TIME AS OF")
            .bind(&as_of.time)?
            .as_column()
            .filter(|column| left.rel.schema.fields[*column].time.is_some())
            .ok_or_else(|| {
                let message = "Temporal table join currently only supports 'FOR SYSTEM_TIME AS OF' left table's time \
                               attribute field: a column with a watermark, or one AS PROCTIME()";
                SqlError::invalid(as_of.time.at, message)
            })?;
        let RelationKind::Table { name, hints, .. } = &join.right.kind else {
            return Err(SqlError::invalid(as_of.at, "FOR SYSTEM_TIME AS OF stands behind a table or view"));
        };
        let hints: Vec<ast::Hint> =
            hints.iter().filter(|hint| !hint.name.text.eq_ignore_ascii_case("LOOKUP")).cloned().collect();
        let (rel, qualified) = self.named(name, &hints, env)?;
        let own = env.ctes.and_then(|ctes| ctes.find(&name.first.text)).is_some() && name.rest.is_empty();
        let table = match self.catalog.get_from(name, env.namespace) {
            Ok(Object::Table(_)) if !own => scanned(&rel),
            _ => None,
        };
        let right = from::aliased(rel, join.right.alias.as_ref(), Some(qualified))?;
        let width = left.rel.schema.len();
        let names = left.names.clone().then(right.names.clone(), width);
        let shared = match &join.condition {
            JoinCondition::Using(columns) => columns.clone(),
            _ => Vec::new(),
        };
        let pair = Join {
            kind,
            left: Box::new(left.rel),
            right: Box::new(right.rel),
            condition: Vec::new(),
            at,
            ttl_ms: [None, None],
        };
        let condition = match &join.condition {
            JoinCondition::On(condition) => {
                let bound = Bound { rel: sides(&pair), names: names.clone() };
                select::condition(&self.scope_of(&bound, env, "ON"), condition, "ON")?.conjuncts()
            }
            JoinCondition::Using(_) => self.equalities(&shared, &left.names, &right.names, &pair)?,
            JoinCondition::None => {
                let message = "A temporal join needs ON with an equality of the table's key";
                return Err(SqlError::invalid(at, message));
            }
        };
        let rel = Rel::temporal(Temporal { kind, left: pair.left, right: pair.right, table, time, condition, at });
        if shared.is_empty() { Ok(Bound { rel, names }) } else { self.merged(rel, names, &shared, width, kind) }
    }
}

/// A relation with the columns of both sides, as a join's condition sees them: NULL where the sides have it.
fn sides(join: &Join) -> Rel {
    Rel::join(Join { kind: JoinKind::Inner, ..join.clone() })
}

/// The table that a relation reads, where it reads one only.
fn scanned(rel: &Rel) -> Option<std::sync::Arc<crate::planner::Table>> {
    match &rel.kind {
        crate::planner::rel::RelKind::Scan(scan) => Some(std::sync::Arc::clone(&scan.table)),
        _ => rel.inputs().first().and_then(|input| scanned(input)),
    }
}

fn natural(left: &Names, right: &Names, at: Position) -> Vec<Name> {
    let shared = left.entries.iter().filter(|entry| right.entries.iter().any(|other| other.name == entry.name));
    shared.map(|entry| Name { text: entry.name.clone(), at }).collect()
}

fn place(names: &Names, name: &Name) -> Result<usize, SqlError> {
    let mut own = names.entries.iter().filter(|entry| entry.name == name.text);
    match (own.next(), own.next()) {
        (Some(entry), None) => Ok(entry.column),
        (Some(_), Some(_)) => Err(SqlError::invalid(name.at, format!("Column '{}' is ambiguous", name.text))),
        _ => {
            let hint = did_you_mean(&name.text, names.entries.iter().map(|entry| entry.name.as_str()));
            Err(SqlError::invalid(name.at, format!("Column '{}' not found in any table. {hint}", name.text)))
        }
    }
}

fn coalesce(values: Vec<Expr>, at: Position, settings: &expr::Settings) -> Result<Expr, SqlError> {
    synth::compose(values, at, settings, |given| {
        let test = |index| ExprKind::Is { operand: Box::new(given(index)), test: ast::IsTest::Null, negated: true };
        ExprKind::Case {
            operand: None,
            branches: vec![(ast::Expr { at, kind: test(0) }, given(0))],
            otherwise: Some(Box::new(given(1))),
        }
    })
}

/// Whether an expression is a query itself, or compares with one.
fn is_subquery(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ExprKind::Query(_) | ExprKind::Exists(_) | ExprKind::InQuery { .. } => true,
        ExprKind::Quantified { with, .. } => matches!(with, ast::QuantifiedOver::Query(_)),
        _ => false,
    }
}
