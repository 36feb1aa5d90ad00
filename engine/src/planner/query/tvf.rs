//! Window table functions: `TUMBLE`, `HOP`, `CUMULATE`, `SESSION`.

use super::{Binder, Env};
use crate::{
    expr::{self, Scope},
    operators::spec::WindowKind,
    planner::{query::scope::RowScope, rel::Rel, shape},
    syntax::{
        Position, SqlError,
        ast::{self, Argument, Call, ExprKind, Name, TableSource},
        nearest::did_you_mean,
    },
    types::{TimeAttribute, TypeKind},
};

/// A function's parameters, by their names in `name => value`.
struct Signature {
    name: &'static str,
    parameters: &'static [&'static str],
    required: usize,
}

const SIGNATURES: [Signature; 4] = [
    Signature { name: "TUMBLE", parameters: &["DATA", "TIMECOL", "SIZE", "OFFSET"], required: 3 },
    Signature { name: "HOP", parameters: &["DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"], required: 4 },
    Signature { name: "CUMULATE", parameters: &["DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"], required: 4 },
    Signature { name: "SESSION", parameters: &["DATA", "TIMECOL", "GAP"], required: 3 },
];

impl Binder<'_> {
    /// `TABLE(f(…))`
    pub(super) fn table_function(&self, call: &Call, env: Env<'_>) -> Result<Rel, SqlError> {
        let name = call.name.last();
        let known = |signature: &&Signature| signature.name.eq_ignore_ascii_case(&name.text);
        let Some(signature) = SIGNATURES.iter().find(known) else {
            let hint = did_you_mean(&name.text.to_uppercase(), SIGNATURES.iter().map(|signature| signature.name));
            let message = format!("No match found for the table function '{}'. {hint}", name.text);
            return Err(SqlError::invalid(name.at, message));
        };
        let arguments = arrange(signature, &call.arguments, name)?;
        let (rel, partition) = self.table_argument(arguments[0], env)?;
        let time = self.time_column(&rel, arguments[1], signature.name)?;
        let partition = self.partition_columns(&rel, partition, signature.name, env)?;
        let interval = |index: usize| self.interval(arguments[index], signature, index);
        let offset = |index: usize| match arguments.get(index) {
            Some(_) => interval(index),
            None => Ok(0),
        };
        let window = match signature.name {
            "TUMBLE" => WindowKind::Tumble { size_ms: interval(2)?, offset_ms: offset(3)? },
            "HOP" => WindowKind::Hop { slide_ms: interval(2)?, size_ms: interval(3)?, offset_ms: offset(4)? },
            "CUMULATE" => WindowKind::Cumulate { step_ms: interval(2)?, max_ms: interval(3)?, offset_ms: offset(4)? },
            _ => WindowKind::Session { gap_ms: interval(2)? },
        };
        check_window(&window, arguments[2].at)?;
        Ok(rel.window_tvf(window, time, partition, name.at))
    }

    fn table_argument<'q>(&self, argument: &'q ast::Expr, env: Env<'_>) -> Result<(Rel, &'q [ast::Expr]), SqlError> {
        match &argument.kind {
            ExprKind::Table(table) => {
                if let Some(order) = table.order_by.first() {
                    let instead = "Rows are ordered by the time column.";
                    return Err(SqlError::unsupported(order.expr.at, "ORDER BY in a window table function", instead));
                }
                let rel = match &table.source {
                    TableSource::Named(name) => self.named(name, &[], env)?.0,
                    TableSource::Query(query) => self.bind_query(query, env)?,
                };
                Ok((rel, &table.partition_by))
            }
            ExprKind::Query(query) => Ok((self.bind_query(query, env)?, &[])),
            _ => Err(SqlError::invalid(argument.at, "A window table function reads TABLE t or (SELECT …)")),
        }
    }

    fn time_column(&self, rel: &Rel, argument: &ast::Expr, function: &str) -> Result<usize, SqlError> {
        let ExprKind::Descriptor(columns) = &argument.kind else {
            return Err(SqlError::invalid(
                argument.at,
                format!("{function} takes its time column as DESCRIPTOR(column)"),
            ));
        };
        let [name] = &columns[..] else {
            return Err(SqlError::invalid(argument.at, format!("{function} takes one time column")));
        };
        let column = rel.schema.position(&name.text).ok_or_else(|| {
            let known = rel.schema.fields.iter().map(|field| field.name.as_str());
            let hint = did_you_mean(&name.text, known);
            SqlError::invalid(name.at, format!("Unknown identifier '{}'. {hint}", name.text))
        })?;
        time_attribute(rel, column, name.at)?;
        Ok(column)
    }

    fn partition_columns(
        &self,
        rel: &Rel,
        partition: &[ast::Expr],
        function: &str,
        env: Env<'_>,
    ) -> Result<Vec<usize>, SqlError> {
        if let Some(first) = partition.first().filter(|_| function != "SESSION") {
            let instead = "Group by the columns after the window function; only SESSION takes PARTITION BY.";
            return Err(SqlError::unsupported(first.at, format!("PARTITION BY in {function}"), instead));
        }
        let names = super::names::Names::of(&rel.schema, None);
        let scope = RowScope {
            binder: self,
            env,
            names: &names,
            schema: &rel.schema,
            clause: "PARTITION BY",
            subqueries: None,
        };
        let column = |expr: &ast::Expr| {
            scope.bind(expr)?.as_column().ok_or_else(|| {
                SqlError::unsupported(expr.at, "An expression in PARTITION BY", "Compute it in the query that is read.")
            })
        };
        partition.iter().map(column).collect()
    }

    /// A constant interval, in milliseconds.
    fn interval(&self, argument: &ast::Expr, signature: &Signature, index: usize) -> Result<i64, SqlError> {
        let names = super::names::Names::default();
        let schema = crate::types::Schema::default();
        let env = Env { ctes: None, namespace: self.catalog.current(), outer: None };
        let scope =
            RowScope { binder: self, env, names: &names, schema: &schema, clause: signature.name, subqueries: None };
        let what = format!("{} of {}", signature.parameters[index], signature.name);
        millis(argument, &scope, &what)
    }
}

