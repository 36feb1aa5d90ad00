//! The example job's controls.

use app::Portal;
use axum::Json;
use axum::extract::State;
use model::{Condition, ExampleView};
use serde::Deserialize;

use super::extract::Body;
use crate::http::AppState;
use crate::http::error::Refusal;

/// What the example is to suffer from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    condition: Condition,
}

/// `GET /example`
pub async fn get(State(state): State<AppState>) -> Result<Json<ExampleView>, Refusal> {
    Ok(Json(state.portal.example()?))
}

/// `POST /example`
pub async fn set(State(state): State<AppState>, Body(wish): Body<Wish>) -> Result<Json<ExampleView>, Refusal> {
    Ok(Json(state.portal.set_example(wish.condition).await?))
}
