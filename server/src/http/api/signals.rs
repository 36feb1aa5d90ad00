//! One signal of a job over the last minutes.

use axum::Json;
use axum::extract::{Path, State};
use model::{Evidence, Timestamp};
use serde::{Deserialize, Serialize};

use super::extract::Params;
use crate::http::AppState;
use crate::http::error::Refusal;

/// Which signal, of what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalParams {
    cluster: Option<String>,
    metric: String,
    /// The name of a vertex, of a task manager, or of the job, which it is where none is named.
    subject: Option<String>,
}

/// Values over time, gaps as null.
#[derive(Debug, Serialize)]
pub struct Series {
    metric: String,
    subject: String,
    points: Vec<(Timestamp, Option<f64>)>,
}

/// `GET /jobs/{name}/signals`
pub async fn get(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Params(params): Params<SignalParams>,
) -> Result<Json<Series>, Refusal> {
    let subject = params.subject.unwrap_or_else(|| name.clone());
    let signal = Evidence {
        signal: params.metric,
        subject,
        value: None,
        text: None,
        unit: String::new(),
        threshold: None,
        series: None,
    };
    let points = state.portal.signal(&name, params.cluster.as_deref(), &signal)?;
    Ok(Json(Series { metric: signal.signal, subject: signal.subject, points }))
}
