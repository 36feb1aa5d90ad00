//! A job in memory: its record, its plan, and its last attempt.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    attempt::Attempt,
    checkpoints::{history::History, operations::Operations},
    command::Command,
    record::JobRecord,
    rows::RowQueue,
    shape::{VertexShape, outline_of, shape},
    status::JobStatus,
};
use crate::{clock::now_ms, planner::JobConfig, syntax::SqlError, types::Schema};

/// Commands that wait for the driver. At this bound more are refused.
const MAX_COMMANDS: usize = 64;

/// A job.
pub struct Job {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its configuration; an error where the engine was updated and no longer takes the script.
    pub config: Result<Arc<JobConfig>, SqlError>,
    /// The columns of its rows, where it is a query.
    pub query: Option<Schema>,
    /// Tells the driver that the job is to stop.
    pub cancel: CancellationToken,
    /// Cancelled once the job is over.
    pub ended: CancellationToken,
    /// What was asked of it over REST.
    pub operations: Operations,
    /// Its rows, where it is a query.
    pub rows: RowQueue,
    orders: mpsc::Sender<Command>,
    /// Taken by the driver.
    commands: Mutex<Option<mpsc::Receiver<Command>>>,
    state: Mutex<JobState>,
}

/// What changes about a job.
pub struct JobState {
    /// What is written down.
    pub record: JobRecord,
    /// The last attempt, which may be over; `None` before the first since the engine was started.
    pub attempt: Option<Attempt>,
    /// Its vertices at the parallelism that it runs at; none where its script is no longer understood.
    pub vertices: Arc<[VertexShape]>,
    /// Its checkpoints.
    pub history: History,
}

impl Job {
    /// The job of a record.
    pub fn new(record: JobRecord) -> Self {
        let (config, query, vertices) = match outline(&record) {
            Ok((config, query, vertices)) => (Ok(config), query, vertices),
            Err(error) => (Err(error), None, Vec::new()),
        };
        let (orders, commands) = mpsc::channel(MAX_COMMANDS);
        let ended = CancellationToken::new();
        if record.status.is_terminal() {
            ended.cancel();
        }
        Self {
            id: record.id.clone(),
            name: record.name.clone(),
            config,
            query,
            cancel: CancellationToken::new(),
            ended,
            operations: Operations::default(),
            rows: RowQueue::default(),
            orders,
            commands: Mutex::new(Some(commands)),
            state: Mutex::new(JobState {
                record,
                attempt: None,
                vertices: vertices.into(),
                history: History::default(),
            }),
        }
    }

    /// Looks at the state.
    pub fn read<T>(&self, look: impl FnOnce(&JobState) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state.
    pub fn update<T>(&self, change: impl FnOnce(&mut JobState) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its state.
    pub fn status(&self) -> JobStatus {
        self.read(|state| state.record.status)
    }

    /// Its vertices.
    pub fn vertices(&self) -> Arc<[VertexShape]> {
        self.read(|state| Arc::clone(&state.vertices))
    }

    /// Enters a state, where it can.
    pub fn enter(&self, next: JobStatus) -> bool {
        let entered = self.update(|state| state.record.enter(next, now_ms()));
        if entered {
            tracing::info!(
                job.id = self.id,
                job.name = self.name,
                job.status = next.as_str(),
                "the job's state changed"
            );
            if next.is_terminal() {
                self.ended.cancel();
            }
        }
        entered
    }

    /// Tells the driver something.
    ///
    /// # Errors
    /// The command, where the job does not run, or the driver is behind.
    pub fn order(&self, command: Command) -> Result<(), Command> {
        if self.status() != JobStatus::Running {
            return Err(command);
        }
        self.orders.try_send(command).map_err(mpsc::error::TrySendError::into_inner)
    }

    /// The commands, for the one driver.
    pub fn take_commands(&self) -> Option<mpsc::Receiver<Command>> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Takes over the parallelism that its record has: the next attempt runs at it.
    pub fn rescale(&self) {
        let record = self.read(|state| state.record.clone());
        // A script that could be planned can be planned again.
        if let Ok((_, _, vertices)) = outline(&record) {
            self.update(|state| state.vertices = vertices.into());
        }
    }

    /// The stack trace of what it failed of last; empty where it never failed.
    pub fn failure_stack(&self) -> String {
        self.read(|state| {
            state.record.exceptions.front().map(|exception| exception.failure.stack()).unwrap_or_default()
        })
    }

    /// Slots that it needs: as many as its widest vertex has subtasks.
    pub fn slots(&self) -> u32 {
        self.vertices().iter().map(|vertex| vertex.parallelism).max().unwrap_or(1)
    }
}

/// What is to be known of a job's plan: its configuration, the columns of a query, and its vertices.
type Outline = (Arc<JobConfig>, Option<Schema>, Vec<VertexShape>);

fn outline(record: &JobRecord) -> Result<Outline, SqlError> {
    let plan = outline_of(&record.script, &record.parallelism)?;
    Ok((Arc::new(plan.config), plan.result, shape(&plan.graph, &plan.operators)))
}
