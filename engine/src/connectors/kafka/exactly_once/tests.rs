//! The protocol against a log in memory, with kills at every step and workers that do not know that they are dead.
#![allow(clippy::unwrap_used)]
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use proptest::prelude::*;

use super::*;
use crate::{
    clock::now_ms,
    connectors::{format::Columns, kafka::records::MessageFormat},
    runtime::operator::OperatorContext,
    runtime::{TaskContext, cancel::Cancel},
    state::{RestoredState, SnapshotRows},
    types::{Field, TypeKind, Value},
};

/// A Kafka of one topic.
#[derive(Default)]
struct Log {
    messages: Vec<i64>,
    /// By slot: who holds it, and its marker.
    slots: HashMap<String, (u64, Option<Marker>)>,
    /// What the next commits do beside: fail before, or after they took effect.
    faults: Vec<Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Before,
    After,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Log>>);

struct FakeSlot {
    log: Shared,
    id: String,
    epoch: u64,
}

impl Slots for Shared {
    fn take_over(&mut self, sink_id: &str, subtask: u32, _: &Cancel) -> Result<Box<dyn Slot>, Stop> {
        let id = format!("{sink_id}-{subtask}");
        let mut log = self.0.lock().unwrap();
        let slot = log.slots.entry(id.clone()).or_default();
        slot.0 += 1;
        Ok(Box::new(FakeSlot { log: self.clone(), id, epoch: slot.0 }))
    }
}

fn failed(message: &str) -> Stop {
    Failure::new("test", message).into()
}

impl Slot for FakeSlot {
    fn marker(&mut self) -> Result<Option<Marker>, Stop> {
        let text = self.log.0.lock().unwrap().slots[&self.id].1.as_ref().map(Marker::text);
        Ok(text.map(|text| Marker::parse(&text).unwrap()))
    }

    fn commit(&mut self, messages: &[&OutMessage], marker: &Marker) -> Result<(), Stop> {
        let mut log = self.log.0.lock().unwrap();
        if log.slots[&self.id].0 != self.epoch {
            return Err(failed("fenced"));
        }
        let fault = log.faults.pop().unwrap_or(Fault::None);
        if fault == Fault::Before {
            return Err(failed("killed before"));
        }
        for message in messages {
            let text = String::from_utf8(message.value.clone().unwrap()).unwrap();
            log.messages.push(text.parse().unwrap());
        }
        log.slots.get_mut(&self.id).unwrap().1 = Some(marker.clone());
        if fault == Fault::After { Err(failed("killed after")) } else { Ok(()) }
    }
}

fn config() -> KafkaSinkConfig {
    let field = Field::new("n", TypeKind::BigInt.nullable());
    let options = BTreeMap::from([("format".to_owned(), "csv".to_owned())]);
    KafkaSinkConfig {
        topic: Some("t".to_owned()),
        format: MessageFormat::new(&options, std::slice::from_ref(&field), &[], false).unwrap(),
        columns: vec![(field, None)],
        options,
        fixed_partition: false,
        fire_and_forget: false,
    }
}

fn batch(numbers: std::ops::Range<i64>) -> Batch {
    let mut columns = Columns::new(&[Field::new("n", TypeKind::BigInt.nullable())]);
    for number in numbers {
        columns.writers[0].push(&Value::Integer(number));
        columns.end_row();
    }
    columns.finish().unwrap()
}

/// A job of one exactly-once sink, over restarts.
struct Job {
    log: Shared,
    sinks: Vec<ExactlyOnceSink>,
    /// Sinks of attempts that were replaced, and still run, with the last checkpoint that was complete in their time.
    zombies: Vec<(ExactlyOnceSink, u64)>,
    /// The last complete checkpoint of the attempt that runs.
    completed: Option<u64>,
    attempt: u32,
    next: i64,
    checkpoint: u64,
    complete: Option<(Vec<Box<[u8]>>, i64)>,
}

impl Job {
    fn start(&mut self, parallelism: u32) {
        // A start may be killed too: it is tried until it goes through.
        loop {
            self.attempt += 1;
            let sinks: Result<Vec<_>, Stop> = (0..parallelism).map(|subtask| self.open(subtask, parallelism)).collect();
            if let Ok(sinks) = sinks {
                let old = std::mem::replace(&mut self.sinks, sinks);
                if let Some(id) = self.completed.take() {
                    self.zombies.extend(old.into_iter().map(|sink| (sink, id)));
                }
                break;
            }
        }
        self.next = self.complete.as_ref().map_or(0, |(_, next)| *next);
    }

    fn open(&self, subtask: u32, parallelism: u32) -> Result<ExactlyOnceSink, Stop> {
        let attempt_id = format!("attempt{}", self.attempt).into();
        let task = TaskContext { subtask, parallelism, attempt_id, ..TaskContext::for_test() };
        let restored = self.complete.as_ref().map(|(elements, _)| {
            let mut restored = RestoredState::default();
            restored.lists.insert("pending".to_owned(), elements.clone());
            restored
        });
        let mut sink = ExactlyOnceSink::new(&config(), Box::new(self.log.clone()));
        sink.open(&mut OperatorContext { task: &task, index: 0, restored })?;
        Ok(sink)
    }

