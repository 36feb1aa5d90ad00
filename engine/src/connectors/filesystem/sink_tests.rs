#![allow(clippy::unwrap_used)]
use std::{collections::BTreeMap, path::Path};

use proptest::prelude::*;

use super::sink::*;
use crate::{
    connectors::{
        constraints::{Constraints, LengthEnforcer},
        format::{Columns, Format},
        sink::SinkFactory,
    },
    options::Options,
    runtime::operator::{Operator, OperatorContext},
    runtime::{Stop, TaskContext},
    state::{RestoredState, SnapshotRows, SnapshotWriter},
    types::{Batch, Field, Schema, TypeKind, Value},
};

struct NoOutput;

impl crate::runtime::operator::Output for NoOutput {
    fn emit(&mut self, _: crate::runtime::operator::Chunk) -> Result<(), Stop> {
        Ok(())
    }
    fn emit_side(&mut self, _: usize, _: crate::runtime::operator::Chunk) -> Result<(), Stop> {
        Ok(())
    }
    fn emit_watermark(&mut self, _: i64) -> Result<(), Stop> {
        Ok(())
    }
}

fn fields() -> Vec<Field> {
    vec![Field::new("n", TypeKind::BigInt.nullable()), Field::new("day", TypeKind::STRING.nullable())]
}

fn factory(directory: &Path, checkpoints: bool, partitioned: bool) -> SinkFactory {
    use crate::runtime::operator::OperatorFactory as _;
    let options = BTreeMap::new();
    let format = Format::new("csv", Options(&options), "").unwrap();
    let config = FilesystemSinkConfig {
        directory: directory.to_owned(),
        encoder: Some(format.encoder(&fields()[..1])),
        fields: fields()[..1].to_vec(),
        written: vec![0],
        partitioned_by: if partitioned { vec![(1, fields().remove(1))] } else { Vec::new() },
        max_bytes: 40,
        rollover: DEFAULT_ROLLOVER,
        inactivity: DEFAULT_ROLLOVER,
        checkpoints,
    };
    let constraints = Constraints::new(&Schema::new(fields()), false, LengthEnforcer::Ignore);
    let factory =
        SinkFactory { constraints, writer: std::sync::Arc::new(move || Box::new(FilesystemSink::new(config.clone()))) };
    drop(factory.create());
    factory
}

fn batch(numbers: std::ops::Range<i64>) -> Batch {
    let mut columns = Columns::new(&fields());
    for number in numbers {
        columns.writers[0].push(&Value::Integer(number));
        columns.writers[1].push(&if number % 3 == 0 {
            Value::Null
        } else {
            Value::Text(format!("a/{}", number % 3).into())
        });
        columns.end_row();
    }
    columns.finish().unwrap()
}

fn open(
    factory: &SinkFactory,
    attempt: usize,
    subtask: u32,
    parallelism: u32,
    state: Option<&Vec<Box<[u8]>>>,
) -> Box<dyn Operator> {
    use crate::runtime::operator::OperatorFactory as _;
    let mut task = TaskContext::for_test();
    task.attempt_id = format!("attempt{attempt}").into();
    task.subtask = subtask;
    task.parallelism = parallelism;
    let restored = state.map(|elements| {
        let mut restored = RestoredState::default();
        restored.lists.insert("pending".to_owned(), elements.clone());
        restored
    });
    let mut operator = factory.create();
    operator.open(OperatorContext { task: &task, index: 0, restored }).unwrap();
    operator
}

fn write(operator: &mut dyn Operator, batch: Batch) {
    operator.process(0, crate::runtime::operator::Chunk::Batch(batch), &mut NoOutput).unwrap();
}

fn snapshot(operator: &mut dyn Operator, id: u64) -> Vec<Box<[u8]>> {
    let mut writer = SnapshotWriter::default();
    writer.id = id;
    operator.before_barrier(&mut NoOutput).unwrap();
    operator.snapshot(&mut writer).unwrap();
    match writer.states.remove("pending").unwrap().rows {
        SnapshotRows::List(elements) => elements,
        SnapshotRows::Table { .. } => unreachable!("it is a list"),
    }
}

