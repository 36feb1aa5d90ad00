//! Graphs of dataflows, and whole jobs that are stopped and go on.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::*;
use crate::{
    runtime::{
        Stop, TaskContext,
        graph::{Exchange, JobGraph},
        harness::{Checkpoint, Checkpointed},
        message::SnapshotKind,
        operator::{Chunk, Operator, OperatorContext, Output},
    },
    state::{RestoredState, SnapshotWriter},
    types::key,
};

/// Takes what an operator emits.
pub struct Emitted<U> {
    /// Values with their times.
    pub values: Vec<(U, Option<i64>)>,
    /// Values of side outputs that are of the same type.
    pub sides: Vec<(usize, U)>,
    /// Watermarks that the operator emitted itself, with how many values there were before.
    pub watermarks: Vec<(usize, i64)>,
}

impl<U> Default for Emitted<U> {
    fn default() -> Self {
        Self { values: Vec::new(), sides: Vec::new(), watermarks: Vec::new() }
    }
}

impl<U: Data> Output for Emitted<U> {
    fn emit(&mut self, chunk: Chunk) -> Result<(), Stop> {
        let records = record::records_of::<U>(chunk)?;
        self.values.extend(records.into_iter().map(|record| (record.value, record.timestamp)));
        Ok(())
    }

    fn emit_side(&mut self, tag: usize, chunk: Chunk) -> Result<(), Stop> {
        let records = record::records_of::<U>(chunk)?;
        self.sides.extend(records.into_iter().map(|record| (tag, record.value)));
        Ok(())
    }

    fn emit_watermark(&mut self, watermark: i64) -> Result<(), Stop> {
        self.watermarks.push((self.values.len(), watermark));
        Ok(())
    }
}

/// An operator of a graph, opened with what others wrote.
pub fn open(job: &Job, name: &str, written: Vec<SnapshotWriter>) -> Box<dyn Operator> {
    let nodes = job.graph.vertices.iter().flat_map(|vertex| &vertex.operators);
    let mut operator = nodes.into_iter().find(|node| node.name == name).unwrap().factory.create();
    let restored = (!written.is_empty()).then(|| RestoredState::of(written, key::groups_of(0, 128, 1)));
    let (canceller, cancel) = crate::runtime::cancel::cancellation();
    // A canceller that is gone would cancel.
    std::mem::forget(canceller);
    let task = TaskContext { cancel, ..TaskContext::for_test() };
    operator.open(OperatorContext { task: &task, index: 0, restored }).unwrap();
    operator
}

/// What an operator writes.
pub fn written(operator: &mut dyn Operator) -> SnapshotWriter {
    let mut writer = SnapshotWriter::savepoint(1);
    operator.snapshot(&mut writer).unwrap();
    writer
}

/// Values and their times, on their way.
pub fn chunk<T: Data>(values: impl IntoIterator<Item = (T, i64)>) -> Chunk {
    let record = |(value, time)| record::Record { value, timestamp: Some(time) };
    record::chunk_of(values.into_iter().map(record).collect())
}

fn shape(job: &Job) -> Vec<String> {
    let graph = &job.graph;
    let vertices = graph.vertices.iter().map(|vertex| format!("{} x{}", vertex.name, vertex.parallelism));
    let edges = graph.edges.iter().map(|edge| {
        let how = match &edge.exchange {
            Exchange::Forward => "forward".to_owned(),
            Exchange::Rebalance => "rebalance".to_owned(),
            Exchange::Broadcast => "broadcast".to_owned(),
            Exchange::Global => "global".to_owned(),
            Exchange::Hash(_) => "hash".to_owned(),
        };
        format!("{} -> {}.{} {how}", edge.from, edge.to, edge.input)
    });
    vertices.chain(edges).collect()
}

fn words() -> (Dataflow, Stream<String>) {
    let flow = Dataflow::new("words");
    let words = flow
        .collection("lines", ["a b".to_owned()])
        .flat_map("words", |line| line.split(' ').map(str::to_owned).collect::<Vec<_>>());
    (flow, words)
}

