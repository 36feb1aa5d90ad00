//! `SELECT`

use std::cell::RefCell;

use super::{
    Binder, Env, Items,
    from::Bound,
    grouping::{GroupScope, Grouping},
    names::unique,
    order, over,
    scope::RowScope,
    setop, subquery, walk, windows,
};
use crate::{
    expr::{Expr, Scope, bind, coerce},
    operators::spec::AggregateCall,
    planner::rel::{Aggregate, GroupWindow, Rel},
    syntax::{
        Position, SqlError,
        ast::{self, ExprKind, ObjectName, OrderItem, Select, SelectItem},
        nearest::did_you_mean,
    },
    types::{TypeKind, Value, sort_key::SortColumn},
};

/// What was selected.
pub struct Selected {
    /// The columns, then those that only the order needs.
    pub rel: Rel,
    /// The order that was asked for.
    pub order: Vec<SortColumn>,
    /// How many columns were selected.
    pub width: usize,
}

/// The columns that are computed, over what is selected from.
struct Plan {
    items: Items,
    /// How many of the items were selected; the rest is for the order.
    width: usize,
    having: Option<Expr>,
    qualify: Option<Expr>,
    order: Vec<SortColumn>,
    calls: Vec<over::OverCall>,
}

impl Binder<'_> {
    pub(super) fn select(&self, select: &Select, order: &[OrderItem], env: Env<'_>) -> Result<Selected, SqlError> {
        let ttl = hints(select)?;
        let mut input = self.from(select.from.as_ref(), env)?;
        super::ttl::apply(&mut input, &ttl);
        if let Some(predicate) = &select.predicate {
            input = self.where_clause(input, predicate, env)?;
        }
        let grouped = select.group_by.is_some() || select.having.is_some() || aggregates_in(select, order);
        let (rel, plan) =
            if grouped { self.grouped(select, input, order, env)? } else { self.plain(select, input, order, env)? };
        finish(rel, plan, select)
    }

    fn plain(&self, select: &Select, input: Bound, order: &[OrderItem], env: Env<'_>) -> Result<(Rel, Plan), SqlError> {
        let pending = RefCell::default();
        let plan = {
            let base = RowScope {
                binder: self,
                env,
                names: &input.names,
                schema: &input.rel.schema,
                clause: "SELECT",
                subqueries: Some(&pending),
            };
            plan(select, &input, &base, order)?
        };
        let (rel, places) = self.attach_subqueries(input.rel, pending.into_inner())?;
        Ok((rel, plan.placed(subquery::SUBQUERY, &places)))
    }

    fn grouped(
        &self,
        select: &Select,
        input: Bound,
        order: &[OrderItem],
        env: Env<'_>,
    ) -> Result<(Rel, Plan), SqlError> {
        let (below, beside) = (RefCell::default(), RefCell::default());
        let at = select.group_by.as_ref().map_or(select.at, |group_by| group_by.at);
        let row = RowScope {
            binder: self,
            env,
            names: &input.names,
            schema: &input.rel.schema,
            clause: "GROUP BY",
            subqueries: Some(&below),
        };
        let grouping = Grouping::bind(select.group_by.as_ref(), &input.rel, &row)?;
        let scope = GroupScope {
            row: RowScope { clause: "an aggregate function", ..row },
            rel: &input.rel,
            certain: !grouping.keys.is_empty() || grouping.window.is_some(),
            grouping: &grouping,
            calls: RefCell::default(),
            properties: RefCell::default(),
            subqueries: &beside,
        };
        let mut plan = plan(select, &input, &scope, order)?;
        let (calls, properties) = (scope.calls.into_inner(), scope.properties.into_inner());

        let (rel, places) = self.attach_subqueries(input.rel, below.into_inner())?;
        let replace = place_of(subquery::SUBQUERY, &places);
        let calls = calls.into_iter().map(|call| replaced(call, &replace)).collect();
        let keys = grouping.keys.iter().map(|key| key.clone().map_columns(&replace)).collect();
        let properties = properties.into_iter().map(|(property, _)| property).collect();
        let group_window =
            grouping.window.as_ref().map(|found| GroupWindow { window: found.window, time: found.time, properties });
        let rel = aggregate(rel, &grouping, keys, calls, group_window, at);

        let first = rel.schema.len() - plan_properties(&rel);
        let places: Vec<usize> = (first..rel.schema.len()).collect();
        plan = plan.placed(windows::PROPERTY, &places);
        let (rel, places) = self.attach_subqueries(rel, beside.into_inner())?;
        Ok((rel, plan.placed(subquery::SUBQUERY, &places)))
    }
}

