//! A job and its vertices as JSON.

use serde_json::{Map, Value, json};

use crate::{
    clock::now_ms,
    host::{
        Job,
        job::JobState,
        shape::VertexShape,
        status::{JobStatus, TaskStatus},
    },
    ids,
    runtime::metrics::Values,
};

/// A task as far as the wire is concerned. Without an attempt (the job ended before the engine was last started) only
/// its state is known.
pub struct TaskView {
    /// Its state.
    pub status: TaskStatus,
    /// When it was deployed; -1 where that is not known.
    pub begun_ms: i64,
    /// When it ended; -1 while it has not, or where that is not known.
    pub ended_ms: i64,
    /// Its metrics.
    pub values: Values,
    /// When it entered each state.
    pub timestamps: Vec<(TaskStatus, i64)>,
}

/// The tasks of a vertex.
pub fn tasks(state: &JobState, index: usize, vertex: &VertexShape) -> Vec<TaskView> {
    let known = state.attempt.as_ref().and_then(|attempt| attempt.tasks.get(index));
    match known {
        Some(tasks) => tasks
            .iter()
            .map(|task| TaskView {
                status: task.status,
                begun_ms: task.begun_ms(),
                ended_ms: task.ended_ms().unwrap_or(-1),
                values: task.values.clone(),
                timestamps: task.timestamps.iter().map(|(status, at)| (*status, *at)).collect(),
            })
            .collect(),
        None => (0..vertex.parallelism)
            .map(|_| TaskView {
                status: status_without_attempt(state.record.status),
                begun_ms: -1,
                ended_ms: -1,
                values: Values::new(),
                timestamps: Vec::new(),
            })
            .collect(),
    }
}

fn status_without_attempt(job: JobStatus) -> TaskStatus {
    match job {
        JobStatus::Finished => TaskStatus::Finished,
        JobStatus::Canceled | JobStatus::Failed => TaskStatus::Canceled,
        _ => TaskStatus::Created,
    }
}

/// How many tasks are in each state, under Flink's names.
pub fn counts(statuses: impl Iterator<Item = TaskStatus> + Clone) -> Map<String, Value> {
    let count = |name: &str| statuses.clone().filter(|status| status.as_str() == name).count();
    TaskStatus::NAMES.iter().map(|name| ((*name).to_owned(), json!(count(name)))).collect()
}

/// The `metrics` of a vertex or subtask: sums over its tasks.
pub fn io_metrics<'a>(tasks: impl Iterator<Item = &'a Values> + Clone) -> Value {
    let sum = |name: &str| tasks.clone().filter_map(|values| values.get(name)).sum::<f64>() as i64;
    json!({
        "read-bytes": sum("numBytesIn"), "read-bytes-complete": true,
        "write-bytes": sum("numBytesOut"), "write-bytes-complete": true,
        "read-records": sum("numRecordsIn"), "read-records-complete": true,
        "write-records": sum("numRecordsOut"), "write-records-complete": true,
        "accumulated-backpressured-time": sum("accumulateBackPressuredTimeMs"),
        "accumulated-idle-time": sum("accumulateIdleTimeMs"),
        "accumulated-busy-time": sum("accumulateBusyTimeMs") as f64,
    })
}

/// When something that began and perhaps ended has lasted how long.
pub fn duration(begun_ms: i64, ended_ms: i64, now: i64) -> i64 {
    match (begun_ms, ended_ms) {
        (-1, _) => -1,
        (begun, -1) => now - begun,
        (begun, ended) => ended - begun,
    }
}

/// A job in `/jobs/overview`.
pub fn overview(job: &Job) -> Value {
    let now = now_ms();
    job.read(|state| {
        let statuses: Vec<TaskStatus> = state
            .vertices
            .iter()
            .enumerate()
            .flat_map(|(index, vertex)| tasks(state, index, vertex))
            .map(|task| task.status)
            .collect();
        let mut counted: Map<String, Value> =
            counts(statuses.iter().copied()).into_iter().map(|(name, count)| (name.to_lowercase(), count)).collect();
        counted.insert("total".to_owned(), json!(statuses.len()));
        let ended = state.record.ended_ms().unwrap_or(-1);
        json!({
            "jid": job.id,
            "name": job.name,
            "jobType": "STREAMING",
            "schedulerType": "Default",
            "start-time": state.record.submitted_ms,
            "end-time": ended,
            "duration": duration(state.record.submitted_ms, ended, now),
            "state": state.record.status.as_str(),
            "last-modification": state.record.since(state.record.status),
            "tasks": counted,
            "pending-operators": 0,
        })
    })
}

