//! What was read off a cluster at one instant. Live clusters and recordings both become these; the doctor judges nothing else.
//!
//! Everything a cluster may not offer is optional, and absent is never the same as zero.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Metrics by name, in Flink's spelling without the subtask's index (`busyTimeMsPerSecond`, `parse.numRecordsIn`). A value
/// that was absent, unreadable or not a number is not in the map.
pub type Metrics = BTreeMap<String, f64>;

/// A cluster at one instant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ClusterSnapshot {
    /// When it was read.
    pub at: Timestamp,
    /// The version it says it is: `2.3.0`.
    pub version: Option<String>,
    /// Whether it is an embedded engine, by its own word.
    pub embedded: bool,
    /// Slots in all.
    pub slots_total: Option<u32>,
    /// Slots that are free.
    pub slots_available: Option<u32>,
    /// Its task managers; `None` where the list could not be read.
    pub task_managers: Option<Vec<TaskManagerSnapshot>>,
    /// Its jobs, ended ones too.
    pub jobs: Vec<JobSnapshot>,
}

/// A task manager at one instant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TaskManagerSnapshot {
    /// Its id.
    pub id: String,
    /// Slots in all.
    pub slots: Option<u32>,
    /// Slots that are free.
    pub free_slots: Option<u32>,
    /// `Status.JVM.Memory.Heap.Used`, `Status.JVM.GarbageCollector.G1_Old_Generation.Time`, … An embedded engine's worker
    /// has no JVM; it reports `Process.ResidentBytes`, `Process.CpuMsPerSecond` and `Process.OpenFiles` instead.
    pub metrics: Metrics,
}

/// A job at one instant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct JobSnapshot {
    /// Its id: 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state in Flink's words: `RUNNING`, `RESTARTING`, `FAILED`, ….
    pub state: String,
    /// When it was submitted.
    pub start: Option<Timestamp>,
    /// When it ended.
    pub end: Option<Timestamp>,
    /// When it last became `RUNNING`.
    pub running_since: Option<Timestamp>,
    /// Its vertices, in the order of the plan: sources first. Empty where they could not be read.
    pub vertices: Vec<VertexSnapshot>,
    /// `numRestarts`, `restartingTime`, `lastCheckpointDuration`, …
    pub metrics: Metrics,
    /// Checkpoint statistics; `None` where they could not be read, or the job has no checkpoints.
    pub checkpoints: Option<Checkpoints>,
    /// Exceptions, newest first; `None` where they could not be read.
    pub exceptions: Option<Vec<ExceptionEntry>>,
}

/// A vertex at one instant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VertexSnapshot {
    /// Its id: 32 hexadecimal digits.
    pub id: String,
    /// Its name: the names of the chained operators, joined by ` -> `.
    pub name: String,
    /// Its state in Flink's words.
    pub state: String,
    /// Its subtasks.
    pub parallelism: u32,
    /// The most subtasks it can ever have.
    pub max_parallelism: Option<u32>,
    /// Where its records come from.
    pub inputs: Vec<Input>,
    /// Its subtasks, by index.
    pub subtasks: Vec<SubtaskSnapshot>,
    /// What its threads were seen doing, where the cluster samples stacks.
    pub stacks: Option<StackSample>,
}

/// An edge into a vertex.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Input {
    /// The id of the upstream vertex.
    pub vertex: String,
    /// How records are shared out: `HASH`, `FORWARD`, `REBALANCE`, ….
    pub ship: String,
}

/// A subtask at one instant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SubtaskSnapshot {
    /// Its index, counted from 0.
    pub index: u32,
    /// Its state in Flink's words.
    pub state: Option<String>,
    /// How often it has been started again.
    pub attempt: Option<u32>,
    /// The id of the task manager it runs on.
    pub task_manager: Option<String>,
    /// `busyTimeMsPerSecond`, `parse.numRecordsIn`, … An embedded engine adds `cpuTimeMsPerSecond`.
    pub metrics: Metrics,
}

/// Sampled stacks of a vertex's threads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StackSample {
    /// When the sampling ended.
    pub at: Timestamp,
    /// Samples that were computing.
    pub on_cpu: u64,
    /// Samples that were waiting.
    pub off_cpu: u64,
    /// The most frequent stacks, most frequent first; at most 5.
    pub top: Vec<Stack>,
}

/// One sampled stack.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stack {
    /// How many samples had it.
    pub samples: u64,
    /// Its frames, innermost first; at most 12: `FaultJob$SinkMap.callExternalService:174`.
    pub frames: Vec<String>,
}

/// A job's checkpoints.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Checkpoints {
    /// Completed, ever.
    pub completed: u64,
    /// Failed, ever.
    pub failed: u64,
    /// Under way.
    pub in_progress: u64,
    /// The last checkpoints, newest first.
    pub history: Vec<Checkpoint>,
    /// How often a checkpoint is begun, in milliseconds.
    pub interval_ms: Option<i64>,
    /// After how long one is given up, in milliseconds.
    pub timeout_ms: Option<i64>,
    /// How many may fail in a row before the job restarts.
    pub tolerable_failures: Option<i64>,
}

/// One checkpoint.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Its number.
    pub id: u64,
    /// `COMPLETED`, `FAILED` or `IN_PROGRESS`.
    pub status: String,
    /// When it was begun.
    pub triggered_at: Timestamp,
    /// How long it took, or has taken so far, in milliseconds.
    pub duration_ms: Option<i64>,
    /// The state's size in bytes.
    pub state_bytes: Option<i64>,
    /// Subtasks that have acknowledged it.
    pub acknowledged: Option<u32>,
    /// Subtasks in all.
    pub subtasks: Option<u32>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Who acknowledged it, by vertex, where the details could be read.
    pub vertices: Vec<VertexAcks>,
}

/// How far one vertex came with one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VertexAcks {
    /// The vertex' id.
    pub vertex: String,
    /// Subtasks that have acknowledged.
    pub acknowledged: u32,
    /// Subtasks in all.
    pub subtasks: u32,
}

/// An exception that a cluster keeps in a job's history.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExceptionEntry {
    /// When it was thrown.
    pub at: Timestamp,
    /// Its class: `java.lang.IllegalStateException`.
    pub class: String,
    /// Its message: the stack trace's first line without the class.
    pub message: String,
    /// The whole stack trace.
    pub stack: String,
    /// The task it was thrown in, where the cluster says so (Flink's adaptive scheduler does not).
    pub task: Option<String>,
    /// The task manager it was thrown on, where the cluster says so.
    pub task_manager: Option<String>,
}
