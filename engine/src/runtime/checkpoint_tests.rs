//! Exactly once: jobs with checkpoints, killed and restored, against an oracle.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use arrow_array::{Int64Array, cast::AsArray, types::Int64Type};
use proptest::prelude::*;

use super::{
    Stop, TaskContext,
    graph::{Exchange, JobGraph},
    harness::*,
    message::SnapshotKind,
    operator::*,
    partition::HashPartitioner,
};
use crate::{
    state::{RestoredState, SnapshotWriter, StateSchema, StateTable, restore::Restore, storage::Directory},
    types::{Batch, DataType, Field, RowReader, RowWriter, TypeKind},
};

fn bigint() -> DataType {
    TypeKind::BigInt.not_null()
}

fn field(name: &str) -> Field {
    Field::new(name, bigint())
}

fn numbers(columns: Vec<Vec<i64>>) -> Batch {
    let rows = columns.first().map_or(0, Vec::len);
    let column = |values| -> arrow_array::ArrayRef { Arc::new(Int64Array::from_iter_values::<Vec<i64>>(values)) };
    Batch::inserts(columns.into_iter().map(column).collect(), rows)
}

fn column(batch: &Batch, index: usize) -> &[i64] {
    batch.columns[index].as_primitive::<Int64Type>().values()
}

fn encode(values: &[i64]) -> Box<[u8]> {
    let mut row = RowWriter::new();
    values.iter().for_each(|value| row.i64(*value));
    row.into_bytes().into()
}

fn decode(bytes: &[u8]) -> Vec<i64> {
    let mut row = RowReader::new(bytes);
    std::iter::from_fn(|| (!row.is_empty()).then(|| row.read_i64().unwrap().unwrap())).collect()
}

/// A source of splits, each of the numbers 0 to `length`: the number is the record, its remainder by `keys` the key.
#[derive(Clone)]
struct Splits {
    splits: i64,
    length: i64,
    keys: i64,
}

struct SplitSource {
    splits: BTreeMap<i64, i64>,
    turn: usize,
    of: Splits,
}

impl SourceFactory for Splits {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let own = |split: &i64| *split % i64::from(context.task.parallelism) == i64::from(context.task.subtask);
        let mut splits: BTreeMap<i64, i64> = (0..self.splits).filter(own).map(|split| (split, 0)).collect();
        for element in context.restored.map(|mut restored| restored.list("splits")).unwrap_or_default() {
            if let [split, next] = decode(&element)[..] {
                splits.entry(split).and_modify(|kept| *kept = next);
            }
        }
        Ok(Box::new(SplitSource { splits, turn: 0, of: self.clone() }))
    }
}

impl Source for SplitSource {
    fn next(&mut self, context: &TaskContext) -> Result<Next, Stop> {
        self.turn += 1;
        // The first subtask is fast, and sends each batch at once; the others are slow, so that their barriers come late.
        if context.subtask == 0 && self.turn.is_multiple_of(2) {
            return Ok(Next::Wait(Duration::from_micros(50)));
        }
        if context.subtask > 0 {
            thread::sleep(Duration::from_millis(2));
        }
        let open = self.splits.iter_mut().filter(|(_, next)| **next < self.of.length);
        let mut open: Vec<_> = open.collect();
        let count = open.len();
        let Some((_, next)) = open.get_mut(self.turn % count.max(1)) else { return Ok(Next::End) };
        let end = (**next + 37).min(self.of.length);
        let values: Vec<i64> = (**next..end).collect();
        **next = end;
        Ok(Next::Chunk(Chunk::Batch(numbers(vec![values.iter().map(|value| value % self.of.keys).collect(), values]))))
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let elements = self.splits.iter().map(|(split, next)| encode(&[*split, *next])).collect();
        writer.list("splits", vec![field("split"), field("next")], elements);
        Ok(())
    }
}

/// Counts records by key, and sends each key's count with each record: key, count.
struct Counts(StateTable<i64>);

fn counts() -> Counts {
    let schema = StateSchema { key: vec![field("key")], value: vec![field("count")] };
    Counts(StateTable::new("counts", schema, 128))
}

impl Operator for Counts {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        Ok(context.restored.map_or(Ok(()), |mut restored: RestoredState| self.0.restore(&mut restored))?)
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let Chunk::Batch(batch) = chunk else { unreachable!("rows") };
        let keys = column(&batch, 0);
        let counts = keys.iter().map(|key| {
            let count = self.0.get_or_insert_with(&encode(&[*key]), || 0);
            *count += 1;
            *count
        });
        let counts = counts.collect();
        out.emit(Chunk::Batch(numbers(vec![keys.to_vec(), counts])))
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.0.snapshot(writer);
        Ok(())
    }
}

