//! Writes what tasks snapshot to storage, beside their threads, and tells what was written.
//!
//! A table is written as a base, then as increments that hold what changed; a checkpoint then consists of the base and all
//! increments since. When the increments come to half of the base, or are many, the next is a base again: what a restore
//! reads stays less than one and a half times the state, and what is kept less than twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Sender, unbounded};
use serde::{Deserialize, Serialize};

use super::{
    job::{Declined, Event},
    message::{Barrier, SnapshotKind},
    snapshot_write::Write,
};
use crate::state::{SnapshotRows, SnapshotWriter, file::Section, manifest::OperatorState, storage::Directory};

/// Threads that write.
const WRITERS: usize = 2;
/// The most increments after a base.
const MAX_INCREMENTS: u32 = 32;
/// Increments are worth their base as long as they are less than this part of it.
const INCREMENTS_PER_BASE: f64 = 0.5;

/// A task has written its part of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The checkpoint.
    pub checkpoint: u64,
    /// The index of the task's vertex in the graph.
    pub vertex: usize,
    /// Its index among the subtasks of the vertex.
    pub subtask: u32,
    /// The state of its operators: its own sections.
    pub operators: Vec<OperatorState>,
    /// The bytes of its state in all files that the checkpoint needs.
    pub state_bytes: u64,
    /// The bytes written for this checkpoint.
    pub written_bytes: u64,
    /// From the trigger to the first barrier, in milliseconds.
    pub start_delay_ms: u64,
    /// From the first barrier to the last, in milliseconds.
    pub alignment_ms: u64,
    /// The time for which the task itself was held up, in milliseconds.
    pub sync_ms: u64,
    /// The time that writing took, waiting for a writer included, in milliseconds.
    pub async_ms: u64,
}

/// When the parts of a snapshot were taken.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// From the trigger to the first barrier.
    pub start_delay: Duration,
    /// From the first barrier to the last.
    pub alignment: Duration,
    /// The time for which the task was held up.
    pub sync: Duration,
}

/// The writers of a job.
pub struct SnapshotService {
    writers: Vec<Sender<Job>>,
    /// What each checkpoint under way is for, and where it is written to.
    under_way: Mutex<BTreeMap<u64, (SnapshotKind, Directory)>>,
    attempt_id: Arc<str>,
}

type Job = Box<dyn FnOnce() + Send>;

impl SnapshotService {
    /// Starts the writers; they end when the service is dropped.
    pub fn start(attempt_id: &Arc<str>) -> std::io::Result<Arc<Self>> {
        let mut writers = Vec::new();
        for index in 0..WRITERS {
            // Bounded by what it carries: the snapshots of the tasks of one checkpoint, or two.
            let (sender, jobs) = unbounded::<Job>();
            thread::Builder::new()
                .name(format!("snapshots {index}"))
                .spawn(move || jobs.iter().for_each(|job| job()))?;
            writers.push(sender);
        }
        let attempt_id = Arc::clone(attempt_id);
        Ok(Arc::new(Self { writers, under_way: Mutex::default(), attempt_id }))
    }

    /// A checkpoint begins, and is to be written there.
    pub fn begin(&self, barrier: Barrier, directory: Directory) {
        self.lock().insert(barrier.checkpoint, (barrier.kind, directory));
    }

    /// A checkpoint is over; what it was for.
    pub fn end(&self, checkpoint: u64) -> Option<SnapshotKind> {
        self.lock().remove(&checkpoint).map(|(kind, _)| kind)
    }

