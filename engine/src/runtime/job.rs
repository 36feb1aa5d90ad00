//! Starts the tasks of a job, tells what happens to them, and takes orders for them.
//!
//! The host hears [`Event`]s: `Running` once, when all operators have their state back; `Acked` or `Declined` of each task
//! for each checkpoint; `EndOfData` once, when the input of all tasks has ended; `Ended` once of each task. It calls
//! [`RunningJob::trigger`], and after it, when all tasks have acked and the manifest is written, [`RunningJob::complete`];
//! when one has declined or the time is up, [`RunningJob::abort`]. One checkpoint is under way at a time, and their numbers
//! grow over all attempts of a job. After `EndOfData` it triggers a [`super::message::SnapshotKind::Final`] one, with which
//! the tasks end; another if that fails. Where the job has no checkpoints, sinks commit at the end and tasks end by
//! themselves. After the first `Ended` with a failure it calls [`RunningJob::cancel`]; that failure is the attempt's.

use std::sync::Arc;

use crossbeam_channel::{Receiver, unbounded};
use serde::{Deserialize, Serialize};

use super::{
    Failure, TaskContext,
    cancel::{Cancel, Canceller, cancellation},
    clock::TaskClock,
    context::{Services, Waker},
    gate::Gate,
    graph::{JobGraph, Vertex},
    message::{Barrier, Mail, SnapshotKind},
    metrics::{Sampler, TaskMetrics},
    snapshots::{Ack, SnapshotService},
    start::{Progress, Start},
    task::InputSide,
    wiring::Wiring,
};
use crate::{
    expr::EvalContext,
    runtime::print_log::PrintLog,
    state::{StateError, restore::Restore, storage::Directory},
};

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its input ended and all of it was processed.
    Finished,
    /// It was told to stop.
    Cancelled,
    /// It could not go on.
    Failed(Failure),
}

/// A task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The index of its vertex in the graph.
    pub vertex: usize,
    /// Its index among the subtasks of the vertex.
    pub subtask: u32,
    /// How.
    pub outcome: Outcome,
}

/// A task could not write its part of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// The checkpoint.
    pub checkpoint: u64,
    /// The index of the task's vertex in the graph.
    pub vertex: usize,
    /// Its index among the subtasks of the vertex.
    pub subtask: u32,
    /// Why.
    pub reason: String,
}

/// What a worker hears of its tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// All tasks have opened their operators and have their state back.
    Running,
    /// A task has written its part of a checkpoint.
    Acked(Ack),
    /// A task could not write its part of a checkpoint.
    Declined(Declined),
    /// The input of all tasks has ended, and all results are with the sinks. Told only where the job has checkpoints.
    EndOfData,
    /// A task ended.
    Ended(Ended),
}

/// The tasks of one attempt.
pub struct RunningJob {
    /// Samplers of all tasks: vertex, subtask, sampler.
    pub samplers: Vec<(usize, u32, Sampler)>,
    /// What happens. [`Event::Ended`] comes once for each task.
    pub events: Receiver<Event>,
    canceller: Canceller,
    gates: Vec<Vec<Arc<Gate>>>,
    snapshots: Arc<SnapshotService>,
}

impl RunningJob {
    /// Begins a checkpoint or savepoint, to be written into the directory of this URL.
    pub fn trigger(&self, barrier: Barrier, directory: &str) -> Result<(), StateError> {
        self.snapshots.begin(barrier, Directory::at(directory, true)?);
        self.post(Mail::Trigger(barrier));
        Ok(())
    }

    /// A checkpoint is complete: all tasks have acked it, and its manifest is written. Sinks commit what belongs to it;
    /// not where it is a savepoint after which the job runs on, for a failure after it goes back to a checkpoint before it,
    /// as in Flink.
    pub fn complete(&self, checkpoint: u64) {
        if self.snapshots.end(checkpoint) != Some(SnapshotKind::Savepoint) {
            self.post(Mail::Complete(checkpoint));
        }
    }

    /// A checkpoint has failed. Tasks that wait for its barriers go on.
    pub fn abort(&self, checkpoint: u64) {
        self.snapshots.end(checkpoint);
        self.post(Mail::Abort(checkpoint));
    }

    fn post(&self, mail: Mail) {
        self.gates.iter().flatten().for_each(|gate| gate.post(mail));
    }

