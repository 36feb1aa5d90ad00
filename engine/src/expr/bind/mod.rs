//! From the syntax tree to expressions with types.

mod case;
mod coercion;
mod construct;
mod literal;
mod operators;
mod predicate;
mod special;
mod time;
mod types;

use jiff::tz::TimeZone;

use super::{EvalContext, Expr, function::registry};
use crate::syntax::{
    Position, SqlError,
    ast::{self, ExprKind as Node, ObjectName},
};

pub use case::case;
pub use coercion::{assign, castable, coerce, common_type};
pub use construct::field;
pub use operators::{arithmetic, compare, unify};
pub use time::extract_from;
pub use types::data_type;

/// What a name means where an expression stands.
pub trait Scope {
    /// The column of this name, `t.column` or `column.field.field`; the fields of rows by [`field`].
    fn column(&self, name: &ObjectName) -> Result<Expr, SqlError>;

    /// Asked before each node is bound, from the outermost: the expression that stands for the whole node where the
    /// planner computes it elsewhere (an aggregate, a group key, a subquery, a window's property), else `None`.
    fn intercept(&self, node: &ast::Expr) -> Result<Option<Expr>, SqlError> {
        let _ = node;
        Ok(None)
    }

    /// The session's settings.
    fn settings(&self) -> &Settings;
}

/// The session's settings that expressions depend on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `table.local-time-zone`
    pub zone: TimeZone,
    /// The current catalog.
    pub catalog: String,
    /// The current database.
    pub database: String,
}

impl Settings {
    /// What constants are computed with.
    pub fn context(&self) -> EvalContext {
        EvalContext::new(self.zone.clone())
    }
}

/// The expression of a node, its constants computed.
pub fn bind(node: &ast::Expr, scope: &dyn Scope) -> Result<Expr, SqlError> {
    Ok(Binder { scope }.bind(node)?.fold(&scope.settings().context()))
}

struct Binder<'a> {
    scope: &'a dyn Scope,
}

impl Binder<'_> {
    fn bind(&self, node: &ast::Expr) -> Result<Expr, SqlError> {
        if let Some(expr) = self.scope.intercept(node)? {
            return Ok(expr);
        }
        let at = node.at;
        match &node.kind {
            Node::Name(name) => self.name(name),
            Node::Literal(literal) => literal::bind(literal, at),
            Node::Unary(op, operand) => self.unary(*op, operand, at),
            Node::Binary(op, left, right) => self.binary(*op, left, right, at),
            Node::And(parts) => self.junction(parts, true),
            Node::Or(parts) => self.junction(parts, false),
            Node::Is { operand, test, negated } => self.is(operand, *test, *negated, at),
            Node::IsDistinct { left, right, negated } => self.is_distinct(left, right, *negated, at),
            Node::Between { operand, low, high, symmetric, negated } => {
                self.between(operand, [low, high], *symmetric, *negated, at)
            }
            Node::InList { operand, list, negated } => self.in_list(operand, list, *negated, at),
            Node::Like { kind, operand, pattern, escape, negated } => {
                self.like(*kind, [operand, pattern], escape.as_deref(), *negated, at)
            }
            Node::Case { operand, branches, otherwise } => {
                self.case(operand.as_deref(), branches, otherwise.as_deref(), at)
            }
            Node::Cast { operand, to, tolerant } => self.cast(operand, to, *tolerant, at),
            Node::Call(call) => self.function(call, at),
            Node::Extract { unit, operand } => self.extract(*unit, operand, at),
            Node::Trim { side, characters, operand } => self.trim(*side, characters.as_deref(), operand, at),
            Node::Round { up, operand, unit } => self.round(*up, operand, *unit, at),
            Node::TimestampAdd { unit, count, operand } => self.timestamp_add(*unit, count, operand, at),
            Node::TimestampDiff { unit, from, to } => self.timestamp_diff(*unit, from, to, at),
            Node::Difference { to, from, qualifier } => self.difference(to, from, qualifier, at),
            Node::Json(call) => self.json(call, at),
            Node::Array(items) => self.array(items, at),
            Node::Map(entries) => self.map(entries, at),
            Node::Row(fields) => self.row(fields),
            Node::Index(base, index) => self.index(base, index, at),
            Node::Field(base, name) => field(self.bind(base)?, name),
            Node::Interval(value, qualifier) => self.interval(value, qualifier, at),
            _ => Err(refusal(node)),
        }
    }

    fn all(&self, nodes: &[ast::Expr]) -> Result<Vec<Expr>, SqlError> {
        nodes.iter().map(|node| self.bind(node)).collect()
    }

    /// A column; or a function that is called without parentheses.
    fn name(&self, name: &ObjectName) -> Result<Expr, SqlError> {
        let unknown = match self.scope.column(name) {
            Ok(column) => return Ok(column),
            Err(error) => error,
        };
        let bare =
            name.rest.is_empty() && BARE_FUNCTIONS.iter().any(|known| name.first.text.eq_ignore_ascii_case(known));
        match registry::function(&name.first.text).filter(|_| bare) {
            Some(function) => function.bind(name.at(), Vec::new(), Vec::new(), self.scope.settings()),
            None => Err(unknown),
        }
    }

    fn function(&self, call: &ast::Call, at: Position) -> Result<Expr, SqlError> {
        let name = call.name.last();
        let Some(function) = registry::function(&name.text) else {
            return Err(missing(&name.text, name.at));
        };
        if let Some(place) = call.star.or(call.distinct) {
            return Err(SqlError::invalid(place, format!("{} is no aggregate: it takes values", function.name)));
        }
        if call.over.is_some() || call.filter.is_some() {
            return Err(SqlError::invalid(
                at,
                format!("{} is no aggregate: OVER and FILTER belong to one", function.name),
            ));
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            if let Some(name) = &argument.name {
                let supported = format!("It is called {}.", function.signature);
                return Err(SqlError::unsupported(name.at, "A named argument of a scalar function", supported));
            }
            arguments.push(self.bind(&argument.value)?);
        }
        let places = call.arguments.iter().map(|argument| argument.value.at).collect();
        function.bind(at, arguments, places, self.scope.settings())
    }

    fn cast(&self, operand: &ast::Expr, to: &ast::TypeName, lenient: bool, at: Position) -> Result<Expr, SqlError> {
        let input = self.bind(operand)?;
        let target = data_type(to)?;
        if !castable(&input.data_type.kind, &target.kind) {
            let message =
                format!("Cast function cannot convert value of type {} to type {}", input.data_type, target.kind);
            return Err(SqlError::invalid(at, message));
        }
        Ok(special::cast(input, target.kind, lenient))
    }
}