#[test]
fn operators_run_in_one_thread_where_they_can() {
    let (flow, words) = words();
    let long = words.filter("long", |word| word.len() > 3);
    long.map("length", |word| word.len()).rebalance().for_each("lengths", |_| {});
    let counts = long.key_by(String::clone).window(Tumbling::of(Duration::from_secs(1))).count("count").parallelism(2);
    counts.union(&counts.map("copy", |count| count)).global().for_each("counts", |_| {});
    let config = Config::new().set("operator.copy.chaining", "false").set("operator.counts.parallelism", "2");
    assert_eq!(
        shape(&flow.build(&config).unwrap()),
        [
            "Source: lines -> words -> long x1",
            "length x1",
            "lengths x1",
            "count x2",
            "copy x1",
            "counts x2",
            "0 -> 1.0 forward",
            "1 -> 2.0 rebalance",
            "0 -> 3.0 hash",
            "3 -> 4.0 rebalance",
            "3 -> 5.0 global",
            "4 -> 5.0 global",
        ]
    );
}

#[test]
fn mistakes_are_named_when_the_graph_is_built() {
    let refused = |flow: &Dataflow, config: &[(&str, &str)]| {
        flow.build(&config.iter().copied().collect()).err().unwrap().to_string()
    };
    let (flow, words) = words();
    words.for_each("sink", |_| {});
    assert_eq!(
        refused(&flow, &[("operator.words.paralellism", "3")]),
        "\"operator.words.paralellism\" is no setting of this dataflow. Did you mean 'operator.words.parallelism'?"
    );
    assert_eq!(
        refused(&flow, &[("operator.words.parallelism", "0")]),
        "operator.words.parallelism = \"0\": a whole number from 1 is expected"
    );
    assert_eq!(
        refused(&flow, &[("parallelism.default", "200")]),
        "operator \"lines\" has 200 subtasks; 128 is the most, for its state has so many key groups"
    );
    assert!(
        refused(&flow, &[("operator.words.async.capacity", "3")]).starts_with("\"operator.words.async.capacity\" is")
    );
    assert_eq!(
        refused(&flow, &[("execution.checkpointing.interval", "1 s")]),
        "execution.checkpointing.interval says when checkpoints are taken, and nothing where they go; set \
         execution.checkpointing.dir"
    );
    assert_eq!(
        refused(&flow, &[("restart-strategy.type", "often")]),
        "Could not parse value 'often' for key 'restart-strategy.type'. Set it to one of: none, fixed-delay, \
         exponential-delay, failure-rate."
    );
    words.for_each("words", |_| {});
    assert!(refused(&flow, &[]).starts_with("two operators are named \"words\""));
    let (flow, words) = self::words();
    words.clone().uid("x").map("copy", |word| word).uid("x").for_each("sink", |_| {});
    assert!(refused(&flow, &[]).starts_with("two operators have the uid \"x\""));
    let (flow, words) = self::words();
    words.union(&words.map("copy", |word| word)).uid("x").for_each("sink", |_| {});
    assert_eq!(refused(&flow, &[]), "uid is said of one operator, but the stream is a union of several");
    let (flow, words) = self::words();
    let (_other, others) = self::words();
    words.union(&others).for_each("sink", |_| {});
    assert_eq!(refused(&flow, &[]), "operator \"union\" reads a stream of another dataflow");
}

/// Counts up to a number, a few at a time, so that there is time for checkpoints.
struct Slow(i64);

struct SlowReader(i64, i64);

impl Source for Slow {
    type Item = i64;
    type Split = i64;

    fn splits(&self) -> Result<Vec<i64>, BoxError> {
        Ok(vec![0])
    }

    fn open(&self, split: i64) -> Result<Box<dyn SplitReader<i64, i64>>, BoxError> {
        Ok(Box::new(SlowReader(split, self.0)))
    }
}

impl SplitReader<i64, i64> for SlowReader {
    fn read(&mut self) -> Result<Read<i64>, BoxError> {
        if self.0 >= self.1 {
            return Ok(Read::End);
        }
        std::thread::sleep(Duration::from_millis(1));
        let items: Vec<i64> = (self.0..self.1.min(self.0 + 20)).collect();
        self.0 += items.len() as i64;
        Ok(Read::Items(items))
    }

    fn position(&self) -> i64 {
        self.0
    }
}

/// A table to which transactions are committed. One may be committed again: it is known by its name.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

