//! A script started as jobs.

use std::collections::BTreeMap;

use model::ApiError;
use model::sql::{SqlJob, SqlSubmit, SqlSubmitted, Statement, Verb, statements};
use serde::Deserialize;

use super::{Stopped, check_length, fault, gateway};
use crate::collect::client;
use crate::flink::Session;
use crate::store::ClusterRecord;

/// The longest name of a job, in characters.
const NAME_LIMIT: usize = 200;

/// Runs all statements of the script but those that only look or answer with rows.
///
/// # Errors
/// What the gateway answered where it cannot be asked; `nothing_to_start`, `job_name_invalid`, `script_too_long`.
pub async fn submit(cluster: &ClusterRecord, request: &SqlSubmit) -> Result<SqlSubmitted, ApiError> {
    let script = &request.script;
    let all = statements(script);
    check_length(script, &all)?;
    if !all.iter().any(|statement| statement.verb == Verb::Write) {
        let hint = "Write an INSERT, or save a SELECT as a job";
        return Err(ApiError::user("nothing_to_start", "No statement of the script starts a job", hint));
    }
    let name = request.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| name.chars().count() > NAME_LIMIT || name.contains(char::is_control)) {
        let message = format!("A job's name has at most {NAME_LIMIT} characters, on one line");
        return Err(ApiError::user("job_name_invalid", message, "Give a shorter name"));
    }
    let session = gateway(cluster)?.open_session(&BTreeMap::new()).await?;
    let mut ids = Vec::new();
    let outcome = run(&session, script, &all, name, &mut ids).await;
    session.close().await;
    match outcome {
        Ok(()) => Ok(SqlSubmitted::Started(named(cluster, ids).await)),
        Err(Stopped::Fault(fault)) => Ok(SqlSubmitted::Refused { fault, started: named(cluster, ids).await }),
        Err(Stopped::Gateway(error)) => Err(error.into()),
    }
}

async fn run(
    session: &Session,
    script: &str,
    all: &[Statement],
    name: Option<&str>,
    ids: &mut Vec<String>,
) -> Result<(), Stopped> {
    let mut to_be_named = name;
    for statement in all {
        if matches!(statement.verb, Verb::Query | Verb::Look) {
            continue;
        }
        if statement.verb == Verb::Act || statement.verb == Verb::Unknown {
            let message = "This statement cannot be part of a job: run it elsewhere".to_owned();
            return Err(Stopped::Fault(fault::at(script, statement.start, statement.end, message)));
        }
        if matches!(statement.verb, Verb::Write | Verb::OpenSet)
            && let Some(name) = to_be_named.take()
        {
            let set = format!("SET 'pipeline.name' = '{}'", name.replace('\'', "''"));
            session.execute(&set).await.map_err(|error| Stopped::by(script, *statement, 0, error))?;
        }
        let result = session.execute(statement.of(script)).await;
        let result = result.map_err(|error| Stopped::by(script, *statement, 0, error))?;
        ids.extend(result.job_id);
    }
    Ok(())
}

/// The jobs with the names that the cluster gave them; an id where it does not say.
async fn named(cluster: &ClusterRecord, ids: Vec<String>) -> Vec<SqlJob> {
    #[derive(Deserialize)]
    struct Overview {
        jobs: Vec<Listed>,
    }
    #[derive(Deserialize)]
    struct Listed {
        jid: String,
        name: String,
    }
    let listed = match client(&cluster.name, &cluster.url) {
        Ok(reader) => reader.get::<Overview>("/jobs/overview", "").await.map(|o| o.jobs).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let name = |id: &String| listed.iter().find(|job| job.jid == *id).map(|job| job.name.clone());
    ids.into_iter().map(|id| SqlJob { name: name(&id).unwrap_or_else(|| id.clone()), id }).collect()
}
