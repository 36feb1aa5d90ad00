//! The thread of one subtask: opens its operators, runs it, and tells how it ended.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use crossbeam_channel::Sender;

use super::{
    Failure, Stop, TaskContext,
    chain::Chain,
    clock::Activity,
    gate::Gate,
    graph::{JobGraph, Vertex},
    job::{Ended, Event, Outcome},
    operator::OperatorContext,
    outlet::Outlets,
    snapshots::{SnapshotService, TaskSnapshots, Writer},
    task::{InputSide, Loop, Task},
};
use crate::state::restore::Restore;

/// What a task is started with.
pub struct Start {
    /// Its job.
    pub graph: Arc<JobGraph>,
    /// The index of its vertex.
    pub vertex: usize,
    /// Its entrance.
    pub gate: Arc<Gate>,
    /// What it reads from other tasks.
    pub inputs: InputSide,
    /// Where its results go.
    pub outlets: Outlets,
    /// What it knows of itself.
    pub context: TaskContext,
    /// Takes its snapshots.
    pub snapshots: Arc<SnapshotService>,
    /// Whether results are committed with checkpoints.
    pub checkpoints: bool,
    /// What it is restored from.
    pub restore: Option<Arc<Restore>>,
    /// How far the tasks of the job have come.
    pub progress: Arc<Progress>,
}

/// How many tasks are not there yet.
pub struct Progress {
    opening: AtomicUsize,
    reading: AtomicUsize,
    checkpoints: bool,
    events: Sender<Event>,
}

impl Progress {
    /// Of so many tasks.
    pub fn new(tasks: usize, checkpoints: bool, events: Sender<Event>) -> Self {
        Self { opening: AtomicUsize::new(tasks), reading: AtomicUsize::new(tasks), checkpoints, events }
    }

    /// A task has opened its operators. The last one tells.
    fn opened(&self) {
        if self.opening.fetch_sub(1, Ordering::AcqRel) == 1 {
            let _ = self.events.send(Event::Running);
        }
    }

    /// The input of a task has ended. The last one tells.
    fn read_all(&self) {
        if self.reading.fetch_sub(1, Ordering::AcqRel) == 1 && self.checkpoints {
            let _ = self.events.send(Event::EndOfData);
        }
    }
}

impl Start {
    /// Starts the thread.
    pub fn spawn(self, events: Sender<Event>) -> std::io::Result<()> {
        let (vertex, subtask) = (self.vertex, self.context.subtask);
        let clock = Arc::clone(&self.context.clock);
        let context = &self.context;
        let frame = format!("{} ({}/{})", context.vertex_name, context.subtask + 1, context.parallelism);
        thread::Builder::new().name(format!("task {vertex}.{subtask}")).spawn(move || {
            clock.adopt_thread();
            clock.switch(Activity::Busy);
            let mut task = None;
            let outcome = match catch_unwind(AssertUnwindSafe(|| self.run(&mut task))) {
                Ok(Ok(())) => Outcome::Finished,
                Ok(Err(Stop::Cancelled)) => Outcome::Cancelled,
                Ok(Err(Stop::Failed(failure))) => Outcome::Failed(failure.at(frame)),
                Err(panic) => Outcome::Failed(panicked(panic.as_ref()).at(frame)),
            };
            clock.end();
            // The receiver is gone only when the whole process is about to be.
            let _ = events.send(Event::Ended(Ended { vertex, subtask, outcome }));
            // Its state is given back piece by piece only now: a process whose tasks have all ended need not wait for it.
            drop(task);
        })?;
        Ok(())
    }

    /// Opens the task, leaves it in `task`, and runs it.
    fn run(self, task: &mut Option<Loop>) -> Result<(), Stop> {
        let Self { graph, vertex: index, gate, inputs, outlets, context, snapshots, checkpoints, restore, progress } =
            self;
        let vertex = &graph.vertices[index];
        let begun = Instant::now();
        let restored = |uid: &str| match &restore {
            Some(restore) => Ok(restore.operator(uid, context.subtask, context.parallelism)?),
            None => Ok::<_, Stop>(None),
        };
        let chain = Chain::open(&vertex.operators, outlets, &context, &restored)?;
        let source = vertex.source.as_ref().map(|node| {
            let open = OperatorContext { task: &context, index: 0, restored: restored(&node.uid)? };
            let source = node.factory.open(open).map_err(|stop| stop.at(format!("{}.open", node.name)))?;
            Ok::<_, Stop>((source, node.name.clone()))
        });
        let source = source.transpose()?;
        let writer = writer(vertex, index, context.subtask);
        let snapshots = TaskSnapshots::new(snapshots, writer, progress.events.clone());
        context.metrics.task_gauge("initializationTime", begun.elapsed().as_millis() as f64);
        progress.opened();
        let on_end_of_data = Box::new(move || progress.read_all());
        let opened = Task { source, inputs, chain, gate, context, snapshots, checkpoints, on_end_of_data };
        task.insert(opened.into_loop()).run()
    }
}

fn writer(vertex: &Vertex, index: usize, subtask: u32) -> Writer {
    let source = vertex.source.iter().map(|source| (source.uid.clone(), source.name.clone()));
    let operators = vertex.operators.iter().map(|operator| (operator.uid.clone(), operator.name.clone()));
    let (parallelism, max_parallelism) = (vertex.parallelism, vertex.max_parallelism);
    Writer { vertex: index, subtask, parallelism, max_parallelism, operators: source.chain(operators).collect() }
}

/// A defect of the engine, reported as a failure of the task that met it.
fn panicked(panic: &(dyn std::any::Any + Send)) -> Failure {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a task panicked");
    Failure::new("drsquirrel.engine.InternalError", message)
}
