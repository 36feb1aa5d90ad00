//! Queries, bound: from the syntax tree to relations.

mod aggregates;
mod decorrelate;
mod from;
mod grouping;
mod join;
mod names;
mod order;
mod over;
mod replicate;
mod scope;
mod select;
mod setop;
mod subquery;
mod synth;
mod table;
mod ttl;
mod tvf;
mod values;
pub(super) mod walk;
mod windows;

use std::cell::RefCell;

use super::{Catalog, JobConfig, rel::Rel};
use crate::{
    expr::{self, Expr},
    syntax::{
        Position, SqlError,
        ast::{Query, QueryBody},
    },
};
pub use aggregates::names as aggregate_names;
use names::Names;

/// Queries may be nested so deep: views in views, subqueries in subqueries.
const MAX_DEPTH: usize = 64;

/// Binds queries against a catalog.
pub struct Binder<'a> {
    /// What names mean.
    pub catalog: &'a Catalog,
    /// The job's configuration, for expressions.
    settings: expr::Settings,
    depth: std::cell::Cell<usize>,
    /// The objects that were used, for the job's script.
    used: RefCell<Vec<super::table::ObjectPath>>,
}

/// Where a query stands: what it sees beside the catalog.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The common table expressions in sight.
    ctes: Option<&'a Ctes<'a>>,
    /// The catalog and database in which unqualified names are looked up.
    namespace: &'a (String, String),
    /// The row of the query around a subquery.
    outer: Option<Outer<'a>>,
}

/// The row of the query around a subquery.
#[derive(Clone, Copy)]
pub struct Outer<'a> {
    names: &'a Names,
    schema: &'a crate::types::Schema,
    /// Whether the query around it is a subquery itself, with a row around it.
    nested: bool,
}

/// Common table expressions, and those around them.
pub struct Ctes<'a> {
    around: Option<&'a Ctes<'a>>,
    entries: Vec<(String, Rel)>,
}

impl Ctes<'_> {
    fn find(&self, name: &str) -> Option<&Rel> {
        let own = self.entries.iter().rev().find(|(known, _)| known == name).map(|(_, rel)| rel);
        own.or_else(|| self.around.and_then(|around| around.find(name)))
    }
}

/// Columns of a subquery's own query from here on: those of the row around it.
pub const OUTER: usize = 1 << 40;

impl<'a> Binder<'a> {
    /// A binder.
    pub fn new(catalog: &'a Catalog, config: &JobConfig) -> Self {
        let (current, database) = catalog.current();
        let settings = settings(config, current, database);
        Self { catalog, settings, depth: std::cell::Cell::new(0), used: RefCell::default() }
    }

    /// The relation of a query by itself.
    pub fn query(&self, query: &Query) -> Result<Rel, SqlError> {
        self.bind_query(query, Env { ctes: None, namespace: self.catalog.current(), outer: None })
    }

    /// The tables and views that were used so far, each after those it is made of.
    pub fn used(&self) -> Vec<super::table::ObjectPath> {
        self.used.borrow().clone()
    }

    /// Notes that a table is written.
    pub fn use_table(&self, path: &super::table::ObjectPath) {
        self.use_object(path);
    }

    /// An expression of constants only.
    pub fn constant(&self, node: &crate::syntax::ast::Expr, clause: &'static str) -> Result<Expr, SqlError> {
        let (names, schema) = (Names::default(), crate::types::Schema::default());
        let env = Env { ctes: None, namespace: self.catalog.current(), outer: None };
        scope::RowScope { binder: self, env, names: &names, schema: &schema, clause, subqueries: None }.bind(node)
    }

    fn use_object(&self, path: &super::table::ObjectPath) {
        let mut used = self.used.borrow_mut();
        if !used.contains(path) {
            used.push(path.clone());
        }
    }

    /// Runs `bind` one level deeper.
    fn deeper<T>(&self, at: Position, bind: impl FnOnce() -> Result<T, SqlError>) -> Result<T, SqlError> {
        if self.depth.get() >= MAX_DEPTH {
            let instead = format!("At most {MAX_DEPTH} queries can be nested.");
            return Err(SqlError::unsupported(at, "A query nested so deep", instead));
        }
        self.depth.set(self.depth.get() + 1);
        let bound = bind();
        self.depth.set(self.depth.get() - 1);
        bound
    }

    fn bind_query(&self, query: &Query, env: Env<'_>) -> Result<Rel, SqlError> {
        self.deeper(query.at, || {
            if let Some(at) = query.recursive {
                let instead = "Write the query without RECURSIVE: streams cannot be read again and again.";
                return Err(SqlError::unsupported(at, "WITH RECURSIVE", instead));
            }
            let mut ctes = Ctes { around: env.ctes, entries: Vec::new() };
            for cte in &query.with {
                let rel = self.bind_query(&cte.query, Env { ctes: Some(&ctes), ..env })?;
                let rel = from::rename(rel, &cte.columns, &cte.name)?;
                ctes.entries.push((cte.name.text.clone(), rel));
            }
            self.ordered(query, Env { ctes: Some(&ctes), ..env })
        })
    }

    fn body(&self, body: &QueryBody, env: Env<'_>) -> Result<Rel, SqlError> {
        match body {
            QueryBody::Select(select) => self.select(select, &[], env).map(|selected| selected.rel),
            QueryBody::Values(values) => self.values(values, env),
            QueryBody::Table(name) => Ok(self.named(name, &[], env)?.0),
            QueryBody::Nested(query) => self.bind_query(query, env),
            QueryBody::Set(operation) => self.deeper(operation.at, || self.set_operation(operation, env)),
        }
    }
}

/// The session's settings that expressions depend on.
pub fn settings(config: &JobConfig, catalog: &str, database: &str) -> expr::Settings {
    expr::Settings { zone: config.zone.clone(), catalog: catalog.to_owned(), database: database.to_owned() }
}

/// A projection of a relation: its expressions and their names.
#[derive(Debug, Clone, Default)]
struct Items {
    exprs: Vec<Expr>,
    names: Vec<String>,
}
