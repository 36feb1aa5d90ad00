//! Flink's monitoring REST API, one file an area; the SQL Gateway is merged in.

pub mod answer;
mod checkpoints;
mod cluster;
mod failure_cause;
mod job_detail;
mod jobs;
mod metrics;
mod operations;
mod task_managers;
mod vertices;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, http::Uri};

use crate::{
    gateway::{self, Gateway},
    host::Host,
};
use answer::ApiError;

/// The version that is reported: the Flink whose protocol is spoken, and whose it is.
pub const VERSION: &str = concat!("2.3-drsquirrel-", env!("CARGO_PKG_VERSION"));
/// The largest request body: a statement of the longest length, quoted.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Every route of the engine.
pub fn router(host: Arc<Host>, gateway: Arc<Gateway>) -> Router {
    let monitoring = Router::new()
        .merge(cluster::router())
        .merge(jobs::router())
        .merge(checkpoints::router())
        .merge(operations::router())
        .merge(vertices::router())
        .merge(task_managers::router())
        .with_state(host);
    // People ask without a version, Flink's own clients with one.
    Router::new()
        .nest("/v1", monitoring.clone())
        .merge(monitoring)
        .merge(gateway::router(gateway))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

async fn not_found(uri: Uri) -> ApiError {
    ApiError::not_found(format!("Not found: {}", uri.path()))
}
