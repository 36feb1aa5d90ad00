//! `/jobs` and what is below a job, but for its vertices.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answer::{Answer, ApiError, ok},
    failure_cause::failure_cause,
    job_detail,
    metrics::MetricQuery,
};
use crate::{
    clock::now_ms,
    host::{Host, Job, checkpoints::history::Entry, record::ExceptionRecord, status::JobStatus},
    runtime::metrics::Values,
};

/// The routes.
pub fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/jobs", get(list))
        .route("/jobs/overview", get(overview))
        .route("/jobs/{job}", get(detail).patch(cancel))
        .route("/jobs/{job}/status", get(status))
        .route("/jobs/{job}/config", get(config))
        .route("/jobs/{job}/plan", get(plan))
        .route("/jobs/{job}/exceptions", get(exceptions))
        .route("/jobs/{job}/accumulators", get(accumulators))
        .route("/jobs/{job}/execution-result", get(execution_result))
        .route("/jobs/{job}/metrics", get(metrics))
}

/// The job of an id, or why there is none.
pub fn find(host: &Host, id: &str) -> Result<Arc<Job>, ApiError> {
    if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!(
            "Bad request, could not parse parameters: Cannot resolve path parameter (jobid) from value \"{id}\"."
        );
        return Err(ApiError::bad_request(message));
    }
    host.job(id).ok_or_else(|| ApiError::not_found(format!("Job {id} not found")))
}

async fn list(State(host): State<Arc<Host>>) -> Answer {
    let jobs: Value = host.jobs().iter().map(|job| json!({"id": job.id, "status": job.status().as_str()})).collect();
    ok(json!({"jobs": jobs}))
}

async fn overview(State(host): State<Arc<Host>>) -> Answer {
    let jobs: Value = host.jobs().iter().map(|job| job_detail::overview(job)).collect();
    ok(json!({"jobs": jobs}))
}

async fn detail(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    ok(job_detail::detail(&*find(&host, &id)?))
}

#[derive(Deserialize)]
struct Mode {
    mode: Option<String>,
}

async fn cancel(
    State(host): State<Arc<Host>>,
    Path(id): Path<String>,
    Query(Mode { mode }): Query<Mode>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let job = find(&host, &id)?;
    if mode.as_deref().is_some_and(|mode| mode != "cancel") {
        return Err(ApiError::bad_request("The termination mode is cancel; this engine has no other"));
    }
    let status = job.status();
    if status.is_terminal() && status != JobStatus::Canceled {
        let message = format!(
            "Job cancellation failed because the job has already reached another terminal state ({}).",
            status.as_str()
        );
        return Err(ApiError::conflict(message));
    }
    job.cancel.cancel();
    Ok((StatusCode::ACCEPTED, Json(json!({}))))
}

async fn status(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    ok(json!({"status": find(&host, &id)?.status().as_str()}))
}

async fn config(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    let job = find(&host, &id)?;
    let (script, settings) = job.read(|state| (state.record.script.text(), state.record.script.settings.clone()));
    let mut user = serde_json::Map::from_iter(settings.into_iter().map(|(key, value)| (key, json!(value))));
    user.insert("drsquirrel.script".to_owned(), json!(script));
    let (restart, parallelism) = match &job.config {
        Ok(config) => (config.restart.describe(), config.parallelism),
        Err(_) => (String::new(), 1),
    };
    ok(json!({
        "jid": job.id,
        "name": job.name,
        "execution-config": {
            "restart-strategy": restart,
            "job-parallelism": parallelism,
            "object-reuse-mode": false,
            "user-config": user,
        },
    }))
}

async fn plan(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    let job = find(&host, &id)?;
    ok(json!({"plan": job_detail::plan(&job, &job.vertices())}))
}

#[derive(Deserialize)]
struct MaxExceptions {
    #[serde(rename = "maxExceptions")]
    max: Option<usize>,
}

