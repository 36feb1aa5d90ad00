//! What is asked for and takes a while: checkpoints, savepoints, stopping with one, disposing of one, rescaling.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ApiError, ok},
    failure_cause::failure_cause,
    jobs::find,
};
use crate::{
    host::{
        Host, Job,
        checkpoints::{coordinator::StopMode, operations::State as OperationState},
        command::Command,
    },
    ids,
};

/// The routes.
pub fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/jobs/{job}/savepoints", post(savepoint))
        .route("/jobs/{job}/savepoints/{trigger}", get(savepoint_state))
        .route("/jobs/{job}/stop", post(stop))
        .route("/savepoint-disposal", post(dispose))
        .route("/savepoint-disposal/{trigger}", get(disposal_state))
        .route("/jobs/{job}/resource-requirements", get(requirements).put(rescale))
}

type Accepted = Result<(StatusCode, Json<Value>), ApiError>;

/// A body that may be left out.
fn body<T: Default + for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::bad_request(format!("Request did not match expected format: {error}")))
}

/// A trigger id that was given, or a new one.
fn trigger_id(given: Option<String>) -> Result<String, ApiError> {
    match given {
        None => Ok(ids::random()),
        Some(id) if id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => Ok(id),
        Some(id) => {
            Err(ApiError::bad_request(format!("Could not parse the trigger id {id}: it is 32 hexadecimal digits")))
        }
    }
}

/// Sends a command to a job's driver, once per trigger id.
fn order(job: &Job, trigger: Option<String>, command: impl FnOnce(u64) -> Command) -> Accepted {
    let trigger = trigger_id(trigger)?;
    let (number, new) = job.operations.begin(&trigger);
    if new && job.order(command(number)).is_err() {
        let message = format!("Job {} is not running; it is {}.", job.id, job.status().as_str());
        job.operations.end(number, OperationState::Failed(CHECKPOINT_EXCEPTION, message));
    }
    Ok((StatusCode::ACCEPTED, Json(json!({"request-id": trigger}))))
}

/// Flink's exception for a snapshot that could not be taken.
pub const CHECKPOINT_EXCEPTION: &str = "org.apache.flink.runtime.checkpoint.CheckpointException";

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CheckpointRequest {
    trigger_id: Option<String>,
}

/// `POST /jobs/:id/checkpoints`
pub async fn checkpoint(State(host): State<Arc<Host>>, Path(id): Path<String>, bytes: axum::body::Bytes) -> Accepted {
    let job = find(&host, &id)?;
    let request: CheckpointRequest = body(&bytes)?;
    order(&job, request.trigger_id, |number| Command::Checkpoint { number })
}

#[derive(Default, Deserialize)]
struct SavepointRequest {
    #[serde(rename = "target-directory")]
    directory: Option<String>,
    #[serde(rename = "cancel-job", default)]
    cancel: bool,
    #[serde(rename = "triggerId")]
    trigger_id: Option<String>,
}

