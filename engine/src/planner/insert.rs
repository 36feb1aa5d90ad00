//! `INSERT INTO`: the columns of a query as those of a table.

use std::sync::Arc;

use super::{Table, catalog::Object, query::Binder, rel::Rel};
use crate::{
    expr::{self, Expr},
    syntax::{
        Position, SqlError,
        ast::{HintArgument, Insert, Name},
        nearest::did_you_mean,
    },
    types::{DataType, Schema},
};

/// An `INSERT`, bound.
pub struct BoundInsert {
    /// The rows, of the sink's columns.
    pub rel: Rel,
    /// The table that is written.
    pub table: Arc<Table>,
    /// Where it is named.
    pub at: Position,
}

/// Binds an `INSERT`.
pub fn bind(insert: &Insert, binder: &Binder<'_>) -> Result<BoundInsert, SqlError> {
    if let Some(at) = insert.overwrite {
        let instead = "Write INSERT INTO: a stream adds to what is there.";
        return Err(SqlError::unsupported(at, "INSERT OVERWRITE", instead));
    }
    let at = insert.into.at();
    let table = match binder.catalog.get(&insert.into)? {
        Object::Table(table) => with_hints(table, insert)?,
        Object::View(view) => {
            let message = format!("The view '{}' cannot be written", view.path);
            return Err(SqlError::invalid(at, message));
        }
    };
    binder.use_table(&table.path);
    let rel = binder.query(&insert.query)?;
    let sink = table.sink_columns();
    let fixed = partition(insert, &table, binder)?;
    let targets = targets(insert, &table, &sink, &fixed)?;
    if targets.len() != rel.schema.len() {
        return Err(mismatch(&table, "Different number of columns.", &rel.schema, &sink, insert.query.at));
    }
    let (mut exprs, mut names) = (Vec::with_capacity(sink.len()), Vec::with_capacity(sink.len()));
    for column in &sink {
        let declared = &table.columns[*column];
        names.push(declared.name.clone());
        let value = match targets.iter().position(|target| target == column) {
            Some(place) => rel.column(place),
            None => match fixed.iter().find(|(target, _)| target == column) {
                Some((_, value)) => value.clone(),
                None => left_out(&declared.name, &declared.data_type, at)?,
            },
        };
        let assigned = expr::assign(value, &declared.data_type).ok_or_else(|| {
            let place = sink.iter().position(|known| known == column).unwrap_or_default();
            let cause = format!("Incompatible types for sink column '{}' at position {place}.", declared.name);
            mismatch(&table, &cause, &rel.schema, &sink, insert.query.at)
        })?;
        exprs.push(assigned);
    }
    Ok(BoundInsert { rel: rel.project(names, exprs), table, at })
}

fn with_hints(table: &Arc<Table>, insert: &Insert) -> Result<Arc<Table>, SqlError> {
    if insert.hints.is_empty() {
        return Ok(Arc::clone(table));
    }
    let mut changed = Table::clone(table);
    for hint in &insert.hints {
        if !hint.name.text.eq_ignore_ascii_case("OPTIONS") {
            let message = format!("The hint '{}' is not known behind a sink. Did you mean 'OPTIONS'?", hint.name.text);
            return Err(SqlError::invalid(hint.name.at, message));
        }
        for argument in &hint.arguments {
            let HintArgument::Option(key, value) = argument else {
                return Err(SqlError::invalid(hint.name.at, "OPTIONS takes 'key' = 'value'"));
            };
            changed.options.insert(key.text.clone(), value.text.clone());
        }
    }
    Ok(Arc::new(changed))
}

/// The constants of `PARTITION (column = value)`.
fn partition(insert: &Insert, table: &Table, binder: &Binder<'_>) -> Result<Vec<(usize, Expr)>, SqlError> {
    let value = |(name, value): &(Name, crate::syntax::ast::Expr)| {
        let column = column(table, name)?;
        if !table.partitioned_by.contains(&column) {
            let message = format!("Static partition column '{}' must be one of PARTITIONED BY", name.text);
            return Err(SqlError::invalid(name.at, message));
        }
        Ok((column, binder.constant(value, "PARTITION")?))
    };
    insert.partition.iter().map(value).collect()
}

fn column(table: &Table, name: &Name) -> Result<usize, SqlError> {
    table.column(&name.text).ok_or_else(|| {
        let hint = did_you_mean(&name.text, table.column_names());
        SqlError::invalid(name.at, format!("Unknown target column '{}'. {hint}", name.text))
    })
}

/// The columns that the query's columns go to, in the query's order.
fn targets(insert: &Insert, table: &Table, sink: &[usize], fixed: &[(usize, Expr)]) -> Result<Vec<usize>, SqlError> {
    if insert.columns.is_empty() {
        let free = |column: &usize| !fixed.iter().any(|(known, _)| known == column);
        return Ok(sink.iter().copied().filter(free).collect());
    }
    let mut targets = Vec::new();
    for name in &insert.columns {
        let column = column(table, name)?;
        if !sink.contains(&column) {
            let message = format!("The target column '{}' is computed or read only, and cannot be written", name.text);
            return Err(SqlError::invalid(name.at, message));
        }
        if targets.contains(&column) || fixed.iter().any(|(known, _)| *known == column) {
            let message = format!("Target column '{}' is assigned more than once", name.text);
            return Err(SqlError::invalid(name.at, message));
        }
        targets.push(column);
    }
    Ok(targets)
}

/// NULL, for a column that is not written.
fn left_out(name: &str, data_type: &DataType, at: Position) -> Result<Expr, SqlError> {
    if data_type.nullable {
        return Ok(Expr::null(data_type.kind.clone()));
    }
    let message = format!("Column '{name}' has no default value and does not allow NULLs");
    Err(SqlError::invalid(at, message))
}

fn mismatch(table: &Table, cause: &str, query: &Schema, sink: &[usize], at: Position) -> SqlError {
    let query: Vec<String> = query.fields.iter().map(|field| format!("{}: {}", field.name, field.data_type)).collect();
    let sink: Vec<String> = sink
        .iter()
        .map(|column| format!("{}: {}", table.columns[*column].name, table.columns[*column].data_type))
        .collect();
    let message = format!(
        "Column types of query result and sink for '{}' do not match.\nCause: {cause}\n\nQuery schema: [{}]\nSink \
         schema:  [{}]",
        table.path,
        query.join(", "),
        sink.join(", ")
    );
    SqlError::invalid(at, message)
}
