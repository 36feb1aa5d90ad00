//! What each statement does.

use std::sync::Arc;

use super::{awaited::Awaited, query::Query, results::ResultTable, session::Outcome};
use crate::{
    clock::now_ms,
    connectors::connect::BuiltIn,
    host::{Host, Job, SubmitError, checkpoints::coordinator::StopMode, command::Command},
    ids,
    planner::{
        JobConfig,
        session::{Answer, Session},
        show::Rows,
    },
    syntax::{
        SqlError,
        ast::{Statement, Text},
        parse,
    },
    types::{Field, Schema, TypeKind, Value},
};

/// Runs a statement; an error is the stack trace that the gateway reports.
pub fn execute(text: &str, session: &mut Session, host: &Arc<Host>) -> Result<Outcome, String> {
    let statement = parse(text).map_err(|error| stack(&error))?;
    match run(&statement, text, session, host) {
        Ok(outcome) => Ok(outcome),
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

fn run(statement: &Statement, text: &str, session: &mut Session, host: &Arc<Host>) -> Result<Outcome, SubmitError> {
    let table = |rows: Rows| Ok(Outcome::Table(Arc::new(rows.into())));
    match session.run(statement, text, &BuiltIn)? {
        Answer::Rows(rows) => table(rows),
        Answer::Insert(script) => {
            let waits = JobConfig::read(&script.settings)?.dml_sync;
            let job = host.submit(*script)?;
            Ok(match waits {
                true => Outcome::Awaited(Arc::new(Awaited::new(job))),
                false => Outcome::Table(Arc::new(ResultTable::job(&job.id))),
            })
        }
        Answer::Query(script, schema) => {
            let zone = JobConfig::read(&script.settings)?.zone;
            Ok(Outcome::Query(Arc::new(Query::new(host.submit(*script)?, schema, zone))))
        }
        Answer::ShowJobs => table(jobs(&host.jobs())),
        Answer::DescribeJob(id) => table(jobs(&[found(host, &id)?])),
        Answer::StopJob { id, savepoint, drain } => stop(host, &id, savepoint, drain),
    }
}

/// The job of an id, if it runs.
fn found(host: &Host, id: &Text) -> Result<Arc<Job>, SqlError> {
    host.job(&id.text).filter(|job| !job.status().is_terminal()).ok_or_else(|| {
        SqlError::invalid(id.at, format!("There is no job '{}' that runs. SHOW JOBS lists them", id.text))
    })
}

/// The answer to a statement that has done what it says.
fn done() -> Outcome {
    Outcome::Table(Arc::new(ResultTable::ok()))
}

fn stop(host: &Host, id: &Text, savepoint: bool, drain: bool) -> Result<Outcome, SubmitError> {
    let job = found(host, id)?;
    if !savepoint && !drain {
        job.cancel.cancel();
        return Ok(done());
    }
    let configured = job.config.as_ref().ok().and_then(|config| config.checkpointing.savepoint_directory.clone());
    let directory = configured.ok_or_else(|| {
        SqlError::invalid(
            id.at,
            "Set 'execution.checkpointing.savepoint-dir' for the job: a savepoint needs a directory",
        )
    })?;
    let (number, _) = job.operations.begin(&ids::random());
    let stop = Some(if drain { StopMode::Drain } else { StopMode::Suspend });
    job.order(Command::Savepoint { number, directory, stop })
        .map_err(|_| SqlError::invalid(id.at, format!("The job '{}' does not run just now", id.text)))?;
    Ok(done())
}

fn jobs(jobs: &[Arc<Job>]) -> Rows {
    let text = |text: &str| Value::Text(text.into());
    let row = |job: &Arc<Job>| {
        let started = job.read(|state| state.record.submitted_ms).min(now_ms());
        vec![text(&job.id), text(&job.name), text(job.status().as_str()), Value::Timestamp(started * 1000)]
    };
    let column = |name: &str, kind: TypeKind| Field::new(name, kind.nullable());
    let columns = vec![
        column("job id", TypeKind::STRING),
        column("job name", TypeKind::STRING),
        column("status", TypeKind::STRING),
        column("start time", TypeKind::TimestampLtz(6)),
    ];
    Rows { schema: Schema::new(columns), rows: jobs.iter().map(row).collect() }
}