async fn exceptions(
    State(host): State<Arc<Host>>,
    Path(id): Path<String>,
    Query(query): Query<MaxExceptions>,
) -> Answer {
    let job = find(&host, &id)?;
    let exceptions = job.read(|state| state.record.exceptions.clone());
    let max = query.max.unwrap_or(20);
    let entries: Value = exceptions.iter().take(max).map(exception).collect();
    ok(json!({"exceptionHistory": {"entries": entries, "truncated": exceptions.len() > max}}))
}

fn exception(exception: &ExceptionRecord) -> Value {
    json!({
        "exceptionName": exception.failure.class,
        "stacktrace": exception.failure.stack(),
        "timestamp": exception.at_ms,
        "failureLabels": {},
        "taskName": exception.task,
        "endpoint": exception.task_manager.as_ref().map(|_| "localhost"),
        "taskManagerId": exception.task_manager,
        "concurrentExceptions": [],
    })
}

async fn accumulators(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    find(&host, &id)?;
    ok(json!({"job-accumulators": [], "user-task-accumulators": [], "serialized-user-task-accumulators": {}}))
}

async fn execution_result(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    let job = find(&host, &id)?;
    let (record, now) = (job.read(|state| state.record.clone()), now_ms());
    let Some(ended) = record.ended_ms() else { return ok(json!({"status": {"id": "IN_PROGRESS"}})) };
    let state = match record.status {
        JobStatus::Finished => "SUCCEEDED",
        JobStatus::Canceled => "CANCELED",
        _ => "FAILED",
    };
    let mut result = json!({
        "id": job.id,
        "application-status": state,
        "net-runtime": ended.min(now) - record.submitted_ms,
        "accumulator-results": {},
    });
    if let Some(exception) = record.exceptions.front().filter(|_| record.status == JobStatus::Failed) {
        result["failure-cause"] = failure_cause(&exception.failure.class, &exception.failure.stack());
    }
    ok(json!({"status": {"id": "COMPLETED"}, "job-execution-result": result}))
}

async fn metrics(State(host): State<Arc<Host>>, Path(id): Path<String>, Query(query): Query<MetricQuery>) -> Answer {
    let job = find(&host, &id)?;
    ok(query.plain(&job_metrics(&job)))
}

fn job_metrics(job: &Job) -> Values {
    let (record, history) = job.read(|state| (state.record.clone(), state.history.clone()));
    let (now, counts) = (now_ms(), history.counts);
    let within = |status: JobStatus| if record.status == status { (now - record.since(status)) as f64 } else { 0.0 };
    let running = within(JobStatus::Running);
    let restarting = record.restarting_ms as f64 + within(JobStatus::Restarting);
    // As Flink: -1 before the first.
    let last = |of: fn(&Entry) -> f64| history.completed.as_ref().map_or(-1.0, of);
    [
        ("numRestarts", record.restarts as f64),
        ("totalNumberOfCheckpoints", (counts.completed + counts.failed + counts.in_progress) as f64),
        ("numberOfInProgressCheckpoints", counts.in_progress as f64),
        ("numberOfCompletedCheckpoints", counts.completed as f64),
        ("numberOfFailedCheckpoints", counts.failed as f64),
        ("lastCheckpointDuration", last(|entry| entry.duration_ms() as f64)),
        ("lastCheckpointSize", last(|entry| entry.checkpointed_bytes() as f64)),
        ("lastCheckpointFullSize", last(|entry| entry.state_bytes() as f64)),
        ("lastCompletedCheckpointId", last(|entry| entry.id as f64)),
        ("lastCheckpointRestoreTimestamp", history.restored.as_ref().map_or(-1.0, |restored| restored.at_ms as f64)),
        ("uptime", running),
        ("runningTime", running),
        ("restartingTime", restarting),
        ("downtime", within(JobStatus::Restarting)),
        ("createdTime", within(JobStatus::Created)),
        ("cancellingTime", within(JobStatus::Cancelling)),
        ("failingTime", within(JobStatus::Failing)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
