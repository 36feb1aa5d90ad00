//! One attempt to run a job, as its worker reports it.

use std::collections::BTreeMap;

use super::{shape::VertexShape, status::TaskStatus};
use crate::{
    runtime::{
        job::{Ended, Outcome},
        metrics::Values,
    },
    worker::protocol::Report,
};

/// An attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its number, counted from 0.
    pub number: u64,
    /// The id of its task manager.
    pub task_manager: String,
    /// The worker's process id; `None` once it has ended.
    pub process_id: Option<u32>,
    /// When the worker was last heard of.
    pub heard_ms: i64,
    /// The slots it holds.
    pub slots: u32,
    /// Its tasks by vertex and subtask.
    pub tasks: Vec<Vec<Task>>,
    /// The worker's process metrics.
    pub process: Values,
}

/// A task of an attempt.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its state.
    pub status: TaskStatus,
    /// When it entered each state.
    pub timestamps: BTreeMap<TaskStatus, i64>,
    /// Its metrics, as last reported.
    pub values: Values,
}

impl Task {
    fn new(now_ms: i64) -> Self {
        let timestamps = BTreeMap::from([(TaskStatus::Created, now_ms), (TaskStatus::Deploying, now_ms)]);
        Self { status: TaskStatus::Deploying, timestamps, values: Values::new() }
    }

    fn enter(&mut self, status: TaskStatus, now_ms: i64) {
        if !self.status.is_terminal() {
            self.status = status;
            self.timestamps.insert(status, now_ms);
        }
    }

    /// When it was deployed.
    pub fn begun_ms(&self) -> i64 {
        self.timestamps.get(&TaskStatus::Deploying).copied().unwrap_or(0)
    }

    /// When it ended; `None` while it has not.
    pub fn ended_ms(&self) -> Option<i64> {
        self.status.is_terminal().then(|| self.timestamps.get(&self.status).copied().unwrap_or(0))
    }
}

impl Attempt {
    /// An attempt whose worker is being started.
    pub fn new(number: u64, task_manager: String, vertices: &[VertexShape], now_ms: i64) -> Self {
        let tasks = vertices.iter().map(|vertex| (0..vertex.parallelism).map(|_| Task::new(now_ms)).collect());
        Self {
            number,
            task_manager,
            process_id: None,
            heard_ms: now_ms,
            slots: vertices.iter().map(|vertex| vertex.parallelism).max().unwrap_or(1),
            tasks: tasks.collect(),
            process: Values::new(),
        }
    }

    /// All tasks enter a state, except those that have ended.
    pub fn enter_all(&mut self, status: TaskStatus, now_ms: i64) {
        self.tasks.iter_mut().flatten().for_each(|task| task.enter(status, now_ms));
    }

    /// A task ended.
    pub fn ended(&mut self, ended: &Ended, now_ms: i64) {
        let status = match ended.outcome {
            Outcome::Finished => TaskStatus::Finished,
            Outcome::Cancelled => TaskStatus::Canceled,
            Outcome::Failed(_) => TaskStatus::Failed,
        };
        let task = self.tasks.get_mut(ended.vertex).and_then(|tasks| tasks.get_mut(ended.subtask as usize));
        if let Some(task) = task {
            task.enter(status, now_ms);
        }
    }

    /// Metrics came.
    pub fn reported(&mut self, report: Report, now_ms: i64) {
        self.heard_ms = now_ms;
        self.process = report.process;
        for reported in report.tasks {
            let task = self.tasks.get_mut(reported.vertex).and_then(|tasks| tasks.get_mut(reported.subtask as usize));
            if let Some(task) = task {
                task.values = reported.values;
            }
        }
    }

    /// Whether every task finished.
    pub fn is_finished(&self) -> bool {
        self.tasks.iter().flatten().all(|task| task.status == TaskStatus::Finished)
    }
}
