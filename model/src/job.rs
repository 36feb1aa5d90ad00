//! Jobs, as the pages and the public API show them.

use serde::{Deserialize, Serialize};

use crate::{Cell, ClusterView, Evidence, ExampleView, ExceptionEntry, Finding, GridRow, Timestamp, Unknown, Verdict};

/// A job in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    /// The job's name.
    pub name: String,
    /// The cluster it is on.
    pub cluster: String,
    /// The id of its newest instance.
    pub id: String,
    /// Its state in Flink's words.
    pub status: String,
    /// The doctor's judgement in one word.
    pub verdict: Verdict,
    /// 0 (worst) to 100.
    pub score: Option<u32>,
    /// What is wrong in one sentence; `None` where nothing is.
    pub headline: Option<String>,
    /// The code of the first cause.
    pub cause: Option<String>,
    /// Since when that is so.
    pub since: Option<Timestamp>,
    /// Open findings that are root causes.
    pub causes: u32,
    /// Open findings that are consequences.
    pub consequences: u32,
    /// The worst event-time lag of its sources in milliseconds.
    pub lag_ms: Option<f64>,
    /// Records read a second by its sources.
    pub records_in_per_s: Option<f64>,
    /// When it was submitted.
    pub started_at: Option<Timestamp>,
    /// When it was last read.
    pub as_of: Timestamp,
    /// The hour strip: the worst verdict of each minute, oldest first.
    pub strip: Vec<Cell>,
}

/// How many jobs are in each state of health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Somebody should act now.
    pub critical: u32,
    /// Something is wrong.
    pub degraded: u32,
    /// Nothing is wrong.
    pub healthy: u32,
    /// Too little is known to judge.
    pub unknown: u32,
}

/// The home page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HomeView {
    /// When it was true.
    pub as_of: Timestamp,
    /// Jobs by health.
    pub counts: Counts,
    /// The clusters.
    pub clusters: Vec<ClusterView>,
    /// The jobs, worst first.
    pub jobs: Vec<JobRow>,
    /// The shipped example, where it was installed.
    pub example: Option<ExampleView>,
}

/// A value at an instant; `None` is a gap.
pub type Point = (Timestamp, Option<f64>);

/// A piece of evidence, with its values over the last minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceSeries {
    /// The finding it belongs to.
    pub finding: String,
    /// The evidence.
    pub evidence: Evidence,
    /// Its values, oldest first.
    pub points: Vec<Point>,
}

/// A vertex of the job graph, with its load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GraphVertex {
    /// Its id on its cluster.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state in Flink's words.
    pub status: String,
    /// Its subtasks.
    pub parallelism: u32,
    /// Busy share of the busiest subtask, 0 to 1.
    pub busy: Option<f64>,
    /// Idle share of that subtask, 0 to 1.
    pub idle: Option<f64>,
    /// Backpressured share of the worst subtask, 0 to 1.
    pub backpressured: Option<f64>,
    /// Records in a second, over all subtasks.
    pub records_in_per_s: Option<f64>,
    /// Records out a second, over all subtasks.
    pub records_out_per_s: Option<f64>,
    /// The busiest subtask.
    pub worst_subtask: Option<u32>,
    /// The verdict on this vertex: the worst open root cause about it.
    pub verdict: Verdict,
}

/// An edge of the job graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphEdge {
    /// The id of the vertex it comes from.
    pub from: String,
    /// The id of the vertex it goes to.
    pub to: String,
    /// How records are shared out: `HASH`, `FORWARD`, `REBALANCE`, ….
    pub ship: String,
}

/// The job graph.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Graph {
    /// The vertices, sources first.
    pub vertices: Vec<GraphVertex>,
    /// The edges.
    pub edges: Vec<GraphEdge>,
}

/// The job page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobView {
    /// The job, as in the list.
    pub row: JobRow,
    /// The cluster it is on.
    pub cluster: ClusterView,
    /// Open findings, worst first, each root cause before its consequences.
    pub findings: Vec<Finding>,
    /// Findings that closed in the last day, newest first; at most 20.
    pub closed: Vec<Finding>,
    /// The evidence of the open findings over the last minutes.
    pub evidence: Vec<EvidenceSeries>,
    /// The hour grid.
    pub grid: Vec<GridRow>,
    /// The job graph with its load.
    pub graph: Graph,
    /// Exceptions, newest first.
    pub exceptions: Vec<ExceptionEntry>,
    /// What could not be assessed, and why.
    pub unknown: Vec<Unknown>,
    /// The last lines that the job printed, where it prints; oldest first.
    pub output: Vec<String>,
    /// The example's controls, where this is the example job.
    pub example: Option<ExampleView>,
}
