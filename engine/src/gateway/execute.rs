//! What each statement does.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{results::ResultTable, session::Environment};
use crate::{
    host::{Host, SubmitError, now_ms},
    sql::{
        SqlError,
        ast::{Insert, Statement},
        catalog::Table,
        config::{JobConfig, MAX_SETTINGS, Settings},
        parser::parse,
        plan::{JobPlan, plan},
        script::JobScript,
        types::DataType,
    },
};

/// Runs a statement; an error is the stack trace that the gateway reports.
pub fn execute(text: &str, environment: &mut Environment, host: &Arc<Host>) -> Result<ResultTable, String> {
    let statement = parse(text).map_err(|error| stack(&error))?;
    match run(statement, text, environment, host) {
        Ok(result) => Ok(result),
        Err(SubmitError::Sql(error)) => Err(stack(&error)),
        Err(other) => Err(format!("org.apache.flink.table.gateway.api.utils.SqlGatewayException: {other}")),
    }
}

/// As Flink's gateway nests it: the statement could not be run, because of what is wrong with it.
fn stack(error: &SqlError) -> String {
    format!(
        "org.apache.flink.table.gateway.service.utils.SqlExecutionException: Failed to execute the statement.\nCaused \
         by: {}: {error}",
        error.class()
    )
}

fn run(
    statement: Statement,
    text: &str,
    environment: &mut Environment,
    host: &Arc<Host>,
) -> Result<ResultTable, SubmitError> {
    let Environment { settings, catalog } = environment;
    match statement {
        Statement::CreateTable(definition) => {
            catalog.create(&definition, text)?;
        }
        Statement::DropTable { name, if_exists } => catalog.drop(&name, if_exists)?,
        Statement::Set(Some((key, value))) => set(settings, &key.text, &value.text)?,
        Statement::Set(None) => {
            let rows = settings.iter().map(|(key, value)| vec![json!(key), json!(value)]).collect();
            return Ok(ResultTable::table(&["key", "value"], rows));
        }
        Statement::Reset(Some(key)) => {
            settings.remove(&key.text);
        }
        Statement::Reset(None) => settings.clear(),
        Statement::ShowTables => {
            let rows = catalog.names().map(|name| vec![json!(name)]).collect();
            return Ok(ResultTable::table(&["table name"], rows));
        }
        Statement::ShowJobs => return Ok(show_jobs(host)),
        Statement::Describe(name) => return Ok(describe(catalog.get(&name)?)),
        Statement::Explain(insert) => {
            let plan = plan(&insert, catalog, JobConfig::read(settings)?)?;
            return Ok(ResultTable::table(&["result"], vec![vec![json!(explain(&plan))]]));
        }
        Statement::Insert(insert) => return submit(&insert, text, environment, host),
        Statement::StopJob(id) => {
            let job = host.job(&id.text).filter(|job| !job.status().is_terminal()).ok_or_else(|| {
                SqlError::invalid(id.at, format!("There is no job '{}' that runs. SHOW JOBS lists them", id.text))
            })?;
            job.cancel.cancel();
        }
    }
    Ok(ResultTable::ok())
}

fn submit(
    insert: &Insert,
    text: &str,
    environment: &Environment,
    host: &Arc<Host>,
) -> Result<ResultTable, SubmitError> {
    // Planned here against the session first, so that positions are those of the statement as it was sent.
    plan(insert, &environment.catalog, JobConfig::read(&environment.settings)?)?;
    let script = JobScript::of(insert, text, &environment.catalog, &environment.settings)?;
    Ok(ResultTable::job(&host.submit(script)?.id))
}

/// Sets a key, unless the settings then no longer make sense.
pub fn set(settings: &mut Settings, key: &str, value: &str) -> Result<(), SqlError> {
    if !settings.contains_key(key) && settings.len() >= MAX_SETTINGS {
        return Err(SqlError::Config(format!("The session has {MAX_SETTINGS} settings, which is the most")));
    }
    let mut changed = settings.clone();
    changed.insert(key.to_owned(), value.to_owned());
    JobConfig::read(&changed)?;
    *settings = changed;
    Ok(())
}

fn show_jobs(host: &Host) -> ResultTable {
    let rows = host
        .jobs()
        .iter()
        .map(|job| {
            let started = job.read(|state| state.record.submitted_ms);
            let started = crate::sql::time::format_timestamp(started.min(now_ms()) * 1000, 3, 'T') + "Z";
            vec![json!(job.id), json!(job.name), json!(job.status().as_str()), json!(started)]
        })
        .collect();
    ResultTable::table(&["job id", "job name", "status", "start time"], rows).with_type(3, DataType::TimestampLtz(3))
}

fn describe(table: &Table) -> ResultTable {
    let key: Vec<&str> = table.primary_key.iter().map(|index| table.columns[*index].name.as_str()).collect();
    let rows = table
        .columns
        .iter()
        .map(|column| {
            let in_key = key.contains(&column.name.as_str());
            let key = if in_key { json!(format!("PRI({})", key.join(", "))) } else { Value::Null };
            vec![
                json!(column.name),
                json!(column.data_type.to_string()),
                json!(column.nullable),
                key,
                Value::Null,
                Value::Null,
            ]
        })
        .collect();
    ResultTable::table(&["name", "type", "null", "key", "extras", "watermark"], rows).with_type(2, DataType::Boolean)
}

fn explain(plan: &JobPlan) -> String {
    let mut lines = vec!["== Physical Execution Plan ==".to_owned()];
    for vertex in &plan.vertices {
        if let Some(exchange) = &vertex.input {
            lines.push(format!("   | {}", exchange.ship_strategy()));
        }
        lines.push(format!("{} (parallelism {})", vertex.name, vertex.parallelism));
        lines.extend(vertex.operators.iter().map(|operator| format!("   {}", operator.description)));
    }
    lines.join("\n")
}
