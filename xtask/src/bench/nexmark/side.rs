//! One of the two engines, and what a run on it cost.

use std::time::Duration;

use serde_json::Value;

use super::query::{Column, Query};
use crate::{
    bench::cluster::{
        engine::Engine,
        flink::Flink,
        http,
        job::Cluster,
        process::{children, memory_mib, processor_time},
    },
    failure::Failure,
};

/// An engine with the settings that its sessions have.
pub struct Side<'a> {
    cluster: Cluster,
    settings: Vec<(&'a str, &'a str)>,
    /// The process whose time counts.
    process: u32,
    /// Whether jobs run in children of it.
    has_workers: bool,
}

/// What a run of a query cost.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From when the job ran to when it had ended.
    pub time: Duration,
    /// How long the engine ran on a processor.
    pub processor: Duration,
    /// The most memory that the process with the job had.
    pub memory_mib: f64,
    /// How many checkpoints there were.
    pub checkpoints: u64,
}

impl Run {
    /// Worse than any run.
    pub const NEVER: Run = Run { time: Duration::MAX, processor: Duration::MAX, memory_mib: 0.0, checkpoints: 0 };

    /// The least time of both, and the most of all else.
    pub fn better(self, other: Run) -> Run {
        Run {
            time: self.time.min(other.time),
            processor: self.processor.min(other.processor),
            memory_mib: self.memory_mib.max(other.memory_mib),
            checkpoints: self.checkpoints.max(other.checkpoints),
        }
    }
}

impl<'a> Side<'a> {
    /// The embedded engine.
    pub fn ours(engine: &Engine, settings: &[(&'a str, &'a str)]) -> Side<'a> {
        let process = engine.process.pid();
        Side { cluster: engine.cluster, settings: settings.to_vec(), process, has_workers: true }
    }

    /// Flink with one task manager.
    pub fn flink(flink: &Flink, settings: &[(&'a str, &'a str)]) -> Side<'a> {
        let process = flink.task_managers[0].1.pid();
        Side { cluster: flink.cluster, settings: settings.to_vec(), process, has_workers: false }
    }

    /// The columns of a query's result.
    pub fn columns(&self, query: &Query) -> Result<Vec<Column>, Failure> {
        let rows = self.cluster.session(&self.settings)?.run_all(&query.columns())?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // A time attribute says so after its type.
        let kind = |value: &Value| text(value).replace(" *ROWTIME*", "").replace(" *PROCTIME*", "");
        Ok(rows.iter().map(|row| (text(&row[0]), kind(&row[1]))).collect())
    }

    /// Runs a script whose last statement starts a job that ends.
    pub fn run(&self, script: &[String]) -> Result<Run, Failure> {
        let before = processor_time(self.process);
        let id = self.cluster.session(&self.settings)?.submit(script)?;
        let mut memory: f64 = 0.0;
        let job = self.cluster.finish(&id, || memory = memory.max(self.memory_mib()))?;
        let at = |state: &str| job["timestamps"][state].as_u64().unwrap_or(0);
        let time = Duration::from_millis(at("FINISHED").saturating_sub(at("RUNNING")));
        let processor = processor_time(self.process).saturating_sub(before);
        let told = http::get(self.cluster.rest, &format!("/jobs/{id}/checkpoints"))?;
        let checkpoints = told["counts"]["completed"].as_u64().unwrap_or(0);
        Ok(Run { time, processor, memory_mib: memory, checkpoints })
    }

    /// The last row of a script's result.
    pub fn digest(&self, script: &[String]) -> Result<Value, Failure> {
        let rows = self.cluster.session(&self.settings)?.run_all(script)?;
        rows.last().cloned().ok_or_else(|| Failure::Other("a query gave no row".into()))
    }

    fn memory_mib(&self) -> f64 {
        let job = if self.has_workers { children(self.process).first().copied() } else { Some(self.process) };
        job.map_or(0.0, |process| memory_mib(process, "VmHWM"))
    }
}
