//! `GROUP BY`: keys, grouping sets, and what expressions over groups see.

use std::cell::RefCell;

use super::{aggregates, scope::RowScope, subquery, synth, walk, windows};
use crate::{
    expr::{Expr, Scope, Settings},
    operators::spec::{AggregateCall, WindowProperty},
    planner::rel::Rel,
    syntax::{
        Position, SqlError,
        ast::{self, Call, ExprKind, GroupBy, GroupItem, GroupItemKind, Literal, ObjectName},
    },
    types::{DataType, TypeKind, Value},
};

/// A query can have so many grouping sets: 2^12, a `CUBE` of twelve columns.
const MAX_SETS: usize = 4096;

/// A `GROUP BY`, bound.
#[derive(Debug, Clone, Default)]
pub struct Grouping {
    /// The keys, over what is grouped.
    pub keys: Vec<Expr>,
    /// The grouping sets, of places of keys; one, of all keys, where there are no grouping sets.
    pub sets: Vec<Vec<usize>>,
    /// The group window.
    pub window: Option<windows::Found>,
}

impl Grouping {
    /// Binds a `GROUP BY`; without one all rows are one group.
    pub fn bind(group_by: Option<&GroupBy>, rel: &Rel, scope: &RowScope<'_>) -> Result<Self, SqlError> {
        let mut grouping = Self { sets: vec![Vec::new()], ..Self::default() };
        let Some(group_by) = group_by else { return Ok(grouping) };
        for item in &group_by.items {
            let sets = grouping.item(item, rel, scope)?;
            let product = grouping.sets.iter().flat_map(|set| sets.iter().map(move |more| merged(set, more)));
            grouping.sets = product.collect();
            if grouping.sets.len() > MAX_SETS {
                return Err(SqlError::unsupported(item.at, "So many grouping sets", format!("At most {MAX_SETS}.")));
            }
        }
        if group_by.distinct.is_some() {
            let mut seen = Vec::new();
            grouping.sets.retain(|set| {
                let mut set = set.clone();
                set.sort_unstable();
                !seen.contains(&set) && {
                    seen.push(set);
                    true
                }
            });
        }
        if grouping.sets.len() > 1 && grouping.window.is_some() {
            let instead = "Group by the window_start and window_end of a window table function.";
            return Err(SqlError::unsupported(group_by.at, "Grouping sets with a group window", instead));
        }
        Ok(grouping)
    }

    fn item(&mut self, item: &GroupItem, rel: &Rel, scope: &RowScope<'_>) -> Result<Vec<Vec<usize>>, SqlError> {
        match &item.kind {
            GroupItemKind::Expr(expr) if windows::is_window(expr) => {
                if self.window.is_some() {
                    return Err(SqlError::invalid(expr.at, "Only one group window can be in a GROUP BY"));
                }
                self.window = Some(windows::window(expr, rel, scope)?);
                Ok(vec![Vec::new()])
            }
            GroupItemKind::Expr(expr) => Ok(vec![vec![self.key(expr, scope)?]]),
            GroupItemKind::Set(exprs) => {
                Ok(vec![exprs.iter().map(|expr| self.key(expr, scope)).collect::<Result<_, _>>()?])
            }
            GroupItemKind::GroupingSets(items) => {
                let mut sets = Vec::new();
                for item in items {
                    sets.extend(self.item(item, rel, scope)?);
                }
                Ok(sets)
            }
            GroupItemKind::Rollup(items) => {
                let parts = self.parts(items, rel, scope)?;
                Ok((0..=parts.len()).rev().map(|kept| parts[..kept].concat()).collect())
            }
            GroupItemKind::Cube(items) => {
                let parts = self.parts(items, rel, scope)?;
                if parts.len() > MAX_SETS.ilog2() as usize {
                    let instead = format!("At most {} columns can be in a CUBE.", MAX_SETS.ilog2());
                    return Err(SqlError::unsupported(item.at, "A CUBE so large", instead));
                }
                let masks = (0..1_usize << parts.len()).rev();
                let set = |mask: usize| {
                    let bit = |index: &usize| mask & (1 << (parts.len() - 1 - index)) != 0;
                    (0..parts.len()).filter(bit).flat_map(|index| parts[index].clone()).collect()
                };
                Ok(masks.map(set).collect())
            }
        }
    }

