//! `/jobs/:id/checkpoints` and what is below it.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ApiError, ok},
    jobs::find,
    operations,
};
use crate::host::{
    Host, Job,
    checkpoints::history::{Entry, Outcome, TaskFigures},
};

/// The routes.
pub fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/jobs/{job}/checkpoints", get(checkpoints).post(operations::checkpoint))
        .route("/jobs/{job}/checkpoints/config", get(config))
        .route("/jobs/{job}/checkpoints/details/{checkpoint}", get(detail))
        .route("/jobs/{job}/checkpoints/details/{checkpoint}/subtasks/{vertex}", get(subtasks))
        .route("/jobs/{job}/checkpoints/{trigger}", get(operations::checkpoint_state))
}

async fn checkpoints(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    let history = find(&host, &id)?.read(|state| state.history.clone());
    let counts = history.counts;
    let one = |entry: &Option<Entry>| entry.as_ref().map_or(Value::Null, entry_json);
    let restored = history.restored.as_ref().map_or(Value::Null, |restored| {
        json!({
            "id": restored.id,
            "restore_timestamp": restored.at_ms,
            "is_savepoint": restored.is_savepoint,
            "external_path": restored.path,
        })
    });
    let durations = history.durations_ms();
    ok(json!({
        "counts": {
            "restored": counts.restored,
            "total": counts.completed + counts.failed + counts.in_progress,
            "in_progress": counts.in_progress,
            "completed": counts.completed,
            "failed": counts.failed,
        },
        "summary": {
            "checkpointed_size": summary(&history.checkpointed_bytes()),
            "state_size": summary(&history.state_bytes()),
            "end_to_end_duration": summary(&durations),
            "alignment_buffered": summary(&vec![0; durations.len()]),
            "processed_data": summary(&vec![0; durations.len()]),
            "persisted_data": summary(&vec![0; durations.len()]),
        },
        "latest": {
            "completed": one(&history.completed),
            "savepoint": one(&history.savepoint),
            "failed": one(&history.failed),
            "restored": restored,
        },
        "history": history.entries.iter().map(entry_json).collect::<Value>(),
    }))
}

fn entry_json(entry: &Entry) -> Value {
    let (class, status) = match entry.outcome {
        Outcome::InProgress => ("in_progress", "IN_PROGRESS"),
        Outcome::Completed(_) => ("completed", "COMPLETED"),
        Outcome::Failed(..) => ("failed", "FAILED"),
    };
    let mut shown = json!({
        "className": class,
        "id": entry.id,
        "status": status,
        "is_savepoint": entry.kind.is_savepoint(),
        "savepointFormat": entry.kind.is_savepoint().then_some("CANONICAL"),
        "trigger_timestamp": entry.begun_ms,
        "latest_ack_timestamp": entry.tasks.values().map(|task| task.acknowledged_ms).max().unwrap_or(-1),
        "checkpointed_size": entry.checkpointed_bytes(),
        "state_size": entry.state_bytes(),
        "end_to_end_duration": entry.duration_ms(),
        "alignment_buffered": 0,
        "processed_data": 0,
        "persisted_data": 0,
        "num_subtasks": entry.asked,
        "num_acknowledged_subtasks": entry.tasks.len(),
        "checkpoint_type": entry.kind.as_str(),
        "tasks": {},
    });
    match &entry.outcome {
        Outcome::InProgress => {}
        Outcome::Completed(path) => {
            shown["external_path"] = json!(path);
            shown["discarded"] = json!(entry.discarded);
        }
        Outcome::Failed(at, reason) => {
            shown["failure_timestamp"] = json!(at);
            shown["failure_message"] = json!(reason);
        }
    }
    shown
}

/// Least, most, mean and quantiles, as Flink shows them; `null` of nothing.
fn summary(values: &[u64]) -> Value {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let (Some(min), Some(max)) = (sorted.first(), sorted.last()) else {
        return json!({"min": 0, "max": 0, "avg": 0, "p50": "NaN", "p90": "NaN", "p95": "NaN", "p99": "NaN", "p999": "NaN"});
    };
    let quantile = |q: f64| {
        // Linear between the two nearest ranks, as commons-math's Percentile has it, which Flink uses.
        let place = q * (sorted.len() as f64 + 1.0);
        let below = (place.floor() as usize).clamp(1, sorted.len());
        let above = (below + 1).min(sorted.len());
        let share = (place - below as f64).clamp(0.0, 1.0);
        let (low, high) = (sorted[below - 1] as f64, sorted[above - 1] as f64);
        low + (high - low) * share
    };
    json!({
        "min": min, "max": max, "avg": sorted.iter().sum::<u64>() / sorted.len() as u64,
        "p50": quantile(0.5), "p90": quantile(0.9), "p95": quantile(0.95), "p99": quantile(0.99), "p999": quantile(0.999),
    })
}