/// The numbers in visible files, in order, and how many hidden files there are.
fn visible(directory: &Path) -> (Vec<i64>, usize) {
    let (mut numbers, mut hidden) = (Vec::new(), 0);
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.file_name().unwrap().to_string_lossy().starts_with('.') {
                hidden += 1;
            } else {
                numbers.extend(std::fs::read_to_string(path).unwrap().lines().map(|line| line.parse::<i64>().unwrap()));
            }
        }
    }
    numbers.sort_unstable();
    (numbers, hidden)
}

#[test]
fn without_checkpoints_parts_are_seen_when_they_are_full_and_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut sink = open(&factory(directory.path(), false, false), 0, 0, 1, None);
    write(&mut *sink, batch(0..3));
    assert_eq!(visible(directory.path()), (vec![], 1));
    write(&mut *sink, batch(3..30));
    assert_eq!(visible(directory.path()), ((0..30).collect(), 0));
    write(&mut *sink, batch(30..31));
    sink.end_input(0, &mut NoOutput).unwrap();
    assert_eq!(visible(directory.path()), ((0..31).collect(), 0));
}

#[test]
fn partitions_are_directories() {
    let directory = tempfile::tempdir().unwrap();
    let mut sink = open(&factory(directory.path(), false, true), 0, 0, 1, None);
    write(&mut *sink, batch(0..3));
    sink.end_input(0, &mut NoOutput).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["day=__DEFAULT_PARTITION__", "day=a%2F1", "day=a%2F2"]);
    assert_eq!(unescape("a%2F1%zz%"), "a/1%zz%");
}

#[derive(Debug, Clone)]
enum Step {
    Write,
    /// A barrier; whether the checkpoint completes, and whether the sinks hear of it before the next step.
    Checkpoint {
        complete: bool,
        told: bool,
    },
    /// The job is killed, and goes on from the last complete checkpoint at this parallelism.
    Kill(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Write),
        3 => (any::<bool>(), any::<bool>()).prop_map(|(complete, told)| Step::Checkpoint { complete, told }),
        2 => (1..4_u32).prop_map(Step::Kill),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    /// Whatever fails when, what is visible at the end is each row once; and never one that may be taken back.
    #[test]
    fn each_row_is_seen_once(steps in prop::collection::vec(step(), 1..25), partitioned in any::<bool>()) {
        let directory = tempfile::tempdir().unwrap();
        let factory = factory(directory.path(), true, partitioned);
        let (mut attempt, mut parallelism) = (0, 2);
        let mut sinks: Vec<_> = (0..parallelism).map(|subtask| open(&factory, attempt, subtask, parallelism, None)).collect();
        let (mut next, mut id) = (0_i64, 0);
        // The last complete checkpoint: its state, and the next row then.
        let mut complete: Option<(Vec<Box<[u8]>>, i64)> = None;
        for step in steps.into_iter().chain([Step::Kill(1), Step::Write, Step::Checkpoint { complete: true, told: true }]) {
            match step {
                Step::Write => {
                    for sink in &mut sinks {
                        write(&mut **sink, batch(next..next + 7));
                        next += 7;
                    }
                }
                Step::Checkpoint { complete: completes, told } => {
                    id += 1;
                    let state: Vec<_> = sinks.iter_mut().flat_map(|sink| snapshot(&mut **sink, id)).collect();
                    if completes {
                        complete = Some((state, next));
                    }
                    if completes && told {
                        for sink in &mut sinks {
                            sink.checkpoint_complete(id).unwrap();
                        }
                    }
                }
                Step::Kill(to) => {
                    attempt += 1;
                    parallelism = to;
                    drop(std::mem::take(&mut sinks));
                    let state = complete.as_ref().map(|(state, _)| state);
                    next = complete.as_ref().map_or(0, |(_, next)| *next);
                    sinks = (0..parallelism).map(|subtask| open(&factory, attempt, subtask, parallelism, state)).collect();
                }
            }
            let seen = visible(directory.path()).0;
            let covered = complete.as_ref().map_or(0, |(_, next)| *next);
            prop_assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "twice: {:?}", seen);
            prop_assert!(seen.last().is_none_or(|last| *last < covered), "too early");
        }
        let (seen, hidden) = visible(directory.path());
        prop_assert_eq!(seen, (0..next).collect::<Vec<_>>());
        // Parts of attempts before the first complete checkpoint may be left, hidden.
        prop_assert!(hidden == 0 || complete.is_some());
    }
}