/// What was committed, outside of the job: transactions by name, so that one that is committed again counts once.
type Outside = Arc<Mutex<BTreeMap<String, Rows>>>;
type Rows = Vec<(i64, i64)>;

/// Commits in two phases: what came before a barrier is state until its checkpoint is complete.
struct TwoPhase {
    outside: Outside,
    subtask: u32,
    attempt: String,
    open: Rows,
    /// By the checkpoint that covers it.
    prepared: Vec<(u64, String, Rows)>,
}

fn two_phase(outside: &Outside) -> impl OperatorFactory + use<> {
    let outside = Arc::clone(outside);
    move || TwoPhase {
        outside: Arc::clone(&outside),
        subtask: 0,
        attempt: String::new(),
        open: Vec::new(),
        prepared: Vec::new(),
    }
}

impl TwoPhase {
    fn commit(&mut self, checkpoint: u64) {
        let covered = self.prepared.extract_if(.., |(covered, ..)| *covered <= checkpoint);
        self.outside.lock().unwrap().extend(covered.map(|(_, name, rows)| (name, rows)));
    }
}

impl Operator for TwoPhase {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        (self.subtask, self.attempt) = (context.task.subtask, context.task.attempt_id.to_string());
        for element in context.restored.map(|mut restored| restored.list("prepared")).unwrap_or_default() {
            let mut row = RowReader::new(&element);
            let name = row.read_text()?.unwrap().to_owned();
            let rows = decode(row.rest()).chunks(2).map(|pair| (pair[0], pair[1])).collect();
            self.prepared.push((0, name, rows));
        }
        self.commit(0);
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, _: &mut dyn Output) -> Result<(), Stop> {
        let Chunk::Batch(batch) = chunk else { unreachable!("rows") };
        self.open.extend(column(&batch, 0).iter().copied().zip(column(&batch, 1).iter().copied()));
        Ok(())
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let name = format!("{}-{}-{}", self.attempt, self.subtask, writer.id);
        self.prepared.push((writer.id, name, std::mem::take(&mut self.open)));
        let element = |(_, name, rows): &(u64, String, Vec<(i64, i64)>)| {
            let mut row = RowWriter::new();
            row.slice(name.as_bytes());
            rows.iter().for_each(|(key, count)| {
                row.i64(*key);
                row.i64(*count);
            });
            row.into_bytes().into()
        };
        writer.list(
            "prepared",
            vec![Field::new("name", TypeKind::STRING.not_null())],
            self.prepared.iter().map(element).collect(),
        );
        Ok(())
    }

    fn checkpoint_complete(&mut self, checkpoint: u64) -> Result<(), Stop> {
        self.commit(checkpoint);
        Ok(())
    }
}

fn by_key() -> Exchange {
    Exchange::Hash(Arc::new(HashPartitioner::new(vec![0], vec![bigint()])))
}

fn job(source: &Splits, outside: &Outside, parallelism: [u32; 3]) -> Arc<JobGraph> {
    let mut graph = GraphBuilder::default();
    let from = graph.source("splits", parallelism[0], source.clone());
    let count = graph.operator("counts", parallelism[1], counts, vec![(from, by_key())]);
    graph.operator("sink", parallelism[2], two_phase(outside), vec![(count, Exchange::Rebalance)]);
    graph.build()
}

/// Each key's counts, 1 to how often it is in the input, once each.
fn oracle(source: &Splits) -> Vec<(i64, i64)> {
    let mut counts = BTreeMap::new();
    (0..source.splits)
        .flat_map(|_| 0..source.length)
        .for_each(|value| *counts.entry(value % source.keys).or_insert(0) += 1);
    counts.into_iter().flat_map(|(key, count)| (1..=count).map(move |n| (key, n))).collect()
}

fn committed(outside: &Outside) -> Vec<(i64, i64)> {
    let mut all: Vec<_> = outside.lock().unwrap().values().flatten().copied().collect();
    all.sort_unstable();
    all
}