    /// Stops all tasks: each ends within milliseconds, unless it is in a computation.
    pub fn cancel(&self) {
        self.canceller.cancel();
        self.gates.iter().flatten().for_each(|gate| gate.close());
    }
}

/// What all tasks of an attempt share.
#[derive(Clone)]
pub struct Environment {
    /// Where the print connector writes.
    pub print: Arc<PrintLog>,
    /// Told apart from every other attempt of every job.
    pub attempt_id: Arc<str>,
    /// The session's settings, and the clock.
    pub eval: Arc<EvalContext>,
    /// Where operators run what waits for services.
    pub services: Services,
    /// Whether checkpoints are taken without being asked for: then results are committed with them.
    pub checkpoints: bool,
    /// What the job is restored from. The host has made sure that it fits: [`Restore::check`].
    pub restore: Option<Arc<Restore>>,
}

/// Starts a thread for each subtask of each vertex.
pub fn launch(graph: &Arc<JobGraph>, environment: &Environment) -> std::io::Result<RunningJob> {
    let (canceller, cancel) = cancellation();
    // Bounded by what it carries: one message a task, and those that answer the host's calls.
    let (sender, events) = unbounded();
    let wiring = Wiring::new(graph);
    let snapshots = SnapshotService::start(&environment.attempt_id)?;
    let gates = wiring.gates.clone();
    let progress = Arc::new(Progress::new(gates.iter().flatten().count(), environment.checkpoints, sender.clone()));
    let mut job = RunningJob { samplers: Vec::new(), events, canceller, gates, snapshots };
    for (index, vertex) in graph.vertices.iter().enumerate() {
        for subtask in 0..vertex.parallelism {
            let gate = &wiring.gates[index][subtask as usize];
            let context = context(vertex, subtask, environment, &cancel, gate);
            let places = &wiring.places[index];
            let outlets = wiring.outlets(graph, index, subtask);
            probe(&context, gate, !places.is_empty(), outlets.usage());
            let sampler = Sampler::new(Arc::clone(&context.clock), Arc::clone(&context.metrics));
            job.samplers.push((index, subtask, sampler));
            let start = Start {
                graph: Arc::clone(graph),
                vertex: index,
                gate: Arc::clone(gate),
                inputs: InputSide::new(places.clone()),
                outlets,
                context,
                snapshots: Arc::clone(&job.snapshots),
                checkpoints: environment.checkpoints,
                restore: environment.restore.clone(),
                progress: Arc::clone(&progress),
            };
            if let Err(error) = start.spawn(sender.clone()) {
                job.cancel();
                return Err(error);
            }
        }
    }
    Ok(job)
}

fn context(vertex: &Vertex, subtask: u32, environment: &Environment, cancel: &Cancel, gate: &Arc<Gate>) -> TaskContext {
    let source = vertex.source.iter().map(|source| source.name.as_str());
    let names = source.chain(vertex.operators.iter().map(|operator| operator.name.as_str()));
    let gate = Arc::clone(gate);
    TaskContext {
        vertex_name: vertex.name.as_str().into(),
        subtask,
        parallelism: vertex.parallelism,
        max_parallelism: vertex.max_parallelism,
        clock: Arc::new(TaskClock::start()),
        metrics: Arc::new(TaskMetrics::new(names)),
        cancel: cancel.clone(),
        print: Arc::clone(&environment.print),
        attempt_id: Arc::clone(&environment.attempt_id),
        eval: Arc::clone(&environment.eval),
        waker: Waker::new(move || gate.wake()),
        services: environment.services.clone(),
    }
}

/// Adds what is read of a task's queues and inputs when metrics are sampled.
fn probe(
    context: &TaskContext,
    gate: &Arc<Gate>,
    reads_tasks: bool,
    outputs: Option<impl Fn() -> f64 + Send + 'static>,
) {
    if reads_tasks {
        let (gate, metrics) = (Arc::clone(gate), Arc::downgrade(&context.metrics));
        context.metrics.probe("Shuffle.Netty.Input.Buffers.inPoolUsage", move || gate.usage());
        let watermark = move || metrics.upgrade().map_or(i64::MIN, |metrics| metrics.task.watermark_in.get()) as f64;
        context.metrics.probe("currentInputWatermark", watermark);
    }
    if let Some(usage) = outputs {
        context.metrics.probe("Shuffle.Netty.Output.Buffers.outPoolUsage", usage);
    }
}
