//! The public API under `/api/v1`: thin handlers over the portal's services.

mod clusters;
mod events;
mod example;
mod extract;
mod jobs;
mod openapi;
mod signals;

use axum::Router;
use axum::routing::{MethodRouter, delete, get, post};
use serde::Serialize;

use super::{AppState, health};

/// A list as the API answers it.
#[derive(Debug, Serialize)]
pub struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to ask for to go on; null at the end.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// A list that is whole.
    pub fn whole(items: Vec<T>) -> Self {
        List { items, next: None }
    }
}

/// One operation: method, path, handler. The description in `openapi.json` is tested against this table.
type Operation = (&'static str, &'static str, MethodRouter<AppState>);

fn operations() -> Vec<Operation> {
    vec![
        ("get", "/healthz", get(health::healthz)),
        ("get", "/readyz", get(health::readyz)),
        ("get", "/metrics", get(health::metrics)),
        ("get", "/clusters", get(clusters::list)),
        ("post", "/clusters", post(clusters::add)),
        ("get", "/clusters/{name}", get(clusters::get)),
        ("delete", "/clusters/{name}", delete(clusters::remove)),
        ("get", "/jobs", get(jobs::list)),
        ("get", "/jobs/{name}", get(jobs::get)),
        ("get", "/jobs/{name}/findings", get(jobs::findings)),
        ("get", "/jobs/{name}/cells", get(jobs::cells)),
        ("get", "/jobs/{name}/exceptions", get(jobs::exceptions)),
        ("get", "/jobs/{name}/graph", get(jobs::graph)),
        ("get", "/jobs/{name}/signals", get(signals::get)),
        ("get", "/example", get(example::get)),
        ("post", "/example", post(example::set)),
        ("get", "/openapi.json", get(openapi::get)),
    ]
}

/// The event stream, which has no time limit.
fn streams() -> Vec<Operation> {
    vec![("get", "/events", get(events::get))]
}

/// Everything but the event stream.
pub fn router() -> Router<AppState> {
    routed(operations())
}

/// The event stream.
pub fn events_router() -> Router<AppState> {
    routed(streams())
}

fn routed(operations: Vec<Operation>) -> Router<AppState> {
    operations.into_iter().fold(Router::new(), |router, (_, path, handler)| router.route(path, handler))
}
