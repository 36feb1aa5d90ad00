//! Answers in Flink's shapes.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// What a handler answers.
pub type Answer = Result<Json<Value>, ApiError>;

/// `{"errors": ["…"]}` with a status.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    errors: Vec<String>,
}

impl ApiError {
    /// 404
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, errors: vec![message.into()] }
    }

    /// 400
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, errors: vec![message.into()] }
    }

    /// 409
    pub fn conflict(message: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, errors: vec![message.into()] }
    }

    /// 500 with an exception, as the SQL Gateway reports one.
    pub fn exception(stack: &str) -> Self {
        let exception = format!("<Exception on server side:\n{stack}\nEnd of exception on server side>");
        let errors = vec!["Internal server error.".to_owned(), exception];
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, errors }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({"errors": self.errors}))).into_response()
    }
}

/// Answers 200.
pub fn ok(value: Value) -> Answer {
    Ok(Json(value))
}
