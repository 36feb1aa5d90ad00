//! What expressions see: the columns of a row, the row around a subquery, and the queries within.

use std::cell::RefCell;

use super::{Binder, Env, OUTER, names::Names, subquery};
use crate::{
    expr::{self, Expr, Scope, Settings},
    syntax::{
        SqlError,
        ast::{self, ExprKind, ObjectName},
    },
    types::Schema,
};

/// An expression over the columns of a relation.
pub struct RowScope<'a> {
    pub binder: &'a Binder<'a>,
    pub env: Env<'a>,
    pub names: &'a Names,
    pub schema: &'a Schema,
    /// Where the expression stands, for errors: `WHERE`.
    pub clause: &'static str,
    /// Takes the queries within; without it they are refused.
    pub subqueries: Option<&'a RefCell<Vec<subquery::Pending>>>,
}

impl RowScope<'_> {
    /// The expression of a node.
    pub fn bind(&self, node: &ast::Expr) -> Result<Expr, SqlError> {
        expr::bind(node, self)
    }

    /// Resolves a column of the row itself.
    fn own(&self, name: &ObjectName) -> Result<Option<Expr>, SqlError> {
        let Some(found) = self.names.find(name)? else { return Ok(None) };
        let column = Expr::column(found.column, self.schema.fields[found.column].data_type.clone());
        fields(column, name, found.parts).map(Some)
    }

    /// Resolves a column of the row around.
    fn outer(&self, name: &ObjectName) -> Result<Option<Expr>, SqlError> {
        let Some(outer) = self.env.outer else { return Ok(None) };
        let Some(found) = outer.names.find(name)? else {
            return if outer.nested {
                Err(SqlError::unsupported(
                    name.at(),
                    format!("A subquery with the unknown column '{}'", name.dotted()),
                    "It sees its own columns and those of the query right around it.",
                ))
            } else {
                Ok(None)
            };
        };
        let column = Expr::column(OUTER + found.column, outer.schema.fields[found.column].data_type.clone());
        fields(column, name, found.parts).map(Some)
    }
}

fn fields(column: Expr, name: &ObjectName, used: usize) -> Result<Expr, SqlError> {
    name.parts().skip(used).try_fold(column, expr::bind::field)
}

impl Scope for RowScope<'_> {
    fn column(&self, name: &ObjectName) -> Result<Expr, SqlError> {
        if let Some(own) = self.own(name)? {
            return Ok(own);
        }
        if let Some(outer) = self.outer(name)? {
            return Ok(outer);
        }
        Err(self.names.missing(name))
    }

    fn intercept(&self, node: &ast::Expr) -> Result<Option<Expr>, SqlError> {
        match &node.kind {
            ExprKind::Call(call) if call.over.is_some() => {
                let message = format!("Windowed aggregate expression is illegal in {} clause", self.clause);
                Err(SqlError::invalid(node.at, message))
            }
            ExprKind::Call(call) if super::aggregates::is_aggregate(call) => {
                let message = format!("Aggregate expression is illegal in {} clause", self.clause);
                Err(SqlError::invalid(node.at, message))
            }
            ExprKind::Json(json) if super::aggregates::is_json_aggregate(json) => {
                let message = format!("Aggregate expression is illegal in {} clause", self.clause);
                Err(SqlError::invalid(node.at, message))
            }
            ExprKind::Query(_) | ExprKind::Exists(_) | ExprKind::InQuery { .. } => match self.subqueries {
                Some(pending) => self.binder.subquery_value(node, self, pending).map(Some),
                None => Err(SqlError::unsupported(
                    node.at,
                    format!("A subquery in {}", self.clause),
                    "Subqueries can stand in SELECT, WHERE and HAVING.",
                )),
            },
            _ => Ok(None),
        }
    }

    fn settings(&self) -> &Settings {
        &self.binder.settings
    }
}