    fn write(&mut self) {
        let task = sink_task();
        for sink in &mut self.sinks {
            sink.write(&batch(self.next..self.next + 3), &task).unwrap();
            self.next += 3;
        }
    }

    /// Whether all sinks are well after it.
    fn checkpoint(&mut self, completes: bool, told: bool) -> bool {
        self.checkpoint += 1;
        let mut elements = Vec::new();
        for sink in &mut self.sinks {
            let mut writer = SnapshotWriter::default();
            writer.id = self.checkpoint;
            sink.snapshot(&mut writer).unwrap();
            match writer.states.remove("pending").unwrap().rows {
                SnapshotRows::List(list) => elements.extend(list),
                SnapshotRows::Table { .. } => unreachable!("it is a list"),
            }
        }
        if !completes {
            return true;
        }
        self.complete = Some((elements, self.next));
        self.completed = Some(self.checkpoint);
        let (id, task) = (self.checkpoint, sink_task());
        !told || self.sinks.iter_mut().all(|sink| sink.checkpoint_complete(id, &task).is_ok())
    }
}

fn sink_task() -> SinkTask {
    let task = TaskContext::for_test();
    SinkTask { cancel: task.cancel.clone(), metrics: Arc::clone(&task.metrics), index: 0 }
}

#[derive(Debug, Clone)]
enum Step {
    Write,
    Checkpoint {
        completes: bool,
        told: bool,
    },
    Restart(u32),
    /// Sinks of earlier attempts hear, late, that their checkpoint is complete.
    Zombies,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Write),
        4 => (prop::bool::weighted(0.8), prop::bool::weighted(0.7)).prop_map(|(completes, told)| Step::Checkpoint { completes, told }),
        2 => (1..4_u32).prop_map(Step::Restart),
        1 => Just(Step::Zombies),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![4 => Just(Fault::None), 1 => Just(Fault::Before), 1 => Just(Fault::After)]
}

proptest! {
    /// Whatever fails when: what is in the log is each row once, and never a row that may be computed again.
    #[test]
    fn each_row_is_written_once(steps in prop::collection::vec(step(), 1..40), faults in prop::collection::vec(fault(), 0..40)) {
        let log = Shared::default();
        log.0.lock().unwrap().faults = faults;
        let mut job = Job {
            log: log.clone(), sinks: Vec::new(), zombies: Vec::new(), attempt: 0, completed: None,
            next: 0, checkpoint: 0, complete: None,
        };
        job.start(2);
        for step in steps {
            match step {
                Step::Write => job.write(),
                Step::Checkpoint { completes, told } => {
                    if !job.checkpoint(completes, told) {
                        let parallelism = job.sinks.len() as u32;
                        job.start(parallelism);
                    }
                }
                Step::Restart(parallelism) => job.start(parallelism),
                Step::Zombies => {
                    let task = sink_task();
                    for (zombie, id) in &mut job.zombies {
                        let _ = zombie.checkpoint_complete(*id, &task);
                    }
                }
            }
            let covered = job.complete.as_ref().map_or(0, |(_, next)| *next);
            let mut written = log.0.lock().unwrap().messages.clone();
            written.sort_unstable();
            prop_assert!(written.windows(2).all(|pair| pair[0] < pair[1]), "twice: {:?}", written);
            prop_assert!(written.last().is_none_or(|last| *last < covered), "too early: {:?} of {}", written, covered);
        }
        log.0.lock().unwrap().faults.clear();
        job.start(1);
        job.write();
        prop_assert!(job.checkpoint(true, true));
        let mut written = log.0.lock().unwrap().messages.clone();
        written.sort_unstable();
        prop_assert_eq!(written, (0..job.next).collect::<Vec<_>>());
    }
}

#[test]
fn messages_of_an_old_checkpoint_without_a_marker_are_taken_for_written() {
    let log = Shared::default();
    let mut slots = log.clone();
    let cancel = TaskContext::for_test().cancel;
    let message = OutMessage { value: Some(b"7".to_vec()), ..OutMessage::default() };
    let pending = |made_ms| [Pending { checkpoint: 3, made_ms, messages: vec![message.clone()] }];
    let mut slot = slots.take_over("s", 0, &cancel).unwrap();
    ExactlyOnceSink::recover(&mut *slot, "a", &pending(0)).unwrap();
    assert_eq!(log.0.lock().unwrap().messages, Vec::<i64>::new());
    ExactlyOnceSink::recover(&mut *slot, "a", &pending(now_ms())).unwrap();
    ExactlyOnceSink::recover(&mut *slot, "a", &pending(now_ms())).unwrap();
    assert_eq!(log.0.lock().unwrap().messages, [7]);
}
