//! Jobs: the list, and what is known of one.

use app::Portal;
use axum::Json;
use axum::extract::{Path, State};
use model::{ExceptionEntry, Finding, FindingState, Graph, GridRow, JobRow, JobView, Verdict};
use serde::{Deserialize, Serialize};

use super::List;
use super::extract::Params;
use crate::http::AppState;
use crate::http::error::Refusal;
use crate::portal::FindingsQuery;

/// Jobs on one page of the list.
const PAGE: usize = 100;
/// Findings on one page, unless asked for otherwise.
const FINDINGS: u32 = 50;
/// And at most.
const MAX_FINDINGS: u32 = 500;

/// What the list is narrowed down to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// A part of the name.
    q: Option<String>,
    /// Flink's word for the state.
    status: Option<String>,
    /// The verdict.
    health: Option<Verdict>,
    cluster: Option<String>,
    /// The code of the first cause.
    cause: Option<String>,
    #[serde(default)]
    sort: Sort,
    /// Counted from 1.
    page: Option<usize>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sort {
    /// Worst first.
    #[default]
    Health,
    Name,
    /// What began last comes first.
    Since,
}

/// `GET /jobs`
pub async fn list(State(state): State<AppState>, Params(filter): Params<Filter>) -> Json<List<JobRow>> {
    Json(page(state.portal.jobs(), &filter))
}

fn page(mut rows: Vec<JobRow>, filter: &Filter) -> List<JobRow> {
    let is = |asked: &Option<String>, has: &str| asked.as_ref().is_none_or(|asked| asked.eq_ignore_ascii_case(has));
    let q = filter.q.as_deref().unwrap_or_default().to_lowercase();
    rows.retain(|row| {
        row.name.to_lowercase().contains(&q)
            && is(&filter.status, &row.status)
            && is(&filter.cluster, &row.cluster)
            && is(&filter.cause, row.cause.as_deref().unwrap_or_default())
            && filter.health.is_none_or(|health| row.verdict == health)
    });
    match filter.sort {
        Sort::Health => {}
        Sort::Name => rows.sort_by(|a, b| (&a.name, &a.cluster).cmp(&(&b.name, &b.cluster))),
        Sort::Since => rows.sort_by_key(|row| std::cmp::Reverse(row.since)),
    }
    let number = filter.page.unwrap_or(1).max(1);
    let more = rows.len() > number.saturating_mul(PAGE);
    let items = rows.into_iter().skip((number - 1).saturating_mul(PAGE)).take(PAGE).collect();
    List { items, next: more.then(|| (number + 1).to_string()) }
}

/// Which of the jobs of one name is meant; the worst one where that is not said.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    cluster: Option<String>,
}

/// `GET /jobs/{name}`
pub async fn get(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Params(on): Params<On>,
) -> Result<Json<JobView>, Refusal> {
    Ok(Json(state.portal.job(&name, on.cluster.as_deref()).await?))
}

/// Which findings are asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingsParams {
    cluster: Option<String>,
    #[serde(default)]
    state: Wanted,
    after: Option<String>,
    limit: Option<u32>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Wanted {
    #[default]
    Open,
    Closed,
    All,
}

/// `GET /jobs/{name}/findings`: the open ones worst first, others newest first.
pub async fn findings(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Params(params): Params<FindingsParams>,
) -> Result<Json<List<Finding>>, Refusal> {
    if params.state == Wanted::Open {
        return Ok(Json(List::whole(state.portal.open_findings(&name, params.cluster.as_deref())?)));
    }
    let query = FindingsQuery {
        cluster: params.cluster,
        state: (params.state == Wanted::Closed).then_some(FindingState::Closed),
        after: params.after,
        limit: params.limit.unwrap_or(FINDINGS).clamp(1, MAX_FINDINGS),
    };
    let page = state.portal.findings(&name, &query).await?;
    Ok(Json(List { items: page.items, next: page.next }))
}

/// Which rows of the hour grid are asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellsParams {
    cluster: Option<String>,
    check: Option<String>,
}

/// `GET /jobs/{name}/cells`
pub async fn cells(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Params(params): Params<CellsParams>,
) -> Result<Json<List<GridRow>>, Refusal> {
    Ok(Json(List::whole(state.portal.cells(&name, params.cluster.as_deref(), params.check.as_deref())?)))
}

/// `GET /jobs/{name}/graph`
pub async fn graph(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Params(on): Params<On>,
) -> Result<Json<Graph>, Refusal> {
    Ok(Json(state.portal.graph(&name, on.cluster.as_deref())?))
}

/// How exceptions are asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionsParams {
    cluster: Option<String>,
    #[serde(default)]
    view: View,
    /// A part of class, message or stack.
    q: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum View {
    #[default]
    Timeline,
    Unique,
}

/// An exception, and in the unique view how often there was one like it.
#[derive(Debug, Serialize)]
pub struct CountedException {
    #[serde(flatten)]
    entry: ExceptionEntry,
    count: u32,
}

/// `GET /jobs/{name}/exceptions`
pub async fn exceptions(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Params(params): Params<ExceptionsParams>,
) -> Result<Json<List<CountedException>>, Refusal> {
    let all = state.portal.exceptions(&name, params.cluster.as_deref())?;
    let q = params.q.unwrap_or_default().to_lowercase();
    let matching = all
        .into_iter()
        .filter(|e| [&e.class, &e.message, &e.stack].into_iter().any(|text| text.to_lowercase().contains(&q)));
    Ok(Json(List::whole(counted(matching, params.view))))
}

/// In the unique view the newest of each class and message stands for all of them.
fn counted(entries: impl Iterator<Item = ExceptionEntry>, view: View) -> Vec<CountedException> {
    let mut items: Vec<CountedException> = Vec::new();
    for entry in entries {
        let alike =
            |item: &&mut CountedException| item.entry.class == entry.class && item.entry.message == entry.message;
        match items.iter_mut().find(alike).filter(|_| view == View::Unique) {
            Some(item) => item.count += 1,
            None => items.push(CountedException { entry, count: 1 }),
        }
    }
    items
}