/// `/jobs/:id`
pub fn detail(job: &Job) -> Value {
    let now = now_ms();
    job.read(|state| {
        let record = &state.record;
        let ended = record.ended_ms().unwrap_or(-1);
        let mut timestamps: Map<String, Value> =
            JobStatus::ALL.iter().map(|status| (status.as_str().to_owned(), json!(record.since(*status)))).collect();
        timestamps.insert("INITIALIZING".to_owned(), json!(record.submitted_ms));
        timestamps.insert("RECONCILING".to_owned(), json!(0));
        timestamps.insert("SUSPENDED".to_owned(), json!(0));
        let all: Vec<(Value, TaskStatus)> =
            state.vertices.iter().enumerate().map(|(index, vertex)| vertex_json(state, index, vertex, now)).collect();
        let statuses = counts(all.iter().map(|(_, status)| *status));
        json!({
            "jid": job.id,
            "name": job.name,
            "isStoppable": false,
            "state": record.status.as_str(),
            "job-type": "STREAMING",
            "schedulerType": "Default",
            "start-time": record.submitted_ms,
            "end-time": ended,
            "duration": duration(record.submitted_ms, ended, now),
            "maxParallelism": state.vertices.iter().map(|vertex| vertex.max_parallelism).max().map_or(-1, i64::from),
            "now": now,
            "timestamps": timestamps,
            "vertices": all.into_iter().map(|(vertex, _)| vertex).collect::<Value>(),
            "status-counts": statuses,
            "plan": plan(job, &state.vertices),
            "pending-operators": 0,
        })
    })
}

fn vertex_json(state: &JobState, index: usize, vertex: &VertexShape, now: i64) -> (Value, TaskStatus) {
    let tasks = tasks(state, index, vertex);
    let statuses = tasks.iter().map(|task| task.status);
    let status = TaskStatus::aggregate(statuses.clone());
    let begun = tasks.iter().map(|task| task.begun_ms).min().unwrap_or(-1);
    let ended = if status.is_terminal() { tasks.iter().map(|task| task.ended_ms).max().unwrap_or(-1) } else { -1 };
    let shown = json!({
        "id": vertex.id,
        "slotSharingGroupId": ids::stable("default"),
        "name": vertex.name,
        "maxParallelism": vertex.max_parallelism,
        "parallelism": vertex.parallelism,
        "status": status.as_str(),
        "start-time": begun,
        "end-time": ended,
        "duration": duration(begun, ended, now),
        "tasks": counts(statuses),
        "metrics": io_metrics(tasks.iter().map(|task| &task.values)),
    });
    (shown, status)
}

/// The plan, in the shape of `/jobs/:id/plan`.
pub fn plan(job: &Job, vertices: &[VertexShape]) -> Value {
    let nodes: Value = vertices.iter().map(|vertex| node(vertex, vertices)).collect();
    json!({"jid": job.id, "name": job.name, "type": "STREAMING", "nodes": nodes})
}

fn node(vertex: &VertexShape, vertices: &[VertexShape]) -> Value {
    let description: Vec<String> = vertex
        .operators
        .iter()
        .enumerate()
        .map(|(depth, operator)| format!("{}{operator}<br/>", if depth == 0 { "" } else { "+- " }))
        .collect();
    let mut node = json!({
        "id": vertex.id,
        "parallelism": vertex.parallelism,
        "operator": "",
        "operator_strategy": "",
        "description": description.concat(),
        "optimizer_properties": {},
    });
    let input = |(number, (from, ship)): (usize, &(usize, String))| json!({"num": number, "id": vertices[*from].id, "ship_strategy": ship, "exchange": "pipelined_bounded"});
    if !vertex.inputs.is_empty() {
        node["inputs"] = vertex.inputs.iter().enumerate().map(input).collect();
    }
    node
}
