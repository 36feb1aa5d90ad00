//! What a subtask, and the operators in it, know of themselves.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::{Failure, cancel::Cancel, clock::TaskClock, metrics::TaskMetrics};
use crate::{expr::EvalContext, runtime::print_log::PrintLog};

/// What a subtask, its source and its sink know of themselves.
#[derive(Clone)]
pub struct TaskContext {
    /// The name of its vertex.
    pub vertex_name: Arc<str>,
    /// Its index among the subtasks of its vertex, from 0.
    pub subtask: u32,
    /// The subtasks of its vertex.
    pub parallelism: u32,
    /// The key groups of its vertex.
    pub max_parallelism: u32,
    /// Its accounts of time.
    pub clock: Arc<TaskClock>,
    /// Its counters.
    pub metrics: Arc<TaskMetrics>,
    /// Tells when it is to stop.
    pub cancel: Cancel,
    /// Where the print connector writes.
    pub print: Arc<PrintLog>,
    /// Told apart from every other attempt of every job: names of part files contain it.
    pub attempt_id: Arc<str>,
    /// The session's settings, and the clock.
    pub eval: Arc<EvalContext>,
    /// Wakes the task from another thread, for operators that wait for services.
    pub waker: Waker,
    /// Where operators run what waits for services.
    pub services: Services,
}

/// Wakes a task: [`super::operator::Operator::woken`] is called soon after. Cheap to clone; may be called from any thread.
#[derive(Clone)]
pub struct Waker(Arc<dyn Fn() + Send + Sync>);

impl Waker {
    /// A waker that does this.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    /// Wakes the task.
    pub fn wake(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waker")
    }
}

/// The threads of a tokio runtime, for what is asynchronous; a process has one, begun when it is first asked for.
#[derive(Debug, Clone, Default)]
pub struct Services(Arc<OnceLock<tokio::runtime::Runtime>>);

/// Its threads: they wait for answers more than they compute.
const SERVICE_THREADS: usize = 2;

impl Services {
    /// A handle of the runtime.
    pub fn handle(&self) -> Result<tokio::runtime::Handle, Failure> {
        if let Some(runtime) = self.0.get() {
            return Ok(runtime.handle().clone());
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(SERVICE_THREADS)
            .thread_name("services")
            .enable_all()
            .build()
            .map_err(|error| Failure::new("java.io.IOException", format!("Could not start threads: {error}")))?;
        // Where another thread was faster, its runtime is taken and this one is dropped.
        Ok(self.0.get_or_init(|| runtime).handle().clone())
    }
}

#[cfg(test)]
impl TaskContext {
    /// The context of a task that stands alone, for tests of operators: subtask 0 of 1, 128 key groups, zone UTC.
    pub fn for_test() -> Self {
        let path = std::env::temp_dir().join("stdout");
        Self {
            vertex_name: "test".into(),
            subtask: 0,
            parallelism: 1,
            max_parallelism: 128,
            clock: Arc::new(TaskClock::start()),
            metrics: Arc::new(TaskMetrics::new(["test"].into_iter())),
            cancel: super::cancel::cancellation().1,
            print: Arc::new(PrintLog::new(path)),
            attempt_id: "test".into(),
            eval: Arc::new(EvalContext::new(jiff::tz::TimeZone::UTC)),
            waker: Waker::new(|| {}),
            services: Services::default(),
        }
    }
}