impl Table {
    fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = self.0.lock().unwrap().values().flatten().cloned().collect();
        rows.sort();
        rows
    }
}

struct Transactions {
    table: Table,
    name: String,
    written: Vec<String>,
    count: usize,
}

impl Sink<String> for Table {
    type Writer = Transactions;

    fn open(&self, context: SinkContext) -> Result<Transactions, BoxError> {
        let name = format!("{}-{}", context.attempt, context.subtask);
        Ok(Transactions { table: self.clone(), name, written: Vec::new(), count: 0 })
    }
}

impl Writer<String> for Transactions {
    type Commit = (String, Vec<String>);

    fn write(&mut self, value: String) -> Result<(), BoxError> {
        self.written.push(value);
        Ok(())
    }

    fn prepare(&mut self) -> Result<Option<Self::Commit>, BoxError> {
        self.count += 1;
        let written = std::mem::take(&mut self.written);
        Ok((!written.is_empty()).then(|| (format!("{}-{}", self.name, self.count), written)))
    }

    fn commit(&mut self, (name, rows): Self::Commit) -> Result<(), BoxError> {
        self.table.0.lock().unwrap().insert(name, rows);
        Ok(())
    }
}

/// Numbers the values of a key.
struct Number(ValueState<i64>);

impl Process<i64, i64> for Number {
    type Output = (i64, i64);

    fn process(&mut self, value: i64, context: &mut Context<'_, i64, (i64, i64)>) -> Result<(), BoxError> {
        let number = self.0.change(
            || 0,
            |count| {
                *count += 1;
                *count
            },
        );
        context.emit((value, number));
        Ok(())
    }
}

const COUNT: i64 = 3000;

/// Values are numbered within their key, asked about, and counted in windows.
fn job(table: &Table, parallelism: u32, asked: &Arc<AtomicUsize>) -> Arc<JobGraph> {
    let flow = Dataflow::new("slow");
    let asked = Arc::clone(asked);
    flow.source("numbers", Slow(COUNT))
        .assign_timestamps("time", Timestamps::bounded(Duration::ZERO, |n: &i64| *n))
        .key_by(|n| n % 7)
        .process("number", |states| Number(states.value("count")))
        .async_map("ask", Async::ordered(), move |(n, number)| {
            asked.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::time::sleep(Duration::from_millis(3)).await;
                Ok((n, number))
            }
        })
        .key_by(|(n, _)| n % 3)
        .window(Tumbling::of(Duration::from_millis(500)))
        .reduce("last", |a, b| if a.0 > b.0 { a } else { b })
        .map("row", |last| format!("{:04} {} {:?}", last.start, last.key, last.value))
        .sink("table", table.clone());
    let config = Config::new()
        .set("operator.number.parallelism", parallelism.to_string())
        .set("operator.ask.parallelism", parallelism.to_string())
        .set("operator.last.parallelism", (3 - parallelism).to_string())
        .set("operator.ask.async.capacity", "50");
    flow.build(&config).unwrap().graph
}

fn expected() -> Vec<String> {
    let last = |start: i64, key: i64| (start..start + 500).filter(|n| n % 3 == key).max().unwrap();
    let row = |start: i64, key: i64| {
        let n = last(start, key);
        format!("{start:04} {key} ({n}, {})", n / 7 + 1)
    };
    (0..COUNT / 500).flat_map(|window| (0..3).map(move |key| row(window * 500, key))).collect()
}

#[test]
fn each_result_is_there_once_after_failures_and_at_any_parallelism() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("file://{}", directory.path().display());
    let (table, asked) = (Table::default(), Arc::new(AtomicUsize::new(0)));
    for attempt in 0..4 {
        let mut running = Checkpointed::start(&job(&table, 1 + attempt % 2, &asked), &url).unwrap();
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(25));
            let taken = running.snapshot(SnapshotKind::Checkpoint, None);
            assert!(matches!(taken, Checkpoint::Complete(_)), "{taken:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
        running.kill();
    }
    Checkpointed::start(&job(&table, 2, &asked), &url).unwrap().run_to_end().unwrap();
    assert_eq!(table.rows(), expected());
    assert!(asked.load(Ordering::Relaxed) > COUNT as usize, "calls that were under way are made again");
}