/// How many columns of an aggregation are properties of its window.
fn plan_properties(rel: &Rel) -> usize {
    match &rel.kind {
        crate::planner::rel::RelKind::Aggregate(aggregate) => {
            aggregate.window.as_ref().map_or(0, |window| window.properties.len())
        }
        _ => 0,
    }
}

fn aggregates_in(select: &Select, order: &[OrderItem]) -> bool {
    let item = |item: &SelectItem| matches!(item, SelectItem::Expr { expr, .. } if walk::has_aggregate(expr));
    select.items.iter().any(item)
        || select.qualify.as_ref().is_some_and(walk::has_aggregate)
        || order.iter().any(|item| walk::has_aggregate(&item.expr))
}

/// Groups a relation: each row once per grouping set.
fn aggregate(
    rel: Rel,
    grouping: &Grouping,
    keys: Vec<Expr>,
    calls: Vec<AggregateCall>,
    window: Option<GroupWindow>,
    at: Position,
) -> Rel {
    let width = rel.schema.len();
    let mut rel = rel;
    let places: Vec<usize>;
    if grouping.expands() {
        // The columns as they are for the aggregates; then the keys, NULL where the set leaves them out; then its number.
        let mut names = rel.names();
        names.extend((0..keys.len()).map(|key| format!("$k{key}")));
        names.push("$e".to_owned());
        let row = |(number, set): (usize, &Vec<usize>)| {
            let mut row = rel.columns();
            row.extend(keys.iter().enumerate().map(|(place, key)| {
                if set.contains(&place) { key.clone() } else { Expr::null(key.data_type.kind.clone()) }
            }));
            row.push(Expr::literal(Value::Integer(number as i64), TypeKind::BigInt));
            row
        };
        let projections = grouping.sets.iter().enumerate().map(row).collect();
        places = (width..=width + keys.len()).collect();
        rel = rel.expand(names, projections);
    } else {
        let mut extra: Vec<Expr> = Vec::new();
        places = keys
            .iter()
            .map(|key| {
                key.as_column().unwrap_or_else(|| {
                    extra.push(key.clone());
                    width + extra.len() - 1
                })
            })
            .collect();
        rel = extend(rel, extra);
    }
    Rel::aggregate(Aggregate { input: Box::new(rel), keys: places, calls, window, at })
}

fn replaced(mut call: AggregateCall, f: &dyn Fn(usize) -> usize) -> AggregateCall {
    let replace = |expr: &mut Expr| *expr = expr.clone().map_columns(f);
    call.arguments.iter_mut().for_each(replace);
    call.filter.iter_mut().for_each(replace);
    call
}

/// A relation with more columns.
pub fn extend(rel: Rel, extra: Vec<Expr>) -> Rel {
    if extra.is_empty() {
        return rel;
    }
    let (mut names, mut exprs) = (rel.names(), rel.columns());
    names.extend((0..extra.len()).map(|index| format!("$f{}", rel.schema.len() + index)));
    exprs.extend(extra);
    rel.project(names, exprs)
}

impl Plan {
    /// The same where columns from `base` on are at these places, which may be of another type than was thought.
    fn placed(mut self, base: usize, places: &[usize]) -> Self {
        let f = place_of(base, places);
        let replace = |expr: &mut Expr| *expr = expr.clone().map_columns(&f);
        self.items.exprs.iter_mut().for_each(replace);
        self.having.iter_mut().for_each(replace);
        self.qualify.iter_mut().for_each(replace);
        self.calls = self.calls.into_iter().map(|call| call.map_columns(&f)).collect();
        self
    }
}

