//! Flink's answers, as far as they are read. Fields that only one version has, or that a cluster may leave out, are optional;
//! unknown ones are ignored.

use std::collections::BTreeMap;

use model::Timestamp;
use serde::Deserialize;

/// The last millisecond that a calendar of four-digit years can name.
const LAST_MS: i64 = 253_402_300_799_999;

/// An instant as Flink gives it: 0 and -1 stand for "not yet", and one beyond the calendar is none.
pub fn instant(ms: Option<i64>) -> Option<Timestamp> {
    ms.filter(|ms| (1..=LAST_MS).contains(ms)).map(Timestamp)
}

/// `/overview`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Overview {
    pub flink_version: Option<String>,
    /// `drsquirrel` where an embedded engine answers.
    pub engine: Option<String>,
    pub taskmanagers: Option<i64>,
    pub slots_total: Option<i64>,
    pub slots_available: Option<i64>,
}

/// `/jobs/overview`.
#[derive(Debug, Clone, Deserialize)]
pub struct JobsOverview {
    pub jobs: Vec<JobLine>,
}

/// One job of `/jobs/overview`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct JobLine {
    pub jid: String,
    pub name: String,
    pub state: String,
    pub start_time: Option<i64>,
    pub end_time: Option<i64>,
}

/// `/jobs/:id`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct JobDetail {
    pub timestamps: BTreeMap<String, i64>,
    pub vertices: Vec<VertexLine>,
    pub plan: Option<Plan>,
}

/// One vertex of `/jobs/:id`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexLine {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub status: String,
    pub parallelism: Option<i64>,
    pub max_parallelism: Option<i64>,
}

/// The job graph in `/jobs/:id`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Plan {
    pub nodes: Vec<PlanNode>,
}

/// One vertex of the job graph.
#[derive(Debug, Clone, Deserialize)]
pub struct PlanNode {
    pub id: String,
    #[serde(default)]
    pub inputs: Vec<PlanInput>,
}

/// One edge into a vertex.
#[derive(Debug, Clone, Deserialize)]
pub struct PlanInput {
    pub id: String,
    #[serde(default)]
    pub ship_strategy: String,
}

/// `/jobs/:id/vertices/:vid`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct VertexDetail {
    pub subtasks: Vec<SubtaskLine>,
}

/// One subtask of a vertex.
#[derive(Debug, Clone, Deserialize)]
pub struct SubtaskLine {
    pub subtask: u32,
    pub status: Option<String>,
    pub attempt: Option<u32>,
    #[serde(rename = "taskmanager-id")]
    pub task_manager: Option<String>,
}

/// `/taskmanagers`.
#[derive(Debug, Clone, Deserialize)]
pub struct TaskManagers {
    pub taskmanagers: Vec<TaskManagerLine>,
}

/// One task manager.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskManagerLine {
    pub id: String,
    pub slots_number: Option<i64>,
    pub free_slots: Option<i64>,
}

/// One entry of any `…/metrics`. A recording may hold an entry with neither, where a part could not be had.
#[derive(Debug, Clone, Deserialize)]
pub struct MetricEntry {
    pub id: Option<String>,
    pub value: Option<serde_json::Value>,
}

/// `/jobs/:id/checkpoints`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CheckpointStats {
    pub counts: CheckpointCounts,
    pub history: Vec<CheckpointLine>,
}

/// How many checkpoints there were.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CheckpointCounts {
    pub completed: u64,
    pub failed: u64,
    pub in_progress: u64,
}

/// One checkpoint, in the history or by `/jobs/:id/checkpoints/details/:n`, which alone has `tasks`.
#[derive(Debug, Clone, Deserialize)]
pub struct CheckpointLine {
    pub id: u64,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub trigger_timestamp: i64,
    pub end_to_end_duration: Option<i64>,
    pub state_size: Option<i64>,
    pub num_subtasks: Option<i64>,
    pub num_acknowledged_subtasks: Option<i64>,
    pub failure_message: Option<String>,
    #[serde(default)]
    pub tasks: BTreeMap<String, TaskAcks>,
}

/// How far one vertex came with a checkpoint.
#[derive(Debug, Clone, Deserialize)]
pub struct TaskAcks {
    #[serde(default)]
    pub num_subtasks: i64,
    #[serde(default)]
    pub num_acknowledged_subtasks: i64,
}

/// `/jobs/:id/checkpoints/config`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CheckpointConfig {
    pub interval: Option<i64>,
    pub timeout: Option<i64>,
    pub tolerable_failed_checkpoints: Option<i64>,
}

/// `/jobs/:id/exceptions`; 1.20 has the root exception beside the history.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Exceptions {
    #[serde(rename = "exceptionHistory")]
    pub history: Option<ExceptionHistory>,
    pub root_exception: Option<String>,
    pub timestamp: Option<i64>,
}

/// The history in `/jobs/:id/exceptions`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExceptionHistory {
    pub entries: Vec<ExceptionLine>,
}

/// One exception of the history.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExceptionLine {
    pub exception_name: Option<String>,
    pub stacktrace: Option<String>,
    pub timestamp: Option<i64>,
    pub task_name: Option<String>,
    pub task_manager_id: Option<String>,
    pub concurrent_exceptions: Option<Vec<ExceptionLine>>,
}

/// `/jobs/:id/execution-result`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct ExecutionResult {
    pub job_execution_result: Option<JobResult>,
}

/// How an ended job ended.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct JobResult {
    pub failure_cause: Option<FailureCause>,
}

/// Why a job failed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct FailureCause {
    pub class: Option<String>,
    pub stack_trace: Option<String>,
}
