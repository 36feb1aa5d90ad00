//! `/jobs/:id/vertices/:id` and what is below it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    routing::get,
};
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ApiError, ok},
    job_detail::{TaskView, counts, duration, io_metrics, tasks},
    jobs::find,
    metrics::{MetricQuery, by_subtask},
};
use crate::{
    clock::now_ms,
    host::{Host, shape::VertexShape, status::TaskStatus},
    runtime::metrics::Values,
};

/// The routes.
pub fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/jobs/{job}/vertices/{vertex}", get(detail))
        .route("/jobs/{job}/vertices/{vertex}/backpressure", get(backpressure))
        .route("/jobs/{job}/vertices/{vertex}/watermarks", get(watermarks))
        .route("/jobs/{job}/vertices/{vertex}/accumulators", get(accumulators))
        .route("/jobs/{job}/vertices/{vertex}/taskmanagers", get(task_managers))
        .route("/jobs/{job}/vertices/{vertex}/subtasktimes", get(times))
        .route("/jobs/{job}/vertices/{vertex}/metrics", get(metrics))
        .route("/jobs/{job}/vertices/{vertex}/subtasks/metrics", get(aggregated))
        .route("/jobs/{job}/vertices/{vertex}/subtasks/{subtask}", get(subtask))
        .route("/jobs/{job}/vertices/{vertex}/subtasks/{subtask}/metrics", get(subtask_metrics))
}

/// A vertex, its tasks, and who runs them.
struct View {
    vertex: VertexShape,
    tasks: Vec<TaskView>,
    task_manager: Option<String>,
    attempt: u64,
}

impl View {
    fn of(host: &Host, job_id: &str, vertex_id: &str) -> Result<Self, ApiError> {
        let job = find(host, job_id)?;
        let vertices = job.vertices();
        let found = vertices.iter().enumerate().find(|(_, vertex)| vertex.id == vertex_id);
        let (index, vertex) = found.ok_or_else(|| ApiError::not_found(format!("job vertex {vertex_id} not found")))?;
        Ok(job.read(|state| Self {
            vertex: vertex.clone(),
            tasks: tasks(state, index, vertex),
            task_manager: state.attempt.as_ref().map(|attempt| attempt.task_manager.clone()),
            attempt: state.attempt.as_ref().map_or(0, |attempt| attempt.number),
        }))
    }

    fn task(&self, index: &str) -> Result<(usize, &TaskView), ApiError> {
        let parsed: Option<usize> = index.parse().ok();
        parsed.and_then(|index| Some((index, self.tasks.get(index)?))).ok_or_else(|| {
            let message = format!("The vertex has subtasks 0 to {}, not {index}", self.tasks.len().saturating_sub(1));
            ApiError::not_found(message)
        })
    }

    fn values(&self) -> impl Iterator<Item = &Values> + Clone {
        self.tasks.iter().map(|task| &task.values)
    }

    fn task_json(&self, index: usize, task: &TaskView, now: i64) -> Value {
        json!({
            "subtask": index,
            "status": task.status.as_str(),
            "attempt": self.attempt,
            "endpoint": "localhost",
            "start-time": task.begun_ms,
            "start_time": task.begun_ms,
            "end-time": task.ended_ms,
            "duration": duration(task.begun_ms, task.ended_ms, now),
            "metrics": io_metrics(std::iter::once(&task.values)),
            "taskmanager-id": self.task_manager.as_deref().unwrap_or("(unassigned)"),
            "status-duration": status_durations(task, now),
        })
    }
}

/// How long a task was in each state it has been in.
fn status_durations(task: &TaskView, now: i64) -> Map<String, Value> {
    let mut entered: Vec<_> = task.timestamps.clone();
    entered.sort_by_key(|(_, at)| *at);
    let ends = entered.iter().skip(1).map(|(_, at)| *at).chain([now]);
    let lasted = entered.iter().zip(ends).filter(|((status, _), _)| !status.is_terminal());
    lasted.map(|((status, at), end)| (status.as_str().to_owned(), json!(end - at))).collect()
}