async fn savepoint(State(host): State<Arc<Host>>, Path(id): Path<String>, bytes: axum::body::Bytes) -> Accepted {
    let job = find(&host, &id)?;
    let request: SavepointRequest = body(&bytes)?;
    let directory = savepoint_directory(&job, request.directory)?;
    let stop = request.cancel.then_some(StopMode::Suspend);
    order(&job, request.trigger_id, |number| Command::Savepoint { number, directory, stop })
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StopRequest {
    target_directory: Option<String>,
    #[serde(default)]
    drain: bool,
    trigger_id: Option<String>,
}

async fn stop(State(host): State<Arc<Host>>, Path(id): Path<String>, bytes: axum::body::Bytes) -> Accepted {
    let job = find(&host, &id)?;
    let request: StopRequest = body(&bytes)?;
    let directory = savepoint_directory(&job, request.target_directory)?;
    let stop = Some(if request.drain { StopMode::Drain } else { StopMode::Suspend });
    order(&job, request.trigger_id, |number| Command::Savepoint { number, directory, stop })
}

/// Where a savepoint goes: as asked, else as configured.
fn savepoint_directory(job: &Job, asked: Option<String>) -> Result<String, ApiError> {
    let configured = || job.config.as_ref().ok()?.checkpointing.savepoint_directory.clone();
    asked.or_else(configured).ok_or_else(|| {
        ApiError::bad_request(
            "Config key [execution.checkpointing.savepoint-dir] is not set. Property [target-directory] must be provided.",
        )
    })
}

async fn savepoint_state(State(host): State<Arc<Host>>, Path((id, trigger)): Path<(String, String)>) -> Answer {
    state(&*find(&host, &id)?, &trigger, |location| json!({"location": location}))
}

/// `GET /jobs/:id/checkpoints/:trigger`
pub async fn checkpoint_state(State(host): State<Arc<Host>>, Path((id, trigger)): Path<(String, String)>) -> Answer {
    let number = |path: Option<String>| {
        let id = path.and_then(|path| path.rsplit_once("chk-")?.1.trim_end_matches('/').parse::<u64>().ok());
        json!({"checkpointId": id})
    };
    state(&*find(&host, &id)?, &trigger, number)
}

fn state(job: &Job, trigger: &str, done: impl FnOnce(Option<String>) -> Value) -> Answer {
    let found = job.operations.state(trigger);
    let state =
        found.ok_or_else(|| ApiError::not_found(format!("There is no operation {trigger} of job {}", job.id)))?;
    ok(state_json(state, done))
}

fn state_json(state: OperationState, done: impl FnOnce(Option<String>) -> Value) -> Value {
    match state {
        OperationState::InProgress => json!({"status": {"id": "IN_PROGRESS"}, "operation": null}),
        OperationState::Done(location) => json!({"status": {"id": "COMPLETED"}, "operation": done(location)}),
        OperationState::Failed(class, message) => json!({
            "status": {"id": "COMPLETED"},
            "operation": {"failure-cause": failure_cause(class, &format!("{class}: {message}"))},
        }),
    }
}

#[derive(Default, Deserialize)]
struct DisposalRequest {
    #[serde(rename = "savepoint-path")]
    path: Option<String>,
    #[serde(rename = "triggerId")]
    trigger_id: Option<String>,
}

async fn dispose(State(host): State<Arc<Host>>, bytes: axum::body::Bytes) -> Accepted {
    let request: DisposalRequest = body(&bytes)?;
    let path = request.path.ok_or_else(|| ApiError::bad_request("The field savepoint-path is missing"))?;
    let trigger = trigger_id(request.trigger_id)?;
    let (number, new) = host.operations.begin(&trigger);
    if new {
        let result = host.dispose_savepoint(&path).await;
        host.operations.end(
            number,
            match result {
                Ok(()) => OperationState::Done(None),
                Err(message) => OperationState::Failed("org.apache.flink.util.FlinkException", message),
            },
        );
    }
    Ok((StatusCode::ACCEPTED, Json(json!({"request-id": trigger}))))
}

async fn disposal_state(State(host): State<Arc<Host>>, Path(trigger): Path<String>) -> Answer {
    let found = host.operations.state(&trigger);
    let state = found.ok_or_else(|| ApiError::not_found(format!("There is no operation {trigger}")))?;
    ok(state_json(state, |_| json!({})))
}

async fn requirements(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    let job = find(&host, &id)?;
    let vertices = job.vertices();
    let bounds = vertices
        .iter()
        .map(|vertex| (vertex.id.clone(), json!({"parallelism": {"lowerBound": 1, "upperBound": vertex.parallelism}})));
    ok(Value::Object(bounds.collect::<Map<_, _>>()))
}

#[derive(Deserialize)]
struct Requirement {
    parallelism: Bounds,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounds {
    #[serde(default = "one")]
    lower_bound: u32,
    upper_bound: u32,
}

fn one() -> u32 {
    1
}

async fn rescale(
    State(host): State<Arc<Host>>,
    Path(id): Path<String>,
    Json(wanted): Json<BTreeMap<String, Requirement>>,
) -> Answer {
    let job = find(&host, &id)?;
    let vertices = job.vertices();
    let mut parallelism = BTreeMap::new();
    for (vertex, Requirement { parallelism: bounds }) in wanted {
        let Some(known) = vertices.iter().find(|known| known.id == vertex) else {
            return Err(ApiError::bad_request(format!("The job has no vertex {vertex}")));
        };
        if bounds.lower_bound < 1
            || bounds.upper_bound < bounds.lower_bound
            || bounds.upper_bound > known.max_parallelism
        {
            return Err(ApiError::bad_request(format!(
                "The parallelism of {} is to be from {} to {}; it can be from 1 to {}, the lower bound first",
                known.name, bounds.lower_bound, bounds.upper_bound, known.max_parallelism
            )));
        }
        parallelism.insert(vertex, bounds.upper_bound);
    }
    let missing: Vec<&str> = vertices
        .iter()
        .filter(|vertex| !parallelism.contains_key(&vertex.id))
        .map(|vertex| vertex.id.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(ApiError::bad_request(format!("The request says nothing of the vertices {}", missing.join(", "))));
    }
    job.order(Command::Rescale { parallelism })
        .map_err(|_| ApiError::conflict(format!("Job {} is not running; it is {}.", job.id, job.status().as_str())))?;
    ok(json!({}))
}
