//! Builders for snapshots, for tests only.
#![allow(clippy::unwrap_used, missing_docs)]

use model::{
    Checkpoint, Checkpoints, ClusterSnapshot, ExceptionEntry, Input, JobSnapshot, Stack, StackSample, SubtaskSnapshot,
    TaskManagerSnapshot, Timestamp, VertexSnapshot,
};

/// A cluster at this many seconds.
pub fn cluster(second: i64) -> Built<ClusterSnapshot> {
    Built(ClusterSnapshot { at: Timestamp(second * 1000), version: Some("2.3.0".into()), ..Default::default() })
}

/// A job that runs since second 0, without restarts or exceptions; its id is its name.
pub fn job(name: &str) -> JobSnapshot {
    JobSnapshot {
        id: name.into(),
        name: name.into(),
        state: "RUNNING".into(),
        start: Some(Timestamp(0)),
        running_since: Some(Timestamp(0)),
        exceptions: Some(Vec::new()),
        metrics: [("numRestarts".to_owned(), 0.0)].into(),
        ..Default::default()
    }
}

/// A running vertex, its subtasks on task manager `tm-1`; its id is its name.
pub fn vertex(name: &str, parallelism: u32) -> VertexSnapshot {
    let subtask = |index| SubtaskSnapshot {
        index,
        state: Some("RUNNING".into()),
        attempt: Some(0),
        task_manager: Some("tm-1".into()),
        ..Default::default()
    };
    VertexSnapshot {
        id: name.into(),
        name: name.into(),
        state: "RUNNING".into(),
        parallelism,
        subtasks: (0..parallelism).map(subtask).collect(),
        ..Default::default()
    }
}

/// A cluster under construction; it dereferences to the snapshot.
#[derive(Clone)]
pub struct Built<T>(pub T);

impl<T> std::ops::Deref for Built<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> std::ops::DerefMut for Built<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl Built<ClusterSnapshot> {
    pub fn job(mut self, job: JobSnapshot) -> Self {
        self.0.jobs.push(job);
        self
    }

    pub fn task_manager(mut self, id: &str, metrics: &[(&str, f64)]) -> Self {
        let metrics = metrics.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let tm = TaskManagerSnapshot { id: id.into(), metrics, ..Default::default() };
        self.0.task_managers.get_or_insert_default().push(tm);
        self
    }
}

/// What the builders of a job read like.
pub trait JobBuilder: Sized {
    fn vertex(self, vertex: VertexSnapshot) -> Self;
    fn exception(self, second: i64, class: &str, message: &str, frames: &[&str]) -> Self;
    fn restarts(self, count: f64, running_since_second: i64) -> Self;
    fn checkpoint(self, id: u64, status: &str, triggered_second: i64, duration_ms: i64, failure: Option<&str>) -> Self;
}

impl JobBuilder for JobSnapshot {
    fn vertex(mut self, vertex: VertexSnapshot) -> Self {
        self.vertices.push(vertex);
        self
    }

    fn exception(mut self, second: i64, class: &str, message: &str, frames: &[&str]) -> Self {
        let frames: String = frames.iter().map(|frame| format!("\n\tat {frame}")).collect();
        let entry = ExceptionEntry {
            at: Timestamp(second * 1000),
            class: class.into(),
            message: message.into(),
            stack: format!("{class}: {message}{frames}"),
            ..Default::default()
        };
        self.exceptions.get_or_insert_default().insert(0, entry);
        self
    }

    fn restarts(mut self, count: f64, running_since_second: i64) -> Self {
        self.metrics.insert("numRestarts".into(), count);
        self.running_since = Some(Timestamp(running_since_second * 1000));
        self
    }

    fn checkpoint(
        mut self,
        id: u64,
        status: &str,
        triggered_second: i64,
        duration_ms: i64,
        failure: Option<&str>,
    ) -> Self {
        let all = self.checkpoints.get_or_insert_with(|| Checkpoints {
            interval_ms: Some(5_000),
            timeout_ms: Some(60_000),
            ..Default::default()
        });
        match status {
            "COMPLETED" => all.completed += 1,
            "FAILED" => all.failed += 1,
            _ => all.in_progress += 1,
        }
        let checkpoint = Checkpoint {
            id,
            status: status.into(),
            triggered_at: Timestamp(triggered_second * 1000),
            duration_ms: Some(duration_ms),
            failure: failure.map(str::to_owned),
            ..Default::default()
        };
        all.history.insert(0, checkpoint);
        self
    }
}

/// What the builders of a vertex read like.
pub trait VertexBuilder: Sized {
    fn after(self, upstream: &str, ship: &str) -> Self;
    /// One value a subtask.
    fn gauge(self, metric: &str, values: &[f64]) -> Self;
    /// Busy and backpressured time of every subtask; the rest is idle.
    fn load(self, busy: f64, pressed: f64) -> Self;
    fn stacks(self, second: i64, on_cpu: u64, off_cpu: u64, frames: &[&str]) -> Self;
}

impl VertexBuilder for VertexSnapshot {
    fn after(mut self, upstream: &str, ship: &str) -> Self {
        self.inputs.push(Input { vertex: upstream.into(), ship: ship.into() });
        self
    }

    fn gauge(mut self, metric: &str, values: &[f64]) -> Self {
        for (subtask, value) in self.subtasks.iter_mut().zip(values) {
            subtask.metrics.insert(metric.into(), *value);
        }
        self
    }

    fn load(self, busy: f64, pressed: f64) -> Self {
        let all = |value: f64| vec![value; self.subtasks.len()];
        let (busy, pressed, idle) = (all(busy), all(pressed), all(1000.0 - busy - pressed));
        self.gauge("busyTimeMsPerSecond", &busy)
            .gauge("backPressuredTimeMsPerSecond", &pressed)
            .gauge("idleTimeMsPerSecond", &idle)
    }

    fn stacks(mut self, second: i64, on_cpu: u64, off_cpu: u64, frames: &[&str]) -> Self {
        let top = Stack { samples: on_cpu + off_cpu, frames: frames.iter().map(|f| (*f).to_owned()).collect() };
        self.stacks = Some(StackSample { at: Timestamp(second * 1000), on_cpu, off_cpu, top: vec![top] });
        self
    }
}

/// The same cluster read at several seconds: `make(second)` each.
pub fn history(seconds: &[i64], make: impl Fn(i64) -> Built<ClusterSnapshot>) -> Vec<ClusterSnapshot> {
    seconds.iter().map(|second| make(*second).0).collect()
}

/// References, as the doctor takes them.
pub fn refs(history: &[ClusterSnapshot]) -> Vec<&ClusterSnapshot> {
    history.iter().collect()
}