    /// The elements of a `ROLLUP` or `CUBE`.
    fn parts(&mut self, items: &[GroupItem], rel: &Rel, scope: &RowScope<'_>) -> Result<Vec<Vec<usize>>, SqlError> {
        items.iter().map(|item| Ok(self.item(item, rel, scope)?.concat())).collect()
    }

    fn key(&mut self, expr: &ast::Expr, scope: &RowScope<'_>) -> Result<usize, SqlError> {
        let bound = scope.bind(expr)?;
        if matches!(bound.data_type.kind, TypeKind::Null) {
            return Err(SqlError::invalid(expr.at, "Illegal use of 'NULL' in GROUP BY"));
        }
        Ok(self.keys.iter().position(|key| *key == bound).unwrap_or_else(|| {
            self.keys.push(bound);
            self.keys.len() - 1
        }))
    }

    /// Whether rows belong to more than one group.
    pub fn expands(&self) -> bool {
        self.sets.len() > 1 || self.sets.first().is_some_and(|set| set.len() < self.keys.len())
    }

    /// The type of a key in the result: NULL where a set leaves it out.
    pub fn key_type(&self, key: usize) -> DataType {
        let data_type = self.keys[key].data_type.clone();
        let left_out = self.sets.iter().any(|set| !set.contains(&key));
        let nullable = data_type.nullable || left_out;
        data_type.with_nullable(nullable)
    }

    /// How many columns of the result are keys: with grouping sets, the set's number too.
    pub fn width(&self) -> usize {
        self.keys.len() + usize::from(self.expands())
    }
}

fn merged(set: &[usize], more: &[usize]) -> Vec<usize> {
    let mut merged = set.to_vec();
    more.iter().for_each(|key| {
        if !merged.contains(key) {
            merged.push(*key);
        }
    });
    merged
}

/// Expressions over groups: keys, aggregates, and what is computed of them. Their columns are those of the result of the
/// aggregation: keys, calls, properties of the window.
pub struct GroupScope<'a> {
    /// What is grouped.
    pub row: RowScope<'a>,
    pub rel: &'a Rel,
    pub grouping: &'a Grouping,
    pub calls: RefCell<Vec<AggregateCall>>,
    pub properties: RefCell<Vec<(WindowProperty, DataType)>>,
    /// Takes the queries within that stand beside the aggregates.
    pub subqueries: &'a RefCell<Vec<subquery::Pending>>,
    /// Whether there is a row only where a group has rows.
    pub certain: bool,
}