/// Columns from `base` on to their places.
fn place_of(base: usize, places: &[usize]) -> impl Fn(usize) -> usize {
    move |column: usize| column.checked_sub(base).and_then(|index| places.get(index).copied()).unwrap_or(column)
}

/// Binds what is selected over a scope, which says what its names mean.
fn plan(select: &Select, input: &Bound, base: &dyn Scope, order_by: &[OrderItem]) -> Result<Plan, SqlError> {
    let scope = over::OverScope { base, windows: &select.windows, calls: RefCell::default() };
    let mut items = Items::default();
    let mut aliases: Vec<Option<String>> = Vec::new();
    for item in &select.items {
        let first = items.exprs.len();
        add_item(item, input, &scope, &mut items)?;
        let alias = match item {
            SelectItem::Expr { alias: Some(alias), .. } => Some(alias.text.clone()),
            _ => None,
        };
        aliases.extend((first..items.exprs.len()).map(|_| alias.clone()));
    }
    items.names = unique(items.names);
    let width = items.exprs.len();
    let having = select.having.as_ref().map(|having| condition(base, having, "HAVING")).transpose()?;
    let qualify = select.qualify.as_ref().map(|qualify| condition(&scope, qualify, "QUALIFY")).transpose()?;
    let mut order = Vec::with_capacity(order_by.len());
    for item in order_by {
        let place = match order::ordinal(&item.expr, width)? {
            Some(place) => place,
            None => order_place(item, &aliases, &mut items, &scope, select)?,
        };
        order.push(order::sort_column(place, item));
    }
    Ok(Plan { items, width, having, qualify, order, calls: scope.calls.into_inner() })
}

/// Where what an `ORDER BY` asks for is: an alias, an item, or a column of its own.
fn order_place(
    item: &OrderItem,
    aliases: &[Option<String>],
    items: &mut Items,
    scope: &dyn Scope,
    select: &Select,
) -> Result<usize, SqlError> {
    if let ExprKind::Name(name) = &item.expr.kind
        && name.rest.is_empty()
        && let Some(place) = aliases.iter().position(|alias| alias.as_ref() == Some(&name.first.text))
    {
        return Ok(place);
    }
    let bound = bind(&item.expr, scope)?;
    if let Some(place) = items.exprs.iter().position(|known| *known == bound) {
        return Ok(place);
    }
    if select.distinct.is_some() {
        let message = "With SELECT DISTINCT, ORDER BY takes columns that are selected";
        return Err(SqlError::invalid(item.expr.at, message));
    }
    items.names.push(format!("$o{}", items.exprs.len()));
    items.exprs.push(bound);
    Ok(items.exprs.len() - 1)
}

fn add_item(item: &SelectItem, input: &Bound, scope: &dyn Scope, items: &mut Items) -> Result<(), SqlError> {
    let at_star = |at: Position, name: &str| ast::Expr {
        at,
        kind: ExprKind::Name(ObjectName { first: ast::Name { text: name.to_owned(), at }, rest: vec![] }),
    };
    let mut columns = |entries: Vec<&super::names::Entry>, at: Position| {
        for entry in entries {
            // Bound under its qualified name, so that a grouped query can say that the column is not being grouped.
            let first = entry.tables.first().and_then(|table| table.last());
            let node = match first {
                Some(table) => {
                    let mut node = at_star(at, table);
                    if let ExprKind::Name(name) = &mut node.kind {
                        name.rest.push(ast::Name { text: entry.name.clone(), at });
                    }
                    node
                }
                None => at_star(at, &entry.name),
            };
            let bound = bind(&node, scope)?;
            items.exprs.push(bound);
            items.names.push(entry.name.clone());
        }
        Ok(())
    };
    match item {
        SelectItem::Star(at) => {
            if input.names.entries.is_empty() {
                return Err(SqlError::invalid(*at, "SELECT * requires a FROM clause"));
            }
            columns(input.names.entries.iter().collect(), *at)
        }
        SelectItem::QualifiedStar(name) => match input.names.of_table(name) {
            Ok(entries) => columns(entries, name.at()),
            Err(error) => row_fields(name, scope, items).unwrap_or(Err(error)),
        },
        SelectItem::Expr { expr, alias } => {
            let bound = bind(expr, scope)?;
            if bound.data_type.kind == TypeKind::Null {
                return Err(SqlError::invalid(expr.at, "Illegal use of 'NULL'. Give it a type with CAST(NULL AS …)"));
            }
            let name = match (alias, &expr.kind) {
                (Some(alias), _) => alias.text.clone(),
                (None, ExprKind::Name(name)) => name.last().text.clone(),
                _ => format!("EXPR${}", items.exprs.len()),
            };
            items.exprs.push(bound);
            items.names.push(name);
            Ok(())
        }
    }
}

