//! Clusters: list, look at, add, forget.

use app::Portal;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use model::{ClusterView, NewCluster};

use super::List;
use super::extract::Body;
use crate::http::AppState;
use crate::http::error::Refusal;
use crate::portal::cluster_not_found;

/// `GET /clusters`
pub async fn list(State(state): State<AppState>) -> Result<Json<List<ClusterView>>, Refusal> {
    Ok(Json(List::whole(state.portal.clusters().await?)))
}

/// `GET /clusters/{name}`
pub async fn get(State(state): State<AppState>, Path(name): Path<String>) -> Result<Json<ClusterView>, Refusal> {
    let found = state.portal.clusters().await?.into_iter().find(|cluster| cluster.name == name);
    Ok(Json(found.ok_or_else(|| cluster_not_found(&state.portal.parts.board, &name))?))
}

/// `POST /clusters`
pub async fn add(
    State(state): State<AppState>,
    Body(new): Body<NewCluster>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<ClusterView>), Refusal> {
    let added = state.portal.add_cluster(new).await?;
    let location = format!("/api/v1/clusters/{}", added.name);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(added)))
}

/// `DELETE /clusters/{name}`
pub async fn remove(State(state): State<AppState>, Path(name): Path<String>) -> Result<StatusCode, Refusal> {
    state.portal.remove_cluster(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}