/// Minimum, maximum, mean and quantiles over the tasks, as `aggregated` has them.
fn spread(mut values: Vec<i64>) -> Value {
    values.sort_unstable();
    let at = |share: f64| values.get(((values.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied();
    let sum: i64 = values.iter().sum();
    let mean = sum / i64::try_from(values.len().max(1)).unwrap_or(1);
    json!({
        "min": values.first(), "max": values.last(), "avg": mean, "sum": sum,
        "median": at(0.5), "p25": at(0.25), "p75": at(0.75), "p95": at(0.95),
    })
}

fn aggregated_json(view: &View, now: i64) -> Value {
    const METRICS: [(&str, &str); 7] = [
        ("read-bytes", "numBytesIn"),
        ("write-bytes", "numBytesOut"),
        ("read-records", "numRecordsIn"),
        ("write-records", "numRecordsOut"),
        ("accumulated-backpressured-time", "accumulateBackPressuredTimeMs"),
        ("accumulated-idle-time", "accumulateIdleTimeMs"),
        ("accumulated-busy-time", "accumulateBusyTimeMs"),
    ];
    let all = |name: &str| view.values().map(|values| values.get(name).copied().unwrap_or(0.0) as i64).collect();
    let metrics: Map<String, Value> =
        METRICS.iter().map(|(shown, name)| ((*shown).to_owned(), spread(all(name)))).collect();
    let durations: Vec<_> = view.tasks.iter().map(|task| status_durations(task, now)).collect();
    let names: std::collections::BTreeSet<&String> = durations.iter().flat_map(Map::keys).collect();
    let durations: Map<String, Value> = names
        .into_iter()
        .map(|name| {
            let lasted = durations.iter().filter_map(|durations| durations.get(name)?.as_i64()).collect();
            (name.clone(), spread(lasted))
        })
        .collect();
    json!({"metrics": metrics, "status-duration": durations})
}

async fn detail(State(host): State<Arc<Host>>, Path((job, vertex)): Path<(String, String)>) -> Answer {
    let (view, now) = (View::of(&host, &job, &vertex)?, now_ms());
    let subtasks: Value = view.tasks.iter().enumerate().map(|(index, task)| view.task_json(index, task, now)).collect();
    ok(json!({
        "id": view.vertex.id,
        "name": view.vertex.name,
        "parallelism": view.vertex.parallelism,
        "maxParallelism": view.vertex.max_parallelism,
        "now": now,
        "subtasks": subtasks,
        "aggregated": aggregated_json(&view, now),
    }))
}

async fn subtask(
    State(host): State<Arc<Host>>,
    Path((job, vertex, subtask)): Path<(String, String, String)>,
) -> Answer {
    let view = View::of(&host, &job, &vertex)?;
    let (index, task) = view.task(&subtask)?;
    ok(view.task_json(index, task, now_ms()))
}

/// Flink's levels: `high` above half, `low` above a tenth.
fn level(ratio: f64) -> &'static str {
    match ratio {
        r if r > 0.5 => "high",
        r if r > 0.1 => "low",
        _ => "ok",
    }
}

async fn backpressure(State(host): State<Arc<Host>>, Path((job, vertex)): Path<(String, String)>) -> Answer {
    let view = View::of(&host, &job, &vertex)?;
    let running = view.tasks.iter().all(|task| task.status == TaskStatus::Running && !task.values.is_empty());
    if !running {
        return ok(json!({"status": "deprecated", "backpressureLevel": null, "end-timestamp": null, "subtasks": null}));
    }
    let ratio = |task: &TaskView, name: &str| task.values.get(name).copied().unwrap_or(0.0) / 1000.0;
    let mut worst: f64 = 0.0;
    let mut subtasks = Vec::new();
    for (index, task) in view.tasks.iter().enumerate() {
        let held = ratio(task, "backPressuredTimeMsPerSecond");
        worst = worst.max(held);
        subtasks.push(json!({
            "subtask": index,
            "backpressureLevel": level(held),
            "backpressure-level": level(held),
            "ratio": held,
            "idleRatio": ratio(task, "idleTimeMsPerSecond"),
            "busyRatio": ratio(task, "busyTimeMsPerSecond"),
        }));
    }
    ok(json!({
        "status": "ok",
        "backpressureLevel": level(worst),
        "backpressure-level": level(worst),
        "end-timestamp": now_ms(),
        "subtasks": subtasks,
    }))
}

/// No watermarks: this cut has no event time.
async fn watermarks(State(host): State<Arc<Host>>, Path((job, vertex)): Path<(String, String)>) -> Answer {
    View::of(&host, &job, &vertex)?;
    ok(json!([]))
}

async fn accumulators(State(host): State<Arc<Host>>, Path((job, vertex)): Path<(String, String)>) -> Answer {
    let view = View::of(&host, &job, &vertex)?;
    ok(json!({"id": view.vertex.id, "user-accumulators": []}))
}

async fn task_managers(State(host): State<Arc<Host>>, Path((job, vertex)): Path<(String, String)>) -> Answer {
    let (view, now) = (View::of(&host, &job, &vertex)?, now_ms());
    let statuses = view.tasks.iter().map(|task| task.status);
    let status = TaskStatus::aggregate(statuses.clone());
    let begun = view.tasks.iter().map(|task| task.begun_ms).min().unwrap_or(-1);
    let ended = if status.is_terminal() { view.tasks.iter().map(|task| task.ended_ms).max().unwrap_or(-1) } else { -1 };
    let manager = json!({
        "endpoint": "localhost",
        "status": status.as_str(),
        "start-time": begun,
        "end-time": ended,
        "duration": duration(begun, ended, now),
        "metrics": io_metrics(view.values()),
        "status-counts": counts(statuses),
        "taskmanager-id": view.task_manager.as_deref().unwrap_or("(unassigned)"),
        "aggregated": aggregated_json(&view, now),
    });
    ok(json!({"id": view.vertex.id, "name": view.vertex.name, "now": now, "taskmanagers": [manager]}))
}

async fn times(State(host): State<Arc<Host>>, Path((job, vertex)): Path<(String, String)>) -> Answer {
    let (view, now) = (View::of(&host, &job, &vertex)?, now_ms());
    let subtasks: Value = view
        .tasks
        .iter()
        .enumerate()
        .map(|(index, task)| {
            let mut timestamps: Map<String, Value> =
                TaskStatus::NAMES.iter().map(|name| ((*name).to_owned(), json!(0))).collect();
            for (status, at) in &task.timestamps {
                timestamps.insert(status.as_str().to_owned(), json!(at));
            }
            json!({
                "subtask": index,
                "endpoint": "localhost",
                "duration": duration(task.begun_ms, task.ended_ms, now),
                "timestamps": timestamps,
            })
        })
        .collect();
    ok(json!({"id": view.vertex.id, "name": view.vertex.name, "now": now, "subtasks": subtasks}))
}

async fn metrics(
    State(host): State<Arc<Host>>,
    Path((job, vertex)): Path<(String, String)>,
    Query(query): Query<MetricQuery>,
) -> Answer {
    let view = View::of(&host, &job, &vertex)?;
    ok(query.plain(&by_subtask(view.values())))
}

async fn aggregated(
    State(host): State<Arc<Host>>,
    Path((job, vertex)): Path<(String, String)>,
    Query(query): Query<MetricQuery>,
) -> Answer {
    let view = View::of(&host, &job, &vertex)?;
    let wanted: Option<Vec<usize>> =
        query.subtasks.as_deref().map(|list| list.split(',').filter_map(|index| index.trim().parse().ok()).collect());
    let chosen = view.values().enumerate().filter(|(index, _)| wanted.as_ref().is_none_or(|list| list.contains(index)));
    ok(query.aggregated(chosen.map(|(_, values)| values)))
}

async fn subtask_metrics(
    State(host): State<Arc<Host>>,
    Path((job, vertex, subtask)): Path<(String, String, String)>,
    Query(query): Query<MetricQuery>,
) -> Answer {
    let view = View::of(&host, &job, &vertex)?;
    let (_, task) = view.task(&subtask)?;
    ok(query.plain(&task.values))
}