    fn directory(&self, checkpoint: u64) -> Option<Directory> {
        self.lock().get(&checkpoint).map(|(_, directory)| directory.clone())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, (SnapshotKind, Directory)>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who a task is, to those who write its state.
#[derive(Debug, Clone)]
pub struct Writer {
    /// The index of its vertex.
    pub vertex: usize,
    /// Its index in the vertex.
    pub subtask: u32,
    /// The subtasks of the vertex.
    pub parallelism: u32,
    /// Its key groups.
    pub max_parallelism: u32,
    /// Uid and name of its source and operators, in order.
    pub operators: Vec<(String, String)>,
}

/// The snapshots of one task.
pub struct TaskSnapshots {
    service: Arc<SnapshotService>,
    writer: Arc<Writer>,
    events: Sender<Event>,
    /// What was asked to be written of each table, by operator and state.
    lineages: BTreeMap<(usize, String), Lineage>,
    written: Arc<Written>,
}

/// A base and its increments.
#[derive(Debug, Clone, Copy)]
struct Lineage {
    base: u64,
    increments: u64,
    count: u32,
}

/// What has been written, as the writers know it.
#[derive(Debug, Default)]
pub struct Written {
    /// The base and the increments of each table, by operator and state.
    pub sections: Mutex<BTreeMap<(usize, String), Vec<Section>>>,
    /// Something could not be written: increments have nothing to add to.
    broken: AtomicBool,
}

impl TaskSnapshots {
    /// For a task.
    pub fn new(service: Arc<SnapshotService>, writer: Writer, events: Sender<Event>) -> Self {
        let writer = Arc::new(writer);
        Self { service, writer, events, lineages: BTreeMap::new(), written: Arc::default() }
    }

    /// A writer for the operator at this place, the source included.
    pub fn writer(&self, operator: usize, barrier: Barrier) -> SnapshotWriter {
        if barrier.kind.is_savepoint() {
            return SnapshotWriter::savepoint(barrier.checkpoint);
        }
        if self.written.broken.load(Ordering::Acquire) {
            return SnapshotWriter::checkpoint(barrier.checkpoint, BTreeSet::new());
        }
        let own = self.lineages.iter().filter(|((place, _), lineage)| *place == operator && lineage.may_grow());
        SnapshotWriter::checkpoint(barrier.checkpoint, own.map(|((_, state), _)| state.clone()).collect())
    }

    /// Has a snapshot written: what each operator wrote, the source's first. The answer is an event.
    pub fn submit(&mut self, barrier: Barrier, operators: Vec<SnapshotWriter>, timing: Timing) {
        if !barrier.kind.is_savepoint() {
            if self.written.broken.swap(false, Ordering::AcqRel) {
                self.lineages.clear();
            }
            self.note(&operators);
        }
        let Some(directory) = self.service.directory(barrier.checkpoint) else {
            return self.decline(barrier.checkpoint, "it is over already");
        };
        let begun = Instant::now();
        let (writer, written, events) = (Arc::clone(&self.writer), Arc::clone(&self.written), self.events.clone());
        let attempt_id = Arc::clone(&self.service.attempt_id);
        let job = move || {
            let write = Write { writer: &writer, written: &written, directory, barrier, attempt_id: &attempt_id };
            let event = match write.run(operators) {
                Ok((operators, written_bytes)) => Event::Acked(write.ack(operators, written_bytes, timing, begun)),
                Err(error) => {
                    written.sections.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    written.broken.store(true, Ordering::Release);
                    Event::Declined(write.declined(error.to_string()))
                }
            };
            // The receiver is gone only when the whole process is about to be.
            let _ = events.send(event);
        };
        // One task's snapshots are written in order: increments add to what came before.
        let thread = (self.writer.vertex + self.writer.subtask as usize) % self.service.writers.len();
        let _ = self.service.writers[thread].send(Box::new(job));
    }

    fn note(&mut self, operators: &[SnapshotWriter]) {
        for (place, writer) in operators.iter().enumerate() {
            for (name, state) in &writer.states {
                let SnapshotRows::Table { incremental, rows, .. } = &state.rows else { continue };
                let lineage = self.lineages.entry((place, name.clone())).or_insert(Lineage::base(0));
                *lineage = if *incremental { lineage.grown(rows.bytes()) } else { Lineage::base(rows.bytes()) };
            }
        }
    }

    fn decline(&self, checkpoint: u64, reason: &str) {
        let (vertex, subtask) = (self.writer.vertex, self.writer.subtask);
        let declined = Declined { checkpoint, vertex, subtask, reason: reason.to_owned() };
        // As above.
        let _ = self.events.send(Event::Declined(declined));
        self.written.broken.store(true, Ordering::Release);
    }
}

impl Lineage {
    fn base(bytes: u64) -> Self {
        Self { base: bytes, increments: 0, count: 0 }
    }

    fn grown(self, bytes: u64) -> Self {
        Self { increments: self.increments + bytes, count: self.count + 1, ..self }
    }

    fn may_grow(&self) -> bool {
        self.count < MAX_INCREMENTS && self.increments as f64 <= self.base as f64 * INCREMENTS_PER_BASE
    }
}
