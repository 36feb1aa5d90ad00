//! What the statements of a session may use, as its gateway lists it.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use model::sql::{SqlCatalog, SqlColumn, SqlTable};
use serde_json::Value;

use crate::flink::{Failure, FlinkError, Session};

/// At most so many tables are listed, and of them so many described.
const MAX_TABLES: (usize, usize) = (500, 60);

/// Reads the session's catalog. What the gateway does not list is left out.
///
/// # Errors
/// Where the gateway cannot be asked.
pub async fn read(session: &Session) -> Result<SqlCatalog, FlinkError> {
    let views: BTreeSet<String> = names(session, "SHOW VIEWS").await?.into_iter().collect();
    let mut tables = Vec::new();
    for name in names(session, "SHOW TABLES").await?.into_iter().take(MAX_TABLES.0) {
        let columns = if tables.len() < MAX_TABLES.1 { columns(session, &name).await? } else { Vec::new() };
        tables.push(SqlTable { view: views.contains(&name), name, columns });
    }
    tables.sort_by(|a: &SqlTable, b| a.name.cmp(&b.name));
    let functions = functions(names(session, "SHOW FUNCTIONS").await?);
    let revision = revision(&tables, &functions);
    Ok(SqlCatalog { revision, tables, functions })
}

/// The columns of a table or view; none where it cannot be described.
///
/// # Errors
/// Where the gateway cannot be asked.
pub async fn columns(session: &Session, name: &str) -> Result<Vec<SqlColumn>, FlinkError> {
    let rows = rows(session, &format!("DESCRIBE {}", quoted(name))).await?;
    let text = |row: &[Value], at: usize| row.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(rows.iter().map(|row| SqlColumn { name: text(row, 0), kind: text(row, 1) }).collect())
}

/// A name as SQL writes it whatever is in it.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

async fn names(session: &Session, statement: &str) -> Result<Vec<String>, FlinkError> {
    let rows = rows(session, statement).await?;
    Ok(rows.iter().filter_map(|row| row.first()?.as_str().map(str::to_owned)).collect())
}

async fn rows(session: &Session, statement: &str) -> Result<Vec<Vec<Value>>, FlinkError> {
    match session.execute(statement).await {
        Ok(result) => Ok(result.rows),
        // It is not a statement of this gateway.
        Err(FlinkError { failure: Failure::Statement(_), .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Functions in upper case, each once. Flink also lists inner names (`charLength`, `$SCALAR_QUERY$1`) that no statement can
/// call: those are left out, and so are the parts of its own aggregates.
fn functions(names: Vec<String>) -> Vec<String> {
    let is_inner = |name: &str| {
        let (lower, upper) = (name.contains(|c: char| c.is_lowercase()), name.contains(|c: char| c.is_uppercase()));
        (lower && upper) || name.contains('$') || name.starts_with("AGG_DECIMAL") || name.starts_with("INTERNAL_")
    };
    let is_name = |name: &str| name.starts_with(|c: char| c.is_alphabetic());
    let all: BTreeMap<String, ()> = names
        .into_iter()
        .filter(|name| is_name(name) && !is_inner(name))
        .map(|name| (name.to_uppercase(), ()))
        .collect();
    all.into_keys().collect()
}

fn revision(tables: &[SqlTable], functions: &[String]) -> String {
    let mut hasher = DefaultHasher::new();
    for table in tables {
        (&table.name, table.view).hash(&mut hasher);
        table.columns.iter().for_each(|column| (&column.name, &column.kind).hash(&mut hasher));
    }
    functions.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::{functions, quoted};

    #[test]
    fn functions_are_those_that_can_be_called() {
        let names = ["sum", "charLength", "SHA1", "$SCALAR_QUERY$1", "AGG_DECIMAL_PLUS", "=", "sum", "my_f"];
        assert_eq!(functions(names.map(String::from).to_vec()), ["MY_F", "SHA1", "SUM"]);
    }

    #[test]
    fn any_name_can_be_written() {
        assert_eq!(quoted("a`b c"), "`a``b c`");
    }
}
