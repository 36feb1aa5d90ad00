//! The gateway's routes.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{OriginalUri, Path, Query, State, rejection::JsonRejection},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Gateway, execute,
    results::RowFormat,
    session::{Operation, Outcome},
};
use crate::{
    planner,
    rest::{
        VERSION,
        answer::{Answer, ApiError, ok},
    },
};

/// The versions that are spoken; what differs between Flink's is nothing that this engine has.
const VERSIONS: [&str; 4] = ["v1", "v2", "v3", "v4"];

/// The routes, under every version.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let one = Router::new()
        .route("/info", get(info))
        .route("/api_versions", get(versions))
        .route("/sessions", post(open))
        .route("/sessions/{session}", get(settings).delete(close))
        .route("/sessions/{session}/heartbeat", post(heartbeat))
        .route("/sessions/{session}/configure-session", post(configure))
        .route("/sessions/{session}/statements", post(statement))
        .route("/sessions/{session}/operations/{operation}/status", get(status))
        .route("/sessions/{session}/operations/{operation}/cancel", post(cancel))
        .route("/sessions/{session}/operations/{operation}/close", delete(close_operation))
        .route("/sessions/{session}/operations/{operation}/result/{token}", get(result));
    VERSIONS
        .iter()
        .fold(Router::new(), |router, version| router.nest(&format!("/{version}"), one.clone()))
        .route("/info", get(info))
        .route("/api_versions", get(versions))
        .with_state(gateway)
}

/// A body, or what is wrong with it.
fn body<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, ApiError> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(rejection) => Err(ApiError::bad_request(format!(
            "Bad request received. The request did not match: {}",
            rejection.body_text()
        ))),
    }
}

async fn info() -> Answer {
    ok(json!({"productName": "Apache Flink", "version": VERSION, "engine": "drsquirrel"}))
}

async fn versions() -> Answer {
    ok(json!({"versions": VERSIONS.map(str::to_uppercase)}))
}

#[derive(Deserialize, Default)]
struct Open {
    #[serde(default)]
    properties: Option<BTreeMap<String, String>>,
}

/// A session; the body, with its name and properties, may be left out.
async fn open(State(gateway): State<Arc<Gateway>>, request: axum::body::Bytes) -> Answer {
    let request: Open = if request.is_empty() {
        Open::default()
    } else {
        serde_json::from_slice(&request)
            .map_err(|error| ApiError::bad_request(format!("The request is not {{\"properties\": {{…}}}}: {error}")))?
    };
    let mut session = planner::session::Session::default();
    for (key, value) in request.properties.unwrap_or_default() {
        session.set(&key, &value).map_err(|error| ApiError::bad_request(error.to_string()))?;
    }
    ok(json!({"sessionHandle": gateway.open(session.settings)?}))
}

async fn settings(State(gateway): State<Arc<Gateway>>, Path(session): Path<String>) -> Answer {
    let session = gateway.session(&session)?;
    let environment = session.environment.lock().await;
    ok(json!({"properties": environment.settings}))
}

async fn close(State(gateway): State<Arc<Gateway>>, Path(session): Path<String>) -> Answer {
    gateway.close(&session)?;
    ok(json!({"status": "CLOSED"}))
}

async fn heartbeat(State(gateway): State<Arc<Gateway>>, Path(session): Path<String>) -> Answer {
    gateway.session(&session)?;
    ok(json!({}))
}

#[derive(Deserialize)]
struct Statement {
    statement: String,
}

async fn statement(
    State(gateway): State<Arc<Gateway>>,
    Path(session): Path<String>,
    request: Result<Json<Statement>, JsonRejection>,
) -> Answer {
    let session = gateway.session(&session)?;
    let request = body(request)?;
    let turn = Arc::clone(&session.turn).lock_owned().await;
    let mut environment = session.environment.lock().await;
    let outcome = execute::execute(&request.statement, &mut environment, &gateway.host).unwrap_or_else(Outcome::Failed);
    if let Outcome::Awaited(awaited) = &outcome {
        let job = Arc::clone(awaited.job());
        // The session's next statement has its turn when the job has ended.
        tokio::spawn(async move {
            job.ended.cancelled().await;
            drop(turn);
        });
    }
    ok(json!({"operationHandle": session.remember(outcome)}))
}

