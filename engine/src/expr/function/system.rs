//! The session, and the types of expressions.

use super::{
    registry::{Call, FunctionInfo, Group},
    signature::Param,
};
use crate::{
    expr::Expr,
    syntax::SqlError,
    types::{TypeKind as K, Value},
};

fn text(value: &str) -> Expr {
    Expr::literal(Value::Text(value.into()), K::STRING)
}

fn type_of(call: &Call<'_>) -> Result<Expr, SqlError> {
    let arguments = call.take(&[Param::Any, Param::Boolean], 1).ok_or_else(|| call.refusal())?;
    let argument = &arguments[0].data_type;
    let shown = if argument.kind == K::Null { "NULL".to_owned() } else { argument.to_string() };
    let literal = text(&shown);
    Ok(Expr { data_type: K::STRING.nullable(), ..literal })
}

fn current_database(call: &Call<'_>) -> Result<Expr, SqlError> {
    if !call.arguments.is_empty() {
        return Err(call.refusal());
    }
    Ok(text(&call.settings.database))
}

fn current_catalog(call: &Call<'_>) -> Result<Expr, SqlError> {
    if !call.arguments.is_empty() {
        return Err(call.refusal());
    }
    Ok(text(&call.settings.catalog))
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    into.push(
        FunctionInfo::new(
            Group::TypeConversion,
            "TYPEOF",
            "TYPEOF(value)",
            "The type of an expression.",
            ("TYPEOF(1.5)", "DECIMAL(2, 1) NOT NULL"),
        )
        .rule(type_of),
    );
    into.push(
        FunctionInfo::new(
            Group::System,
            "CURRENT_DATABASE",
            "CURRENT_DATABASE()",
            "The current database.",
            ("CURRENT_DATABASE()", "default_database"),
        )
        .rule(current_database),
    );
    into.push(
        FunctionInfo::new(
            Group::System,
            "CURRENT_CATALOG",
            "CURRENT_CATALOG",
            "The current catalog.",
            ("CURRENT_CATALOG", "default_catalog"),
        )
        .rule(current_catalog),
    );
}