async fn config(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Answer {
    let job = find(&host, &id)?;
    let config = job.config.as_ref().ok().map(|config| &config.checkpointing);
    let Some((settings, interval)) = config.and_then(|settings| Some((settings, settings.interval_ms?))) else {
        return Err(ApiError::not_found("Checkpointing is not enabled for this job"));
    };
    ok(json!({
        "mode": "exactly_once",
        "interval": interval,
        "timeout": settings.timeout_ms,
        "min_pause": settings.min_pause_ms,
        "max_concurrent": 1,
        "externalization": {"enabled": true, "delete_on_cancellation": false},
        "state_backend": "InMemoryStateBackend",
        "checkpoint_storage": "ObjectStoreCheckpointStorage",
        "unaligned_checkpoints": false,
        "tolerable_failed_checkpoints": settings.tolerable_failures,
        "aligned_checkpoint_timeout": 0,
        "checkpoints_after_tasks_finish": true,
        "state_changelog_enabled": false,
        "changelog_periodic_materialization_interval": 0,
        "changelog_storage": "none",
    }))
}

fn entry(job: &Job, checkpoint: u64) -> Result<Entry, ApiError> {
    let found = job.read(|state| state.history.entries.iter().find(|entry| entry.id == checkpoint).cloned());
    found.ok_or_else(|| {
        ApiError::not_found(format!("Could not find checkpointing statistics for checkpoint {checkpoint}."))
    })
}

/// The figures of one vertex by subtask.
type VertexFigures = BTreeMap<u32, TaskFigures>;

fn by_vertex(job: &Job, entry: &Entry) -> Vec<(String, u32, VertexFigures)> {
    let vertices = job.vertices();
    vertices
        .iter()
        .enumerate()
        .map(|(index, vertex)| {
            let own =
                entry.tasks.iter().filter(|((of, _), _)| *of == index).map(|((_, task), figures)| (*task, *figures));
            (vertex.id.clone(), vertex.parallelism, own.collect())
        })
        .collect()
}

fn vertex_json(entry: &Entry, parallelism: u32, tasks: &VertexFigures) -> Map<String, Value> {
    let status = match entry.outcome {
        Outcome::Failed(..) => "FAILED",
        _ if tasks.len() as u32 == parallelism => "COMPLETED",
        _ => "IN_PROGRESS",
    };
    let last = tasks.values().map(|task| task.acknowledged_ms).max();
    let sum = |of: fn(&TaskFigures) -> u64| tasks.values().map(of).sum::<u64>();
    Map::from_iter([
        ("id".to_owned(), json!(entry.id)),
        ("status".to_owned(), json!(status)),
        ("latest_ack_timestamp".to_owned(), json!(last.unwrap_or(-1))),
        ("checkpointed_size".to_owned(), json!(sum(|task| task.checkpointed_bytes))),
        ("state_size".to_owned(), json!(sum(|task| task.state_bytes))),
        ("end_to_end_duration".to_owned(), json!(last.map_or(-1, |last| last - entry.begun_ms))),
        ("alignment_buffered".to_owned(), json!(0)),
        ("processed_data".to_owned(), json!(0)),
        ("persisted_data".to_owned(), json!(0)),
        ("num_subtasks".to_owned(), json!(parallelism)),
        ("num_acknowledged_subtasks".to_owned(), json!(tasks.len())),
    ])
}

async fn detail(State(host): State<Arc<Host>>, Path((id, checkpoint)): Path<(String, u64)>) -> Answer {
    let job = find(&host, &id)?;
    let entry = entry(&job, checkpoint)?;
    let mut shown = entry_json(&entry);
    let vertices = by_vertex(&job, &entry);
    shown["tasks"] = vertices
        .iter()
        .map(|(id, parallelism, tasks)| (id.clone(), Value::Object(vertex_json(&entry, *parallelism, tasks))))
        .collect::<Map<String, Value>>()
        .into();
    ok(shown)
}

async fn subtasks(
    State(host): State<Arc<Host>>,
    Path((id, checkpoint, vertex)): Path<(String, u64, String)>,
) -> Answer {
    let job = find(&host, &id)?;
    let entry = entry(&job, checkpoint)?;
    let found = by_vertex(&job, &entry).into_iter().find(|(id, ..)| *id == vertex);
    let Some((_, parallelism, tasks)) = found else {
        return Err(ApiError::not_found(format!("There is no checkpoint statistics for task {vertex}.")));
    };
    let mut shown = vertex_json(&entry, parallelism, &tasks);
    let all = |of: &dyn Fn(&TaskFigures) -> u64| summary(&tasks.values().map(of).collect::<Vec<_>>());
    let duration = |task: &TaskFigures| (task.acknowledged_ms - entry.begun_ms).max(0) as u64;
    let nothing = || all(&|_| 0);
    shown.insert(
        "summary".to_owned(),
        json!({
            "checkpointed_size": all(&|task| task.checkpointed_bytes),
            "state_size": all(&|task| task.state_bytes),
            "end_to_end_duration": all(&duration),
            "checkpoint_duration": {"sync": all(&|task| task.sync_ms), "async": all(&|task| task.async_ms)},
            "alignment": {
                "buffered": nothing(), "processed": nothing(), "persisted": nothing(),
                "duration": all(&|task| task.alignment_ms),
            },
            "start_delay": all(&|task| task.start_delay_ms),
        }),
    );
    let subtask = |index: u32| match tasks.get(&index) {
        Some(task) => json!({
            "className": "completed",
            "index": index,
            "ack_timestamp": task.acknowledged_ms,
            "end_to_end_duration": duration(task),
            "checkpointed_size": task.checkpointed_bytes,
            "state_size": task.state_bytes,
            "checkpoint": {"sync": task.sync_ms, "async": task.async_ms},
            "alignment": {"buffered": 0, "processed": 0, "persisted": 0, "duration": task.alignment_ms},
            "start_delay": task.start_delay_ms,
            "unaligned_checkpoint": false,
            "aborted": false,
            "status": "completed",
        }),
        None => json!({"className": "pending", "index": index, "status": "pending_or_failed"}),
    };
    shown.insert("subtasks".to_owned(), (0..parallelism).map(subtask).collect());
    ok(Value::Object(shown))
}