/// `row.*`; `None` where the name is no row.
fn row_fields(name: &ObjectName, scope: &dyn Scope, items: &mut Items) -> Option<Result<(), SqlError>> {
    let row = bind(&ast::Expr { at: name.at(), kind: ExprKind::Name(name.clone()) }, scope).ok()?;
    let TypeKind::Row(fields) = &row.data_type.kind else { return None };
    let mut add = |field: &str| {
        items.exprs.push(crate::expr::bind::field(row.clone(), &ast::Name { text: field.to_owned(), at: name.at() })?);
        items.names.push(field.to_owned());
        Ok(())
    };
    Some(fields.iter().try_for_each(|field| add(&field.name)))
}

/// Binds what must be a condition.
pub fn condition(scope: &dyn Scope, node: &ast::Expr, clause: &str) -> Result<Expr, SqlError> {
    let bound = bind(node, scope)?;
    match bound.data_type.kind {
        TypeKind::Boolean => Ok(bound),
        TypeKind::Null => Ok(coerce(bound, &TypeKind::Boolean.nullable())),
        _ => {
            let message = format!("{clause} clause must be a condition (BOOLEAN), not {}", bound.data_type);
            Err(SqlError::invalid(node.at, message))
        }
    }
}

/// `HAVING`, OVER, `QUALIFY`, the projection, `DISTINCT`.
fn finish(rel: Rel, plan: Plan, select: &Select) -> Result<Selected, SqlError> {
    let rel = rel.filter(plan.having.clone().into_iter().collect());
    let (rel, places) = over::attach(rel, plan.calls.clone())?;
    let plan = plan.placed(over::OVER, &places);
    let rel = rel.filter(plan.qualify.into_iter().collect());
    let mut rel = rel.project(plan.items.names, plan.items.exprs);
    if let Some(at) = select.distinct {
        rel = setop::distinct(rel, at);
    }
    Ok(Selected { rel, order: plan.order, width: plan.width })
}

/// The time to live of state by the names of tables: `/*+ STATE_TTL('o' = '1d') */`.
fn hints(select: &Select) -> Result<Vec<(String, i64)>, SqlError> {
    let mut ttl = Vec::new();
    for hint in &select.hints {
        if !hint.name.text.eq_ignore_ascii_case("STATE_TTL") {
            // Flink takes hints for batch jobs in silence, and those of tables that stand here; so do we of those it knows.
            let known = [
                "STATE_TTL",
                "BROADCAST",
                "SHUFFLE_HASH",
                "SHUFFLE_MERGE",
                "NEST_LOOP",
                "LOOKUP",
                "MULTI_JOIN",
                "OPTIONS",
            ];
            if known.iter().any(|known| hint.name.text.eq_ignore_ascii_case(known)) {
                continue;
            }
            let near = did_you_mean(&hint.name.text.to_uppercase(), known);
            return Err(SqlError::invalid(hint.name.at, format!("The hint '{}' is not known. {near}", hint.name.text)));
        }
        for argument in &hint.arguments {
            let ast::HintArgument::Option(table, time) = argument else {
                return Err(SqlError::invalid(hint.name.at, "STATE_TTL takes 'table' = 'time'"));
            };
            let duration = crate::options::parse_duration(&time.text).ok_or_else(|| {
                SqlError::invalid(time.at, format!("'{}' is no duration like 1 d or 30 min", time.text))
            })?;
            ttl.push((table.text.clone(), i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)));
        }
    }
    Ok(ttl)
}