impl GroupScope<'_> {
    /// The place of a call's result.
    fn place(&self, call: AggregateCall) -> Expr {
        let mut calls = self.calls.borrow_mut();
        let same = |known: &AggregateCall| {
            known.function == call.function
                && known.arguments == call.arguments
                && known.distinct == call.distinct
                && known.filter == call.filter
        };
        let data_type = call.data_type.clone();
        let place = calls.iter().position(same).unwrap_or_else(|| {
            let name = format!("EXPR${}", calls.len());
            calls.push(AggregateCall { name, ..call });
            calls.len() - 1
        });
        Expr::column(self.grouping.width() + place, data_type)
    }

    fn key(&self, place: usize) -> Expr {
        Expr::column(place, self.grouping.key_type(place))
    }

    /// The key that a node is.
    fn as_key(&self, node: &ast::Expr) -> Option<Expr> {
        if self.grouping.keys.is_empty() || matches!(node.kind, ExprKind::Literal(_)) || walk::has_aggregate(node) {
            return None;
        }
        let bound = self.row.bind(node).ok()?;
        self.grouping.keys.iter().position(|key| *key == bound).map(|place| self.key(place))
    }

    /// `GROUPING(a, …)`, `GROUPING_ID(a, …)`, `GROUP_ID()`
    fn grouping_function(&self, call: &Call, at: Position) -> Result<Option<Expr>, SqlError> {
        let name = call.name.last().text.to_uppercase();
        if !matches!(name.as_str(), "GROUPING" | "GROUPING_ID" | "GROUP_ID") || !call.name.rest.is_empty() {
            return Ok(None);
        }
        let mut keys = Vec::new();
        for argument in &call.arguments {
            let bound = self.row.bind(&argument.value)?;
            let key = self.grouping.keys.iter().position(|key| *key == bound).ok_or_else(|| {
                SqlError::invalid(
                    argument.value.at,
                    format!("Argument to operator '{name}' must be a grouped expression"),
                )
            })?;
            keys.push(key);
        }
        let bits = |set: &Vec<usize>| keys.iter().fold(0_i64, |bits, key| bits << 1 | i64::from(!set.contains(key)));
        let sets = &self.grouping.sets;
        let value = |index: usize| match name.as_str() {
            "GROUP_ID" => sets[..index].iter().filter(|set| **set == sets[index]).count() as i64,
            _ => bits(&sets[index]),
        };
        if !self.grouping.expands() {
            return Ok(Some(Expr::literal(Value::Integer(value(0)), TypeKind::BigInt)));
        }
        let id = Expr::column(self.grouping.keys.len(), TypeKind::BigInt.not_null());
        let mut given = vec![id];
        given.extend((0..sets.len()).map(|index| Expr::literal(Value::Integer(value(index)), TypeKind::BigInt)));
        let literal = |index: usize| ast::Expr { at, kind: ExprKind::Literal(Literal::Exact(index.to_string())) };
        let case = synth::compose(given, at, self.settings(), |given| ExprKind::Case {
            operand: Some(Box::new(given(0))),
            branches: (1..sets.len()).map(|index| (literal(index), given(index + 1))).collect(),
            otherwise: Some(Box::new(given(1))),
        })?;
        Ok(Some(case))
    }
}

impl Scope for GroupScope<'_> {
    fn column(&self, name: &ObjectName) -> Result<Expr, SqlError> {
        let column = self.row.column(name)?;
        let key = self.grouping.keys.iter().position(|key| *key == column);
        key.map(|place| self.key(place))
            .ok_or_else(|| SqlError::invalid(name.at(), format!("Expression '{}' is not being grouped", name.dotted())))
    }

    fn intercept(&self, node: &ast::Expr) -> Result<Option<Expr>, SqlError> {
        match &node.kind {
            ExprKind::Call(call) if call.over.is_none() && aggregates::is_aggregate(call) => {
                aggregates::aggregate(call, node.at, &self.row, self.certain).map(|call| Some(self.place(call)))
            }
            ExprKind::Json(call) if aggregates::is_json_aggregate(call) => {
                aggregates::json_aggregate(call, node.at, &self.row).map(|call| Some(self.place(call)))
            }
            ExprKind::Query(_) | ExprKind::Exists(_) | ExprKind::InQuery { .. } => {
                let scope = RowScope { clause: "SELECT with GROUP BY", ..self.row };
                self.row.binder.subquery_beside(node, self, &scope, self.subqueries).map(Some)
            }
            ExprKind::Call(call) => {
                if let Some((property, data_type)) =
                    windows::property(node, self.grouping.window.as_ref(), self.rel, &self.row)?
                {
                    let mut properties = self.properties.borrow_mut();
                    let known = properties.iter().position(|(known, _)| *known == property);
                    let place = known.unwrap_or_else(|| {
                        properties.push((property, data_type.clone()));
                        properties.len() - 1
                    });
                    return Ok(Some(windows::stand_in(place, data_type)));
                }
                match self.grouping_function(call, node.at)? {
                    Some(expr) => Ok(Some(expr)),
                    None => Ok(self.as_key(node)),
                }
            }
            _ => Ok(self.as_key(node)),
        }
    }

    fn settings(&self) -> &Settings {
        self.row.settings()
    }
}
