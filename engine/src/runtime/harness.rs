//! Whole jobs in this process, for tests: sources of given batches, a sink that collects, and a runner.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    Failure, Stop,
    context::{Services, TaskContext},
    graph::{Edge, Exchange, JobGraph, OperatorNode, SourceNode, Vertex},
    job::{Declined, Ended, Environment, Event, Outcome, RunningJob, launch},
    message::{Barrier, SnapshotKind},
    operator::{Chunk, Next, Operator, OperatorContext, OperatorFactory, Output, Source, SourceFactory},
    snapshots::Ack,
};
use crate::{
    clock::now_ms,
    expr::EvalContext,
    runtime::print_log::PrintLog,
    state::{
        SnapshotWriter, StateError,
        manifest::Manifest,
        restore::Restore,
        storage::Directory,
        store::{CheckpointStore, assemble},
    },
    types::{Batch, DataType, RowKind, Value},
};

/// No test waits longer than this for what it expects.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a test sends into a job, or an operator sends out of it.
#[derive(Debug, Clone)]
pub enum Item {
    /// Rows.
    Batch(Batch),
    /// A watermark.
    Watermark(i64),
}

/// A source of given items: subtask `n` of `p` reads items `n`, `n + p`, …; then it ends.
pub struct Items(pub Vec<Item>);

struct ItemSource(std::vec::IntoIter<Item>);

impl SourceFactory for Items {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let (subtask, parallelism) = (context.task.subtask as usize, context.task.parallelism as usize);
        let own: Vec<Item> = self.0.iter().skip(subtask).step_by(parallelism).cloned().collect();
        Ok(Box::new(ItemSource(own.into_iter())))
    }
}