#[derive(Debug, Clone)]
enum Act {
    Checkpoint,
    Abort,
    Savepoint,
    Kill([u32; 3]),
    KillDuringCheckpoint([u32; 3]),
    Suspend([u32; 3]),
    Wait(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let parallelism = || [1..4_u32, 1..4_u32, 1..4_u32];
    let act = prop_oneof![
        4 => Just(Act::Checkpoint),
        1 => Just(Act::Abort),
        1 => Just(Act::Savepoint),
        4 => parallelism().prop_map(Act::Kill),
        2 => parallelism().prop_map(Act::KillDuringCheckpoint),
        1 => parallelism().prop_map(Act::Suspend),
        4 => (0..6_u64).prop_map(Act::Wait),
    ];
    proptest::collection::vec(act, 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever happens to the job on its way, in the end each record was counted once, and each count committed once.
    #[test]
    fn results_are_committed_exactly_once(acts in acts(), splits in 1..6_i64, keys in 1..50_i64) {
        let directory = tempfile::tempdir().unwrap();
        let url = directory.path().join("job").display().to_string();
        let source = Splits { splits, length: 1500, keys };
        let outside = Outside::default();
        let mut running = Checkpointed::start(&job(&source, &outside, [2, 2, 2]), &url).unwrap();
        for (index, act) in acts.into_iter().enumerate() {
            let savepoint = directory.path().join(format!("savepoint-{index}")).display().to_string();
            let restart = match act {
                Act::Wait(ms) => { thread::sleep(Duration::from_millis(ms)); None }
                Act::Checkpoint => { running.snapshot(SnapshotKind::Checkpoint, None); None }
                Act::Abort => { let number = running.trigger(SnapshotKind::Checkpoint, None); running.job.abort(number); None }
                Act::Savepoint => { running.snapshot(SnapshotKind::Savepoint, Some(&savepoint)); None }
                Act::Kill(to) => Some((to, None)),
                Act::KillDuringCheckpoint(to) => { running.trigger(SnapshotKind::Checkpoint, None); Some((to, None)) }
                Act::Suspend(to) => {
                    let done = running.snapshot(SnapshotKind::Suspend, Some(&savepoint));
                    prop_assert!(matches!(done, Checkpoint::Complete(_)), "{:?}", done);
                    Some((to, Some(savepoint)))
                }
            };
            let Some((to, savepoint)) = restart else { continue };
            let graph = job(&source, &outside, to);
            running = match savepoint {
                Some(savepoint) => {
                    running.join().unwrap();
                    // Older checkpoints are of no use: what came after them is committed.
                    std::fs::remove_dir_all(directory.path().join("job")).unwrap();
                    let restore = Restore::open(Directory::at(&savepoint, false).unwrap()).unwrap();
                    let mut next = Checkpointed::start_from(&graph, &url, Some(restore)).unwrap();
                    next.snapshot(SnapshotKind::Checkpoint, None);
                    next
                }
                None => { running.kill(); Checkpointed::start(&graph, &url).unwrap() }
            };
        }
        running.run_to_end().unwrap();
        let (got, expect) = (committed(&outside), oracle(&source));
        prop_assert!(got == expect, "{}", difference(&got, &expect));
    }
}

/// What is there once too often or too seldom.
fn difference(got: &[(i64, i64)], expect: &[(i64, i64)]) -> String {
    let mut counts: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    got.iter().for_each(|row| *counts.entry(*row).or_default() += 1);
    expect.iter().for_each(|row| *counts.entry(*row).or_default() -= 1);
    counts.retain(|_, count| *count != 0);
    let first: Vec<_> = counts.iter().take(5).collect();
    format!("{} rows too many or too few, first {first:?}; {} got, {} expected", counts.len(), got.len(), expect.len())
}

/// A job at parallelism 2 whose sources are 6000 records long, and where its checkpoints are.
fn long_job(directory: &std::path::Path) -> (Splits, Outside, Arc<JobGraph>, String) {
    let source = Splits { splits: 4, length: 1500, keys: 40 };
    let outside = Outside::default();
    let graph = job(&source, &outside, [2, 2, 2]);
    (source, outside, graph, directory.join("job").display().to_string())
}

#[test]
fn a_drained_job_commits_all_that_it_has_read() {
    let directory = tempfile::tempdir().unwrap();
    let (_, outside, graph, url) = long_job(directory.path());
    let savepoint = directory.path().join("savepoint").display().to_string();
    let mut running = Checkpointed::start(&graph, &url).unwrap();
    running.snapshot(SnapshotKind::Checkpoint, None);
    thread::sleep(Duration::from_millis(10));
    let Checkpoint::Complete(acks) = running.snapshot(SnapshotKind::Drain, Some(&savepoint)) else { unreachable!() };
    running.join().unwrap();
    let read: i64 = acks.iter().flat_map(|ack| &ack.operators).filter(|op| op.uid == "splits").count() as i64;
    assert_eq!(read, 2, "both subtasks of the source");
    // Each record made one count: as many were committed as the source's positions say were read.
    let restore = Restore::open(Directory::at(&savepoint, false).unwrap()).unwrap();
    let splits = restore.operator("splits", 0, 1).unwrap().unwrap().list("splits");
    let positions: i64 = splits.iter().map(|split| decode(split)[1]).sum();
    assert_eq!(committed(&outside).len() as i64, positions);
    assert!(restore.manifest().savepoint);
    restore.verify().unwrap();
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_declined_and_the_next_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let (source, outside, graph, url) = long_job(directory.path());
    let mut running = Checkpointed::start(&graph, &url).unwrap();
    let shared = directory.path().join("job/shared");
    let aside = directory.path().join("job/aside");
    // Nothing is written before there is something to keep.
    while !shared.is_dir() {
        assert!(matches!(running.snapshot(SnapshotKind::Checkpoint, None), Checkpoint::Complete(_)));
    }
    std::fs::rename(&shared, &aside).unwrap();
    std::fs::write(&shared, "in the way").unwrap();
    let declined = loop {
        if let Checkpoint::Declined(declined) = running.snapshot(SnapshotKind::Checkpoint, None) {
            break declined;
        }
    };
    assert!(declined.reason.starts_with("could not write shared/"), "{declined:?}");
    std::fs::remove_file(&shared).unwrap();
    std::fs::rename(&aside, &shared).unwrap();
    thread::sleep(Duration::from_millis(5));
    assert!(matches!(running.snapshot(SnapshotKind::Checkpoint, None), Checkpoint::Complete(_)));
    running.kill();
    Checkpointed::start(&graph, &url).unwrap().run_to_end().unwrap();
    assert!(committed(&outside) == oracle(&source));
}

#[test]
fn increments_are_written_while_they_are_small() {
    let directory = tempfile::tempdir().unwrap();
    let source = Splits { splits: 2, length: 100_000, keys: 30_000 };
    let outside = Outside::default();
    let url = directory.path().join("job").display().to_string();
    let mut running = Checkpointed::start(&job(&source, &outside, [1, 1, 1]), &url).unwrap();
    let mut sizes = Vec::new();
    for _ in 0..25 {
        thread::sleep(Duration::from_millis(10));
        let Checkpoint::Complete(acks) = running.snapshot(SnapshotKind::Checkpoint, None) else { unreachable!() };
        let counts = acks.iter().find(|ack| ack.operators.iter().any(|op| op.uid == "counts")).unwrap();
        let sections = counts.operators[0].states["counts"].sections.len();
        sizes.push((sections, counts.state_bytes, counts.written_bytes));
    }
    running.kill();
    assert!(sizes.iter().any(|(sections, all, written)| *sections > 1 && written < all), "{sizes:?}");
    assert!(sizes.windows(2).any(|pair| pair[0].0 > 1 && pair[1].0 == 1), "a base comes again: {sizes:?}");
}

#[test]
fn state_without_a_home_or_of_another_shape_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (source, outside, graph, url) = long_job(directory.path());
    let mut running = Checkpointed::start(&graph, &url).unwrap();
    thread::sleep(Duration::from_millis(5));
    running.snapshot(SnapshotKind::Checkpoint, None);
    running.kill();
    let mut other = GraphBuilder::default();
    let from = other.source("splits", 1, source);
    other.operator("sink", 1, two_phase(&outside), vec![(from, Exchange::Rebalance)]);
    let error = Checkpointed::start(&other.build(), &url).err().unwrap().to_string();
    assert!(error.contains("state of operators that the job does not have: counts"), "{error}");

    let store = crate::state::store::CheckpointStore::open(&url).unwrap();
    let restore = store.latest(None).unwrap().0.unwrap();
    let mut graph = Arc::into_inner(graph).unwrap();
    graph.vertices[1].max_parallelism = 64;
    let error = restore.check(&graph, true).unwrap_err().to_string();
    assert!(error.contains("counts: its state has 128 key groups, the job asks for 64"), "{error}");

    let text = StateSchema { key: vec![Field::new("key", TypeKind::STRING.not_null())], value: vec![field("count")] };
    let mut restored = restore.operator("counts", 0, 1).unwrap().unwrap();
    let error = StateTable::<i64>::new("counts", text, 128).restore(&mut restored).unwrap_err().to_string();
    assert!(error.contains("written as (key BIGINT NOT NULL) -> (count BIGINT NOT NULL)"), "{error}");
}

#[test]
fn without_checkpoints_results_are_committed_at_the_end() {
    let source = Splits { splits: 2, length: 100, keys: 7 };
    let outside = Outside::default();
    run(&job(&source, &outside, [2, 2, 1])).unwrap();
    assert!(committed(&outside) == oracle(&source));
}