/// Functions that may be written without parentheses and are no keywords.
const BARE_FUNCTIONS: [&str; 1] = ["PI"];

/// The aggregates that the planner knows, for suggestions.
const AGGREGATES: &[&str] = &[
    "COUNT",
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "FIRST_VALUE",
    "LAST_VALUE",
    "LISTAGG",
    "COLLECT",
    "ARRAY_AGG",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "VAR_POP",
    "VAR_SAMP",
    "ROW_NUMBER",
    "RANK",
    "DENSE_RANK",
    "LAG",
    "LEAD",
    "NTILE",
    "TUMBLE",
    "HOP",
    "SESSION",
    "CUMULATE",
];

/// Flink's functions that this engine does not have, by the start of their names, and what to do instead.
const MISSING: [(&str, &str); 3] = [
    ("BITMAP_", "There is no type BITMAP here. Use ARRAY with ARRAY_UNION, ARRAY_INTERSECT and ARRAY_EXCEPT."),
    ("PARSE_JSON", "There is no type VARIANT here. Use JSON_VALUE and JSON_QUERY on the string."),
    ("TRY_PARSE_JSON", "There is no type VARIANT here. Use IS JSON, JSON_VALUE and JSON_QUERY on the string."),
];

/// The error of a function that is not among the scalar ones.
fn missing(name: &str, at: Position) -> SqlError {
    let upper = name.to_ascii_uppercase();
    if AGGREGATES.contains(&upper.as_str()) {
        return SqlError::invalid(
            at,
            format!("{upper} cannot stand here: an aggregate or window function is no value of a row"),
        );
    }
    match MISSING.iter().find(|(start, _)| upper.starts_with(start)) {
        Some((_, instead)) => SqlError::unsupported(at, format!("The function {upper}"), *instead),
        None => registry::unknown(name, at, AGGREGATES),
    }
}

/// What cannot stand in an expression here.
fn refusal(node: &ast::Expr) -> SqlError {
    let (clause, supported) = match &node.kind {
        Node::InQuery { .. } => ("IN with a subquery", "It can stand in WHERE, on its own or joined with AND."),
        Node::Exists(_) => ("EXISTS", "It can stand in WHERE, on its own or joined with AND."),
        Node::Query(_) => ("A subquery as a value", "A scalar subquery can stand in SELECT and WHERE."),
        Node::Quantified { .. } => ("A comparison with ANY or ALL", "Write IN, NOT IN, MIN or MAX instead."),
        Node::Collect(..) => ("A collection of a query's rows", "Use ARRAY_AGG or COLLECT."),
        Node::Multiset(_) => ("MULTISET[…]", "Use ARRAY[…], or COLLECT for an aggregate."),
        Node::Descriptor(_) => ("DESCRIPTOR", "It is an argument of TUMBLE, HOP, CUMULATE and SESSION."),
        Node::Table(_) => ("A table as a value", "It is an argument of TUMBLE, HOP, CUMULATE and SESSION."),
        _ => ("DEFAULT", "Write the value."),
    };
    SqlError::unsupported(node.at, clause, supported)
}