#[test]
fn tables_are_sources_and_sinks() {
    #[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
    struct Save {
        user: String,
        price: f64,
        tags: Vec<String>,
        at: Option<String>,
    }
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("in.json"), directory.path().join("out"));
    let columns = "(`user` STRING, price DECIMAL(6, 2), tags ARRAY<STRING>, `at` TIMESTAMP(3))";
    let table = |name: &str, path: &std::path::Path| {
        let path = path.display();
        format!("CREATE TABLE {name} {columns} WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '{path}')")
    };
    let row = |user: &str, at: &str| format!("{{\"user\":\"{user}\",\"price\":1.5,\"tags\":[\"x\"],\"at\":{at}}}\n");
    std::fs::write(&from, row("ann", "\"2026-01-02 03:04:05\"") + &row("bob", "null")).unwrap();
    let flow = Dataflow::new("saves");
    flow.table::<Save>("saves", &table("saves", &from))
        .map("double", |save| Save { price: save.price * 2.0, ..save })
        .into_table("doubled", &table("doubled", &to));
    run(flow.build(&Config::new()).unwrap()).unwrap();
    let files = std::fs::read_dir(&to).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let expected = row("ann", "\"2026-01-02 03:04:05\"") + &row("bob", "null");
    assert_eq!(files.collect::<String>(), expected.replace("1.5", "3"));

    let refused = |declaration: &str| {
        let flow = Dataflow::new("refused");
        flow.table::<Save>("t", declaration).for_each("sink", |_| {});
        flow.build(&Config::new()).err().unwrap().to_string()
    };
    let check = |declaration: &str, expect: &str| {
        let said = refused(declaration);
        assert!(said.contains(expect), "{said}");
    };
    check("SELECT 1", "a table is declared by CREATE TABLE");
    check("CREATE TABLE t (a INT) WITH ('connector' = 'kafak')", "kafka");
    check("CREATE TABLE t (a INT, b AS a + 1) WITH ('connector' = 'datagen')", "table t has b, which is not in its");
    let watermark = "CREATE TABLE t (a TIMESTAMP(3), WATERMARK FOR a AS a) WITH ('connector' = 'datagen')";
    check(watermark, "table t has a WATERMARK");
    check("CREATE TABLE t (a INT) WITH ('connector' = 'print')", "can only be used as a sink");
}

/// Fails each time so many values have gone by.
fn failing(table: &Table, directory: &str, every: usize) -> Job {
    let (flow, seen) = (Dataflow::new("failing"), AtomicUsize::new(0));
    flow.source("numbers", Slow(COUNT))
        .key_by(|n| n % 7)
        .process("number", |states| Number(states.value("count")))
        .try_map("fail", move |value| match seen.fetch_add(1, Ordering::Relaxed) % every == every - 1 {
            true => Err("the service is away".into()),
            false => Ok(format!("{value:?}")),
        })
        .sink("table", table.clone());
    let config = Config::new()
        .set("execution.checkpointing.interval", "10 ms")
        .set("execution.checkpointing.dir", directory)
        .set("restart-strategy.type", "fixed-delay")
        .set("restart-strategy.fixed-delay.attempts", "2")
        .set("restart-strategy.fixed-delay.delay", "1 ms");
    flow.build(&config).unwrap()
}

#[test]
fn a_job_in_this_process_goes_on_from_its_checkpoints() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path().display().to_string();
    let table = Table::default();
    let refused = run(failing(&table, &directory, 500)).unwrap_err().to_string();
    assert!(refused.contains("the service is away"), "{refused}");
    let before = table.rows().len();
    assert!(before > 0 && before < COUNT as usize, "{before} rows are committed");
    // Another process begins where this one has ended.
    run(failing(&table, &directory, usize::MAX)).unwrap();
    let mut expected: Vec<String> = (0..COUNT).map(|n| format!("({n}, {})", n / 7 + 1)).collect();
    expected.sort();
    assert_eq!(table.rows(), expected);
    // It has ended, so it begins anew.
    let anew = Table::default();
    run(failing(&anew, &directory, usize::MAX)).unwrap();
    assert_eq!(anew.rows(), expected);
}
