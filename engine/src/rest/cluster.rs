//! `/config`, `/overview`, `/jobmanager`.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Query, State},
    routing::get,
};
use serde_json::json;

use super::{
    VERSION,
    answer::{Answer, ok},
    metrics::MetricQuery,
};
use crate::{
    host::{Host, Job, status::JobStatus},
    runtime::metrics::Values,
};

/// The routes.
pub fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/config", get(config))
        .route("/overview", get(overview))
        .route("/jobmanager/config", get(job_manager_config))
        .route("/jobmanager/metrics", get(job_manager_metrics))
}

async fn config() -> Answer {
    ok(json!({
        "refresh-interval": 1000,
        "timezone-name": "Coordinated Universal Time",
        "timezone-offset": 0,
        "flink-version": VERSION,
        "flink-revision": VERSION,
        "engine": "drsquirrel",
        "features": {"web-submit": false, "web-cancel": true, "web-rescale": false, "web-history": false},
    }))
}

async fn overview(State(host): State<Arc<Host>>) -> Answer {
    let jobs = host.jobs();
    let count = |wanted: fn(JobStatus) -> bool| jobs.iter().filter(|job| wanted(job.status())).count();
    ok(json!({
        "taskmanagers": workers(&jobs),
        "slots-total": host.options.slots,
        "slots-available": host.free_slots(),
        "jobs-running": count(|status| !status.is_terminal()),
        "jobs-finished": count(|status| status == JobStatus::Finished),
        "jobs-cancelled": count(|status| status == JobStatus::Canceled),
        "jobs-failed": count(|status| status == JobStatus::Failed),
        "flink-version": VERSION,
        "flink-commit": "drsquirrel",
        "engine": "drsquirrel",
        "name": host.options.name,
        "zone": host.options.zone,
    }))
}

async fn job_manager_config(State(host): State<Arc<Host>>) -> Answer {
    let options = &host.options;
    let entry = |key: &str, value: String| json!({"key": key, "value": value});
    ok(json!([
        entry("drsquirrel.engine.name", options.name.clone()),
        entry("drsquirrel.engine.zone", options.zone.clone()),
        entry("drsquirrel.engine.data", options.data.display().to_string()),
        entry("drsquirrel.engine.slots", options.slots.to_string()),
        entry("rest.address", options.listen.ip().to_string()),
        entry("rest.port", options.listen.port().to_string()),
    ]))
}

async fn job_manager_metrics(State(host): State<Arc<Host>>, Query(query): Query<MetricQuery>) -> Answer {
    let jobs = host.jobs();
    let running = jobs.iter().filter(|job| job.status() == JobStatus::Running).count();
    let values: Values = [
        ("numRegisteredTaskManagers", workers(&jobs) as f64),
        ("numRunningJobs", running as f64),
        ("taskSlotsTotal", f64::from(host.options.slots)),
        ("taskSlotsAvailable", f64::from(host.free_slots())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    ok(query.plain(&values))
}

/// Workers that live.
fn workers(jobs: &[Arc<Job>]) -> usize {
    let lives =
        |job: &&Arc<Job>| job.read(|state| state.attempt.as_ref().is_some_and(|attempt| attempt.process_id.is_some()));
    jobs.iter().filter(lives).count()
}
