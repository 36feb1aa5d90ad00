//! Errors as the public API shows them, whoever made them.

use axum::Json;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{ApiError, Owner};
use serde::Serialize;

/// An error of the public API with its status.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    error: ApiError,
}

#[derive(Serialize)]
struct Body {
    error: ApiError,
}

impl Refusal {
    /// An error with a status of its own.
    pub fn new(status: StatusCode, error: ApiError) -> Self {
        Refusal { status, error }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Refusal { status: status(&error), error }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(Body { error: self.error })).into_response()
    }
}

/// The status that fits an error.
fn status(error: &ApiError) -> StatusCode {
    match (error.owner, error.code.as_str()) {
        (_, code) if code.ends_with("_not_found") => StatusCode::NOT_FOUND,
        (_, code) if code.ends_with("_exists") || code.ends_with("_busy") || code.ends_with("_in_use") => {
            StatusCode::CONFLICT
        }
        (_, "example_absent") => StatusCode::NOT_FOUND,
        // What stands at the URL that somebody gave is no cluster: the request was wrong.
        (_, "not_a_cluster") => StatusCode::UNPROCESSABLE_ENTITY,
        (Owner::User, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (Owner::External, _) => StatusCode::BAD_GATEWAY,
        (Owner::Platform, _) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Gives the API's shape to errors that did not come from a handler: no such route, wrong method, body too long, too slow.
pub async fn shape(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_json =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
    if !is_error || is_json || !path.starts_with("/api/v1") {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut shaped = Refusal::new(status, plain(status, &path)).into_response();
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = parts.headers.remove(&name) {
            shaped.headers_mut().insert(name, value);
        }
    }
    shaped
}

fn plain(status: StatusCode, path: &str) -> ApiError {
    match status {
        StatusCode::NOT_FOUND => ApiError::user(
            "route_not_found",
            format!("There is nothing at {path}"),
            "Look at /api/v1/openapi.json for what there is",
        ),
        StatusCode::METHOD_NOT_ALLOWED => ApiError::user(
            "method_not_allowed",
            format!("{path} does not take this method"),
            "Use one that the Allow header names",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::user(
            "body_too_large",
            format!("The body is longer than {} bytes", super::BODY_LIMIT_BYTES),
            "Send a shorter one",
        ),
        StatusCode::GATEWAY_TIMEOUT => {
            let slow = ApiError::platform("too_slow", format!("{path} took too long to answer"), "Try again later");
            ApiError { retryable: true, ..slow }
        }
        _ if status.is_client_error() => ApiError::user(
            "bad_request",
            format!("{path} refused the request: {status}"),
            "Look at /api/v1/openapi.json",
        ),
        _ => ApiError::platform("portal_failed", format!("{path} failed"), "Look into the portal's log"),
    }
}
