//! Whole expressions, from their text to their values.
#![allow(clippy::unwrap_used, clippy::panic)]

mod conformance;
mod examples;
mod table;

use super::{EvalContext, EvalError, Expr, Scope, Settings, bind};
use crate::{
    syntax::{
        SqlError,
        ast::{self, ObjectName},
        parse_expression,
    },
    types::{Batch, Field, Schema, Value},
};

/// A table to evaluate expressions over.
pub struct Rows {
    pub schema: Schema,
    pub batch: Batch,
    pub settings: Settings,
}

impl Rows {
    /// One row without columns.
    pub fn none() -> Self {
        Self { schema: Schema::default(), batch: Batch::inserts(Vec::new(), 1), settings: settings() }
    }

    fn context(&self) -> EvalContext {
        self.settings.context()
    }
}

impl Scope for Rows {
    fn column(&self, name: &ObjectName) -> Result<Expr, SqlError> {
        // The first part may be the table's name.
        let parts: Vec<&ast::Name> = name.parts().collect();
        let skipped = usize::from(self.schema.position(&parts[0].text).is_none() && parts.len() > 1);
        let at = self.schema.position(&parts[skipped].text);
        let at = at.ok_or_else(|| SqlError::invalid(name.at(), format!("Column '{}' not found", name.dotted())))?;
        let Field { data_type, .. } = &self.schema.fields[at];
        parts[skipped + 1..].iter().try_fold(Expr::column(at, data_type.clone()), |row, name| bind::field(row, name))
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }
}

pub fn settings() -> Settings {
    Settings {
        zone: jiff::tz::TimeZone::UTC,
        catalog: "default_catalog".to_owned(),
        database: "default_database".to_owned(),
    }
}

/// What an expression is refused for, or fails with.
#[derive(Debug)]
pub enum Failure {
    Refused(SqlError),
    Failed(EvalError),
}

/// The expression and its values over a table.
pub fn values(node: &ast::Expr, rows: &Rows) -> Result<(Expr, Vec<Value>), Failure> {
    let expr = bind::bind(node, rows).map_err(Failure::Refused)?;
    let column = expr.eval(&rows.batch, &rows.context()).map_err(Failure::Failed)?;
    assert_eq!(*column.data_type(), expr.data_type.kind.arrow(), "the column of {expr} has the type of {expr}");
    let value = |row| Value::at(&column, row, &expr.data_type.kind);
    let values = (0..rows.batch.rows).map(value).collect();
    Ok((expr, values))
}

/// The text of a constant expression's value, as CAST to STRING gives it.
pub fn text_of(sql: &str) -> Result<String, Failure> {
    let node = parse_expression(sql).map_err(Failure::Refused)?;
    let (expr, values) = values(&node, &Rows::none())?;
    Ok(super::value_text::value_text(&values[0], &expr.data_type.kind, &jiff::tz::TimeZone::UTC))
}

fn error_of(sql: &str) -> String {
    match text_of(sql) {
        Ok(value) => panic!("{sql} is {value}"),
        Err(Failure::Refused(error)) => error.to_string(),
        Err(Failure::Failed(error)) => error.to_string(),
    }
}

#[test]
fn what_cannot_be_is_refused_with_its_place_and_what_can() {
    let cases = [
        ("UPPERR('a')", "line 1, column 1: No match found for function UPPERR. Did you mean 'UPPER'?"),
        ("UPPER(1)", "line 1, column 1: UPPER does not take (INT NOT NULL). It is called UPPER(string)."),
        ("1 + 'a'", "line 1, column 3: Cannot apply '+' to arguments of type '<INT> + <CHAR(1)>'."),
        ("1 = '1'", "line 1, column 3: Cannot apply '=' to arguments of type '<INT> = <CHAR(1)>'."),
        ("'a' || 1", "Cannot apply '||' to arguments of type '<CHAR(1)> || <INT>'."),
        ("1 / 0", "line 1, column 3: Division by zero"),
        ("CASE WHEN TRUE THEN 1 ELSE 'a' END", "Illegal mixing of types in CASE: INT, CHAR(1) have no common type"),
        ("CAST(DATE '2024-01-01' AS INT)", "Cast function cannot convert value of type DATE NOT NULL to type INT"),
        ("x", "Column 'x' not found"),
        ("ARRAY[]", "requires at least 1 argument"),
        ("DATE '2024-02-30'", "Illegal DATE literal '2024-02-30': not in format 'yyyy-MM-dd'"),
        ("NOT 1", "Cannot apply 'NOT' to arguments of type"),
        ("EXISTS (SELECT 1)", "EXISTS is not supported by this engine."),
        ("CAST(ROW(1) AS ROW<a INT>).b", "Field 'b' not found in ROW<`a` INT>. Did you mean 'a'?"),
    ];
    for (sql, expected) in cases {
        let error = error_of(sql);
        assert!(error.contains(expected), "{sql}: {error}");
    }
}

#[test]
fn what_cannot_be_computed_fails_with_the_class_that_flink_names() {
    let cases = [
        ("MOD(1, 0)", "java.lang.ArithmeticException: / by zero"),
        ("CAST('x' AS INT)", "java.lang.NumberFormatException: For input string: 'x'. Invalid character found."),
        ("CAST('x' AS BOOLEAN)", "org.apache.flink.table.api.TableException: Cannot parse 'x' as BOOLEAN."),
        ("CAST('2024-02-30' AS DATE)", "java.time.DateTimeException: For input string: '2024-02-30'."),
        ("ELEMENT(ARRAY[1, 2])", "Array has 2 elements"),
    ];
    for (sql, expected) in cases {
        let error = error_of(sql);
        assert!(error.contains(expected), "{sql}: {error}");
    }
}

#[test]
fn a_branch_is_computed_only_for_rows_that_take_it() {
    let rows = table::numbers();
    let cases = [
        "CASE WHEN i = 0 THEN -1 ELSE 10 / i END",
        "i <> 0 AND 10 / i > 1",
        "i = 0 OR 10 / i > 1",
        "IF(i = 0, 0, 10 % i)",
        "COALESCE(NULLIF(i, 0), 7 / (i + 1))",
    ];
    for sql in cases {
        let node = parse_expression(sql).unwrap();
        assert!(values(&node, &rows).is_ok(), "{sql}");
    }
    assert!(matches!(values(&parse_expression("10 / i").unwrap(), &rows), Err(Failure::Failed(_))));
}
