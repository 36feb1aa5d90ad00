//! `/taskmanagers`: the workers that live.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{
    answer::{Answer, ApiError, ok},
    metrics::MetricQuery,
};
use crate::{bounded_file::read_tail, host::Host, runtime::metrics::Values};

/// The routes.
pub fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/taskmanagers", get(list))
        .route("/taskmanagers/metrics", get(aggregated))
        .route("/taskmanagers/{id}", get(detail))
        .route("/taskmanagers/{id}/metrics", get(metrics))
        .route("/taskmanagers/{id}/log", get(log))
        .route("/taskmanagers/{id}/stdout", get(stdout))
        .route("/taskmanagers/{id}/logs", get(logs))
        .route("/taskmanagers/{id}/logs/{name}", get(named_log))
}

/// A worker.
struct Worker {
    id: String,
    process_id: u32,
    heard_ms: i64,
    slots: u32,
    tasks: usize,
    values: Values,
    directory: PathBuf,
}

impl Worker {
    fn all(host: &Host) -> Vec<Self> {
        let of = |job: &Arc<crate::host::Job>| {
            job.read(|state| {
                let attempt = state.attempt.as_ref()?;
                Some(Self {
                    id: attempt.task_manager.clone(),
                    process_id: attempt.process_id?,
                    heard_ms: attempt.heard_ms,
                    slots: attempt.slots,
                    tasks: attempt.tasks.iter().map(Vec::len).sum(),
                    values: attempt.process.clone(),
                    directory: host.worker_directory(&job.id),
                })
            })
        };
        host.jobs().iter().filter_map(of).collect()
    }

    fn find(host: &Host, id: &str) -> Result<Self, ApiError> {
        Self::all(host)
            .into_iter()
            .find(|worker| worker.id == id)
            .ok_or_else(|| ApiError::not_found(format!("Could not find TaskExecutor with ResourceID {id}.")))
    }

    /// A worker holds the slots of its one job, and has none to spare. It has no Java memory to tell of.
    fn json(&self) -> Value {
        let resident = self.values.get("Process.ResidentBytes").copied().unwrap_or(0.0) as u64;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        json!({
            "id": self.id,
            "path": format!("process:{}", self.process_id),
            "dataPort": -1,
            "jmxPort": -1,
            "timeSinceLastHeartbeat": self.heard_ms,
            "slotsNumber": self.slots,
            "freeSlots": 0,
            "assignedTasks": self.tasks,
            "hardware": {"cpuCores": cores, "physicalMemory": 0, "freeMemory": 0, "managedMemory": 0},
            "processId": self.process_id,
            "residentBytes": resident,
        })
    }
}

async fn list(State(host): State<Arc<Host>>) -> Answer {
    ok(json!({"taskmanagers": Worker::all(&host).iter().map(Worker::json).collect::<Value>()}))
}

async fn detail(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    let worker = Worker::find(&host, &id)?;
    let mut shown = worker.json();
    shown["allocatedSlots"] = json!([]);
    shown["metrics"] = json!({});
    ok(shown)
}

async fn metrics(State(host): State<Arc<Host>>, Path(id): Path<String>, Query(query): Query<MetricQuery>) -> Answer {
    ok(query.plain(&Worker::find(&host, &id)?.values))
}

async fn aggregated(State(host): State<Arc<Host>>, Query(query): Query<MetricQuery>) -> Answer {
    let workers = Worker::all(&host);
    let wanted: Option<Vec<&str>> = query.taskmanagers.as_deref().map(|list| list.split(',').collect());
    let chosen = workers.iter().filter(|worker| wanted.as_ref().is_none_or(|list| list.contains(&worker.id.as_str())));
    ok(query.aggregated(chosen.map(|worker| &worker.values)))
}

async fn log(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Result<Response, ApiError> {
    serve(&host, &id, "log")
}

async fn stdout(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Result<Response, ApiError> {
    serve(&host, &id, "stdout")
}

async fn named_log(
    State(host): State<Arc<Host>>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    match name.as_str() {
        "log" | "stdout" => serve(&host, &id, &name),
        _ => Err(ApiError::not_found(format!("The task manager has the files log and stdout, not {name}"))),
    }
}

async fn logs(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    let worker = Worker::find(&host, &id)?;
    let file = |name: &str| {
        let metadata = std::fs::metadata(worker.directory.join(name)).ok()?;
        let modified = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(json!({"name": name, "size": metadata.len(), "mtime": modified.as_millis() as i64}))
    };
    let files: Value = ["log", "stdout"].into_iter().filter_map(file).collect();
    ok(json!({"logs": files}))
}

/// The end of one of a worker's files; empty where nothing was written yet.
fn serve(host: &Host, id: &str, name: &str) -> Result<Response, ApiError> {
    let worker = Worker::find(host, id)?;
    let tail = read_tail(&worker.directory.join(name)).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=UTF-8")], tail).into_response())
}
