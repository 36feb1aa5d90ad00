//! The pages, rendered by the app; the calls that they make; the static files.

use std::sync::Arc;

use app::Portal;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::nonce::use_nonce;
use leptos::prelude::{LeptosOptions, provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};

use super::{AppState, assets, guard};

impl axum::extract::FromRef<AppState> for LeptosOptions {
    fn from_ref(_: &AppState) -> LeptosOptions {
        options()
    }
}

/// Where the pages find their scripts: `/pkg/drsquirrel.js` and `/pkg/drsquirrel_bg.wasm`.
fn options() -> LeptosOptions {
    LeptosOptions::builder().output_name("drsquirrel").site_pkg_dir("pkg").build()
}

/// Pages and server functions as the app lists them; anything else is a static file, or a page that says it is not there.
pub fn router(state: &AppState) -> Router<AppState> {
    let routes = generate_route_list(app::App);
    Router::new().leptos_routes_with_context(state, routes, services(state), || app::shell(options())).fallback(other)
}

/// What the pages reach the portal's services through. A page's inline scripts carry a number that is used once, and its
/// policy lets no others run.
fn services(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let portal: Arc<dyn Portal> = state.portal.clone();
    move || {
        provide_context(Arc::clone(&portal));
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&guard::policy(&format!("'nonce-{nonce}'")))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

async fn other(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Some(asset) = assets::find(path, request.headers()) {
        return asset;
    }
    if path.starts_with("/api/") || path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let render = leptos_axum::render_app_async_with_context(services(&state), || app::shell(options()));
    let mut response = render(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