/// A constant interval, in milliseconds.
pub fn millis(argument: &ast::Expr, scope: &dyn Scope, what: &str) -> Result<i64, SqlError> {
    let bound = expr::bind(argument, scope)?;
    if bound.data_type.kind == TypeKind::IntervalMonths {
        let instead = "Write it in DAYs or smaller units: months are not all of a length.";
        return Err(SqlError::unsupported(argument.at, format!("{what} in months"), instead));
    }
    shape::millis(&bound).ok_or_else(|| {
        SqlError::invalid(argument.at, format!("{what} must be a constant interval like INTERVAL '10' MINUTE"))
    })
}

/// Refuses windows that make no sense, in Flink's words.
pub fn check_window(window: &WindowKind, at: Position) -> Result<(), SqlError> {
    let positive = |name: &str, millis: i64| {
        if millis > 0 { Ok(()) } else { Err(SqlError::invalid(at, format!("{name} should be greater than 0"))) }
    };
    match window {
        WindowKind::Tumble { size_ms, .. } => {
            positive("Tumbling Window parameters must satisfy size > 0: the size", *size_ms)
        }
        WindowKind::Hop { slide_ms, size_ms, .. } => {
            positive("Hopping Window parameters must satisfy slide > 0: the slide", *slide_ms)?;
            positive("Hopping Window parameters must satisfy size > 0: the size", *size_ms)
        }
        WindowKind::Cumulate { step_ms, max_ms, .. } => {
            positive("Cumulative Window parameters must satisfy step > 0: the step", *step_ms)?;
            positive("Cumulative Window parameters must satisfy maxSize > 0: the size", *max_ms)
        }
        WindowKind::Session { gap_ms } => positive("Session Window parameters must satisfy gap > 0: the gap", *gap_ms),
    }
}

/// That a column is a time attribute.
pub fn time_attribute(rel: &Rel, column: usize, at: Position) -> Result<TimeAttribute, SqlError> {
    let field = &rel.schema.fields[column];
    field.time.ok_or_else(|| {
        let message = format!(
            "The window function requires the timecol is a time attribute type, but is {}. Define a watermark on '{}' \
             (WATERMARK FOR), or use a column AS PROCTIME(); joins and aggregates without windows take the attribute away",
            field.data_type, field.name
        );
        SqlError::invalid(at, message)
    })
}

/// The arguments in the order of the parameters, whether named or not.
fn arrange<'q>(signature: &Signature, arguments: &'q [Argument], name: &Name) -> Result<Vec<&'q ast::Expr>, SqlError> {
    let count = || {
        let message = format!(
            "Invalid number of arguments to function '{}'. It takes {} ({})",
            signature.name,
            if signature.required == signature.parameters.len() {
                signature.required.to_string()
            } else {
                format!("{} or {}", signature.required, signature.parameters.len())
            },
            signature.parameters.join(", ")
        );
        SqlError::invalid(name.at, message)
    };
    let mut places: Vec<Option<&ast::Expr>> = vec![None; signature.parameters.len()];
    for (index, argument) in arguments.iter().enumerate() {
        let place = match &argument.name {
            None => index,
            Some(given) => {
                let known = |parameter: &&str| parameter.eq_ignore_ascii_case(&given.text);
                signature.parameters.iter().position(known).ok_or_else(|| {
                    let hint = did_you_mean(&given.text.to_uppercase(), signature.parameters.iter().copied());
                    SqlError::invalid(given.at, format!("{} has no parameter '{}'. {hint}", signature.name, given.text))
                })?
            }
        };
        *places.get_mut(place).ok_or_else(count)? = Some(&argument.value);
    }
    let given: Vec<&ast::Expr> = places.iter().map_while(|place| *place).collect();
    if given.len() < signature.required || given.len() < arguments.len() {
        return Err(count());
    }
    Ok(given)
}
