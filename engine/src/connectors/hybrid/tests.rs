#![allow(clippy::unwrap_used)]
use std::path::Path;

use super::{HybridSourceConfig, Switch};
use crate::{
    connectors::{
        filesystem::source::{FileFormat, FilesystemSourceConfig},
        format::Format,
        kafka::{
            start::Place,
            tests::{Broker, kafka_source, number},
        },
        layout::{Layout, ReadColumn},
    },
    options::Options,
    runtime::{
        TaskContext,
        operator::{Chunk, Next, OperatorContext, Source, SourceFactory},
    },
    state::{RestoredState, SnapshotRows, SnapshotWriter},
    types::{TypeKind, Value},
};

fn config(broker: &Broker, directory: &Path, switch: Option<Switch>) -> HybridSourceConfig {
    let layout = Layout::new(&[ReadColumn::Physical(number("n"))]);
    let live = kafka_source(broker, Place::Earliest, Some(Place::Latest));
    let format = Format::new("json", Options(&broker.options(&[])), "").unwrap();
    let history = FilesystemSourceConfig {
        table: "t".to_owned(),
        path: directory.to_owned(),
        format: FileFormat::Lines(format),
        record: vec![number("n")],
        layout: layout.clone(),
        monitor_interval: None,
        rows_per_second: None,
        looped: false,
    };
    HybridSourceConfig {
        history,
        live: crate::connectors::kafka::source::KafkaSourceConfig { layout, ..live },
        switch,
        asked: 1,
    }
}

fn read(source: &mut dyn Source, task: &TaskContext, most: usize) -> Vec<i64> {
    let mut numbers = Vec::new();
    for _ in 0..most {
        match source.next(task).unwrap() {
            Next::Chunk(Chunk::Batch(batch)) => {
                for row in 0..batch.rows {
                    if let [Value::Integer(number)] = batch.row(row, &[TypeKind::BigInt.nullable()])[..] {
                        numbers.push(number);
                    }
                }
            }
            Next::End => break,
            _ => {}
        }
    }
    numbers
}

fn snapshot(source: &mut dyn Source) -> RestoredState {
    let mut writer = SnapshotWriter::default();
    source.snapshot(&mut writer).unwrap();
    let mut restored = RestoredState::default();
    for (name, state) in writer.states {
        if let SnapshotRows::List(elements) = state.rows {
            restored.lists.insert(name, elements);
        }
    }
    restored
}

fn lines(numbers: std::ops::Range<i64>) -> Vec<String> {
    numbers.map(|n| format!("{{\"n\":{n}}}")).collect()
}

#[test]
fn files_then_kafka_without_a_gap_or_a_duplicate() {
    let broker = Broker::start(2);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a"), lines(0..60).join("\n")).unwrap();
    for partition in 0..2 {
        let live = lines(if partition == 0 { 30..80 } else { 80..100 });
        broker.produce(partition, &live.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let config = config(&broker, directory.path(), Some(Switch { column: 0, at: 50 }));
    let mut numbers = Vec::new();
    // Killed in each phase, and gone on at another parallelism.
    let mut state: Vec<RestoredState> = Vec::new();
    for (parallelism, batches) in [(1, 0), (2, 1), (1, 3), (2, usize::MAX)] {
        let mut all = RestoredState::default();
        for part in &state {
            for (name, elements) in &part.lists {
                all.lists.entry(name.clone()).or_default().extend(elements.iter().cloned());
            }
        }
        let begun = !state.is_empty();
        state.clear();
        for subtask in 0..parallelism {
            let task = TaskContext { subtask, parallelism, ..TaskContext::for_test() };
            let restored = begun.then(|| RestoredState { lists: all.lists.clone(), ..RestoredState::default() });
            let mut source = config.open(OperatorContext { task: &task, index: 0, restored }).unwrap();
            numbers.extend(read(&mut *source, &task, batches));
            state.push(snapshot(&mut *source));
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}
