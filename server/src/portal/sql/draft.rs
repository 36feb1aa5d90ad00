//! A query made into a job: the table that its rows go to, and the statement that writes them there.

use std::fmt::Write as _;

use model::ApiError;
use model::sql::{SqlColumn, SqlDraft, SqlDrafted, SqlSink, Statement, Verb, statement_at, statements};

use super::catalog::{columns, quoted};
use super::check::explaining;
use super::{Stopped, check_length, fault, gateway, prepared};
use crate::flink::{Failure, FlinkError, Session};
use crate::store::ClusterRecord;

/// The view by which the gateway is asked for the query's columns; its session ends with the question.
const VIEW: &str = "drsquirrel_draft";

/// Writes the script of the job, and has the gateway say whether it would run.
///
/// # Errors
/// What the gateway answered where it cannot be asked; `nothing_to_save`, `table_name_missing`, `script_too_long`.
pub async fn draft(cluster: &ClusterRecord, request: &SqlDraft) -> Result<SqlDrafted, ApiError> {
    let script = &request.script;
    let all = statements(script);
    check_length(script, &all)?;
    let target = statement_at(&all, request.at as usize).filter(|found| found.verb == Verb::Query);
    let Some(target) = target else {
        let hint = "Put the caret into a SELECT, then save it";
        return Err(ApiError::user("nothing_to_save", "There is no query at the caret", hint));
    };
    let Some(table) = table(&request.sink) else {
        return Err(ApiError::user("table_name_missing", "The table has no name", "Give the table a name"));
    };
    let session = match prepared(&gateway(cluster)?, script, &all, target.start).await {
        Ok(session) => session,
        Err(Stopped::Fault(fault)) => return Ok(refused(fault.message)),
        Err(Stopped::Gateway(error)) => return Err(error.into()),
    };
    let drafted = written(&session, script, &all, target, &request.sink, table).await;
    session.close().await;
    match drafted {
        Ok(drafted) => Ok(drafted),
        Err(FlinkError { failure: Failure::Statement(message), .. }) => {
            Ok(refused(fault::locate(script, target, 1, &message).message))
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(fault: String) -> SqlDrafted {
    SqlDrafted { added: String::new(), script: String::new(), fault: Some(fault) }
}

async fn written(
    session: &Session,
    script: &str,
    all: &[Statement],
    target: Statement,
    sink: &SqlSink,
    table: &str,
) -> Result<SqlDrafted, FlinkError> {
    let query = target.of(script);
    session.execute(&format!("CREATE TEMPORARY VIEW {VIEW} AS\n{query}")).await?;
    let columns = columns(session, VIEW).await?;
    let definition = definition(sink, table, &columns);
    let insert = format!("INSERT INTO {}\n{query}", quoted(table));
    let mut added = String::new();
    let mut fault = None;
    if let Some(definition) = definition {
        fault = wrong(session.execute(&definition).await)?;
        let _ = write!(added, "{definition};\n\n");
    }
    if fault.is_none() {
        fault = wrong(session.execute(&explaining(&insert).0).await)?;
    }
    let _ = writeln!(added, "{insert};");
    let before = all.iter().filter(|s| s.start < target.start && s.verb == Verb::Prepare);
    let mut whole: String = before.map(|s| format!("{};\n\n", s.of(script))).collect();
    whole.push_str(&added);
    let fault = fault.map(|message| fault::locate(script, target, 1, &message).message);
    Ok(SqlDrafted { added, script: whole, fault })
}

/// What the gateway finds wrong with a statement; an error is that it cannot be asked.
fn wrong<T>(outcome: Result<T, FlinkError>) -> Result<Option<String>, FlinkError> {
    match outcome {
        Ok(_) => Ok(None),
        Err(FlinkError { failure: Failure::Statement(message), .. }) => Ok(Some(message)),
        Err(error) => Err(error),
    }
}

fn table(sink: &SqlSink) -> Option<&str> {
    let (SqlSink::Table(name) | SqlSink::Print(name) | SqlSink::Blackhole(name) | SqlSink::Files { table: name, .. }) =
        sink;
    Some(name.trim()).filter(|name| !name.is_empty())
}

/// The table, where it is new.
fn definition(sink: &SqlSink, table: &str, columns: &[SqlColumn]) -> Option<String> {
    let options = match sink {
        SqlSink::Table(_) => return None,
        SqlSink::Print(_) => vec![("connector", "print")],
        SqlSink::Blackhole(_) => vec![("connector", "blackhole")],
        SqlSink::Files { path, .. } => vec![("connector", "filesystem"), ("path", path.trim()), ("format", "json")],
    };
    let column = |c: &SqlColumn| format!("  {} {}", quoted(&c.name), plain_type(&c.kind));
    let option = |(key, value): &(&str, &str)| format!("  '{key}' = '{}'", value.replace('\'', "''"));
    let lines = |lines: Vec<String>| lines.join(",\n");
    let (columns, options) = (lines(columns.iter().map(column).collect()), lines(options.iter().map(option).collect()));
    Some(format!("CREATE TABLE {} (\n{columns}\n) WITH (\n{options}\n)", quoted(table)))
}

/// A type without the mark of a time attribute, which a table that is written to does not have.
fn plain_type(kind: &str) -> &str {
    kind.split(" *").next().unwrap_or(kind).trim()
}

#[cfg(test)]
mod tests {
    use model::sql::{SqlColumn, SqlSink};

    use super::definition;

    fn check(sink: SqlSink, expect: Option<&str>) {
        let column = |name: &str, kind: &str| SqlColumn { name: name.into(), kind: kind.into() };
        let columns = [column("EXPR$0", "BIGINT"), column("a`b", "TIMESTAMP(3) *ROWTIME*")];
        assert_eq!(definition(&sink, "out", &columns).as_deref(), expect);
    }

    #[test]
    fn a_new_table_has_the_querys_columns() {
        check(SqlSink::Table("out".into()), None);
        check(
            SqlSink::Print("out".into()),
            Some(
                "CREATE TABLE `out` (\n  `EXPR$0` BIGINT,\n  `a``b` TIMESTAMP(3)\n) WITH (\n  'connector' = 'print'\n)",
            ),
        );
        check(
            SqlSink::Files { table: "out".into(), path: " /it's ".into() },
            Some(
                "CREATE TABLE `out` (\n  `EXPR$0` BIGINT,\n  `a``b` TIMESTAMP(3)\n) WITH (\n  'connector' = 'filesystem',\n  'path' = '/it''s',\n  'format' = 'json'\n)",
            ),
        );
    }
}