/// Runs a statement that prepares the session; its errors are answered at once.
async fn configure(
    State(gateway): State<Arc<Gateway>>,
    Path(session): Path<String>,
    request: Result<Json<Statement>, JsonRejection>,
) -> Answer {
    let session = gateway.session(&session)?;
    let request = body(request)?;
    let mut environment = session.environment.lock().await;
    match execute::execute(&request.statement, &mut environment, &gateway.host) {
        Ok(_) => ok(json!({})),
        Err(stack) => Err(ApiError::exception(&stack)),
    }
}

fn operation(gateway: &Gateway, session: &str, handle: &str) -> Result<Operation, ApiError> {
    gateway.session(session)?.operation(handle).ok_or_else(|| missing(handle))
}

fn missing(handle: &str) -> ApiError {
    ApiError::exception(&format!(
        "org.apache.flink.table.gateway.api.utils.SqlGatewayException: Can not find the submitted operation in the \
         OperationManager with the {handle}."
    ))
}

async fn status(State(gateway): State<Arc<Gateway>>, Path((session, handle)): Path<(String, String)>) -> Answer {
    let operation = operation(&gateway, &session, &handle)?;
    let status = match operation.outcome {
        _ if operation.cancelled => "CANCELED",
        // A query's operation is over when its job is submitted; its rows come after.
        Outcome::Table(_) | Outcome::Query(_) => "FINISHED",
        Outcome::Awaited(ref awaited) => awaited.status(),
        Outcome::Failed(_) => "ERROR",
    };
    ok(json!({"status": status}))
}

async fn cancel(State(gateway): State<Arc<Gateway>>, Path((session, handle)): Path<(String, String)>) -> Answer {
    if !gateway.session(&session)?.cancel(&handle) {
        return Err(missing(&handle));
    }
    ok(json!({"status": "CANCELED"}))
}

async fn close_operation(
    State(gateway): State<Arc<Gateway>>,
    Path((session, handle)): Path<(String, String)>,
) -> Answer {
    if !gateway.session(&session)?.close(&handle) {
        return Err(missing(&handle));
    }
    ok(json!({"status": "CLOSED"}))
}

#[derive(Deserialize)]
struct RowFormatQuery {
    #[serde(rename = "rowFormat")]
    row_format: Option<String>,
}

impl RowFormatQuery {
    fn format(&self) -> Result<RowFormat, ApiError> {
        match self.row_format.as_deref().unwrap_or("JSON").to_uppercase().as_str() {
            "JSON" => Ok(RowFormat::Json),
            "PLAIN_TEXT" => Ok(RowFormat::PlainText),
            other => Err(ApiError::bad_request(format!("The row format is JSON or PLAIN_TEXT, not {other}"))),
        }
    }
}

async fn result(
    State(gateway): State<Arc<Gateway>>,
    Path((session, handle, token)): Path<(String, String, u64)>,
    Query(query): Query<RowFormatQuery>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, ApiError> {
    let format = query.format()?;
    let operation = operation(&gateway, &session, &handle)?;
    // The next page is asked for under the version that this one was.
    let base = uri.path().rsplit_once('/').map_or("", |(base, _)| base);
    let next = |token: u64| format!("{base}/{token}?rowFormat={}", format.as_str());
    let page = match &operation.outcome {
        Outcome::Failed(stack) => Err(stack.clone()),
        Outcome::Table(table) => table.page(token, format, next(1)).map(Some),
        Outcome::Awaited(awaited) => match awaited.result() {
            Ok(Some(table)) => table.page(token, format, next(1)).map(Some),
            Ok(None) => Ok(None),
            Err(stack) => Err(stack),
        },
        Outcome::Query(query) => query.page(token, format, next),
    };
    match page.map_err(|stack| ApiError::exception(&stack))? {
        Some(page) => Ok(Json(page).into_response()),
        None => Ok(Json(json!({"resultType": "NOT_READY", "nextResultUri": next(token)})).into_response()),
    }
}