impl Source for ItemSource {
    fn next(&mut self, _: &TaskContext) -> Result<Next, Stop> {
        Ok(match self.0.next() {
            Some(Item::Batch(batch)) => Next::Chunk(Chunk::Batch(batch)),
            Some(Item::Watermark(watermark)) => Next::Watermark(watermark),
            None => Next::End,
        })
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

/// What a job wrote, in the order in which it came to the sinks.
#[derive(Clone, Default)]
pub struct Collected(pub Arc<Mutex<Vec<Batch>>>);

impl Collected {
    /// Each row and what it does.
    pub fn rows(&self, types: &[DataType]) -> Vec<(RowKind, Vec<Value>)> {
        let batches = self.0.lock().unwrap();
        let rows =
            |batch: &Batch| (0..batch.rows).map(|row| (batch.kind(row), batch.row(row, types))).collect::<Vec<_>>();
        batches.iter().flat_map(rows).collect()
    }
}

struct CollectSink(Collected);

impl Operator for CollectSink {
    fn open(&mut self, _: OperatorContext<'_>) -> Result<(), Stop> {
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, _: &mut dyn Output) -> Result<(), Stop> {
        if let Chunk::Batch(batch) = chunk {
            self.0.0.lock().unwrap().push(batch);
        }
        Ok(())
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

impl OperatorFactory for Collected {
    fn create(&self) -> Box<dyn Operator> {
        Box::new(CollectSink(self.clone()))
    }
}

/// Builds a job's graph vertex by vertex.
#[derive(Default)]
pub struct GraphBuilder {
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
}

impl GraphBuilder {
    /// Adds a source, alone in its vertex; its index.
    pub fn source(&mut self, name: &str, parallelism: u32, factory: impl SourceFactory + 'static) -> usize {
        let source = SourceNode { uid: name.to_owned(), name: format!("Source: {name}"), factory: Arc::new(factory) };
        self.vertex(name, parallelism, Some(source), Vec::new())
    }

    /// Adds an operator, alone in its vertex, that reads the vertices `inputs`, each an input of its own; its index.
    pub fn operator(
        &mut self,
        name: &str,
        parallelism: u32,
        factory: impl OperatorFactory + 'static,
        inputs: Vec<(usize, Exchange)>,
    ) -> usize {
        let node = OperatorNode { uid: name.to_owned(), name: name.to_owned(), factory: Arc::new(factory) };
        let to = self.vertex(name, parallelism, None, vec![node]);
        for (input, (from, exchange)) in inputs.into_iter().enumerate() {
            self.edges.push(Edge { from, output: 0, to, input, exchange });
        }
        to
    }

    /// Chains an operator to the last of a vertex.
    pub fn chain(&mut self, vertex: usize, name: &str, factory: impl OperatorFactory + 'static) {
        let node = OperatorNode { uid: name.to_owned(), name: name.to_owned(), factory: Arc::new(factory) };
        self.vertices[vertex].operators.push(node);
    }

    fn vertex(
        &mut self,
        name: &str,
        parallelism: u32,
        source: Option<SourceNode>,
        operators: Vec<OperatorNode>,
    ) -> usize {
        let id = format!("{:032x}", self.vertices.len() + 1);
        let name = name.to_owned();
        self.vertices.push(Vertex { id, name, parallelism, max_parallelism: 128, source, operators });
        self.vertices.len() - 1
    }

    /// The graph.
    pub fn build(self) -> Arc<JobGraph> {
        Arc::new(JobGraph { name: "test".to_owned(), vertices: self.vertices, edges: self.edges })
    }
}

/// An environment without checkpoints, in UTC.
pub fn environment() -> Environment {
    Environment {
        print: Arc::new(PrintLog::new(std::env::temp_dir().join("drsquirrel-harness-stdout"))),
        attempt_id: "test".into(),
        eval: Arc::new(EvalContext::new(jiff::tz::TimeZone::UTC)),
        services: Services::default(),
        checkpoints: false,
        restore: None,
    }
}

/// Runs a job to its end; the first failure where it fails.
pub fn run(graph: &Arc<JobGraph>) -> Result<(), Failure> {
    let job = launch(graph, &environment()).unwrap();
    wait(&job)
}

/// Waits until all tasks have ended; the first failure where there is one, after which the others are cancelled.
pub fn wait(job: &RunningJob) -> Result<(), Failure> {
    let deadline = Instant::now() + PATIENCE;
    let mut failure = None;
    let mut open = job.samplers.len();
    while open > 0 {
        let Event::Ended(ended) = job.events.recv_deadline(deadline).expect("the tasks end") else { continue };
        open -= 1;
        if let Outcome::Failed(error) = ended.outcome {
            failure.get_or_insert(error);
            job.cancel();
        }
    }
    failure.map_or(Ok(()), Err)
}

/// Runs one operator in a job of its own: each of `inputs` is what comes to an input, from one source. What comes out, in
/// order. Watermarks between inputs are not in any order; for that, call the operator itself.
pub fn run_operator(factory: impl OperatorFactory + 'static, inputs: Vec<Vec<Item>>) -> Result<Collected, Failure> {
    let mut graph = GraphBuilder::default();
    let collected = Collected::default();
    let sources = inputs.into_iter().enumerate();
    let sources: Vec<usize> = sources.map(|(n, items)| graph.source(&format!("s{n}"), 1, Items(items))).collect();
    let inputs = sources.into_iter().map(|source| (source, Exchange::Forward)).collect();
    let operator = graph.operator("operator", 1, factory, inputs);
    graph.chain(operator, "sink", collected.clone());
    run(&graph.build())?;
    Ok(collected)
}

/// How many were begun in this process.
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

/// A job in this process with its checkpoints, as the host has it.
pub struct Checkpointed {
    /// The job.
    pub job: RunningJob,
    store: CheckpointStore,
    directory: String,
    next: u64,
    open: usize,
    /// The input of all tasks has ended.
    pub end_of_data: bool,
    /// How each task ended that has.
    pub ended: Vec<Ended>,
}

/// What a checkpoint came to.
#[derive(Debug)]
pub enum Checkpoint {
    /// All tasks have acked; its manifest is written.
    Complete(Vec<Ack>),
    /// A task declined.
    Declined(Declined),
    /// A task ended before.
    Over,
}

impl Checkpointed {
    /// Starts a job whose checkpoints are in the directory of this URL, from the last of them if there is one.
    pub fn start(graph: &Arc<JobGraph>, url: &str) -> Result<Self, StateError> {
        let store = CheckpointStore::open(url)?;
        let (restore, _) = store.latest(None)?;
        Self::start_from(graph, url, restore)
    }

    /// Starts a job from a checkpoint or savepoint.
    pub fn start_from(graph: &Arc<JobGraph>, url: &str, restore: Option<Restore>) -> Result<Self, StateError> {
        let store = CheckpointStore::open(url)?;
        if let Some(restore) = &restore {
            restore.check(graph, false)?;
        }
        let restored = restore.as_ref().map_or(0, |restore| restore.manifest().checkpoint);
        let next = store.completed()?.first().copied().max(Some(restored)).unwrap_or(0) + 100;
        let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        let restore = restore.map(Arc::new);
        let environment =
            Environment { checkpoints: true, restore, attempt_id: format!("a{attempt}").into(), ..environment() };
        let job = launch(graph, &environment).unwrap();
        let (open, directory) = (job.samplers.len(), url.to_owned());
        Ok(Self { job, store, directory, next, open, end_of_data: false, ended: Vec::new() })
    }

    /// Takes a checkpoint, or a savepoint into the directory of the URL `savepoint`, and completes it.
    pub fn snapshot(&mut self, kind: SnapshotKind, savepoint: Option<&str>) -> Checkpoint {
        let checkpoint = self.trigger(kind, savepoint);
        self.finish(checkpoint, kind, savepoint)
    }

    /// Begins a checkpoint; its number.
    pub fn trigger(&mut self, kind: SnapshotKind, savepoint: Option<&str>) -> u64 {
        let checkpoint = self.next;
        self.next += 1;
        let url = savepoint.map_or_else(|| format!("{}/chk-{checkpoint}", self.directory), str::to_owned);
        self.job.trigger(Barrier { checkpoint, triggered_ms: now_ms(), kind }, &url).unwrap();
        checkpoint
    }

    /// Waits for all tasks, writes the manifest, tells the tasks, and cleans up.
    pub fn finish(&mut self, checkpoint: u64, kind: SnapshotKind, savepoint: Option<&str>) -> Checkpoint {
        let mut acks: Vec<Ack> = Vec::new();
        while acks.len() < self.job.samplers.len() {
            match self.next_event() {
                Event::Acked(ack) if ack.checkpoint == checkpoint => acks.push(ack),
                Event::Declined(declined) if declined.checkpoint == checkpoint => {
                    self.job.abort(checkpoint);
                    return Checkpoint::Declined(declined);
                }
                Event::Ended(_) => return Checkpoint::Over,
                _ => {}
            }
        }
        let manifest = Manifest {
            job_id: "0".repeat(32),
            job_name: "test".to_owned(),
            checkpoint,
            triggered_ms: now_ms(),
            savepoint: kind.is_savepoint(),
            operators: assemble(acks.iter().map(|ack| ack.operators.clone())),
        };
        match savepoint {
            Some(url) => manifest.write(&Directory::at(url, false).unwrap()).unwrap(),
            None => {
                manifest.write(&self.store.directory(checkpoint)).unwrap();
                self.store.clean(&[checkpoint], checkpoint).unwrap();
            }
        }
        self.job.complete(checkpoint);
        Checkpoint::Complete(acks)
    }

    fn next_event(&mut self) -> Event {
        let event = self.job.events.recv_timeout(PATIENCE).expect("something happens");
        match &event {
            Event::Ended(ended) => {
                self.open -= 1;
                self.ended.push(ended.clone());
            }
            Event::EndOfData => self.end_of_data = true,
            _ => {}
        }
        event
    }

    /// Waits for the end of the input, and takes the checkpoint with which the job ends.
    pub fn run_to_end(mut self) -> Result<(), Failure> {
        while !self.end_of_data && self.ended.is_empty() {
            self.next_event();
        }
        if self.end_of_data {
            self.snapshot(SnapshotKind::Final, None);
        }
        self.join()
    }

    /// Waits until all tasks have ended; the first failure, after which the others are cancelled.
    pub fn join(mut self) -> Result<(), Failure> {
        let failed = |this: &Self| this.ended.iter().any(|ended| matches!(ended.outcome, Outcome::Failed(_)));
        while self.open > 0 {
            if failed(&self) {
                self.job.cancel();
            }
            self.next_event();
        }
        let failures = self.ended.into_iter().filter_map(|ended| match ended.outcome {
            Outcome::Failed(failure) => Some(failure),
            _ => None,
        });
        failures.into_iter().next().map_or(Ok(()), Err)
    }

    /// Ends the job wherever it is, as the end of its process would.
    pub fn kill(self) {
        self.job.cancel();
        let _ = self.join();
    }
}
