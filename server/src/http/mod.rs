//! The portal's edge: pages, static files, the public API, and what keeps strangers out.

mod api;
mod assets;
mod error;
mod guard;
mod health;
mod pages;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::portal::PortalService;

/// The longest body of a request.
const BODY_LIMIT_BYTES: usize = 1 << 20;
/// How long an answer may take; the slowest is a change of the example, which waits for a job to stop.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// At most so many event streams are open.
const STREAMS: usize = 256;
/// How long open requests may take to end when the portal is asked to stop.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// What every handler may use.
#[derive(Clone)]
pub struct AppState {
    /// The services.
    pub portal: Arc<PortalService>,
    /// Ends event streams.
    pub shutdown: CancellationToken,
    /// Host names under which browsers may reach the portal, beside `localhost` and plain addresses.
    pub hosts: Arc<[String]>,
    streams: Arc<Semaphore>,
}

impl AppState {
    /// State for a router.
    pub fn new(portal: Arc<PortalService>, shutdown: CancellationToken, hosts: Vec<String>) -> Self {
        AppState { portal, shutdown, hosts: hosts.into(), streams: Arc::new(Semaphore::new(STREAMS)) }
    }
}

/// Everything that the portal answers to.
pub fn router(state: AppState) -> Router {
    let bounded = Router::new()
        .merge(pages::router(&state))
        .nest("/api/v1", api::router())
        .merge(health::router())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_LIMIT));
    bounded
        // An event stream ends with its reader or with the portal, not with a time limit.
        .nest("/api/v1", api::events_router())
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT_BYTES))
        // Leaves event streams and what is packed already as they are.
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(error::shape))
        .layer(middleware::from_fn_with_state(state.clone(), guard::check))
        .layer(middleware::map_response(guard::headers))
        .with_state(state)
}

/// Serves until `shutdown`, then lets open requests end.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) -> std::io::Result<()> {
    let drain = shutdown.clone();
    let serving = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned());
    tokio::select! {
        served = serving => served,
        () = async { drain.cancelled().await; tokio::time::sleep(DRAIN_LIMIT).await } => {
            tracing::warn!(limit_ms = DRAIN_LIMIT.as_millis(), "requests were still open at the end: they are cut off");
            Ok(())
        }
    }
}

/// Whether scripts and style are in the binary.
pub fn has_assets() -> bool {
    assets::any()
}
