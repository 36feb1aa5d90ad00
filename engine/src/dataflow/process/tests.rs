//! State and timers of processes, through restores.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    dataflow::{
        Dataflow, Job,
        tests::{Emitted, chunk, open, written},
    },
    state::SnapshotWriter,
};

const NAME: &str = "process";

/// Remembers values in all kinds of state, and tells when asked by a timer.
struct Remember {
    last: ValueState<f64>,
    by_name: MapState<String, f64>,
    all: ListState<f64>,
}

type Value = (u8, String, f64);

impl Process<u8, Value> for Remember {
    type Output = String;

    fn process(&mut self, (_, name, value): Value, context: &mut Context<'_, u8, String>) -> Result<(), BoxError> {
        if name.is_empty() {
            return Err("a value without a name".into());
        }
        self.last.set(value);
        self.by_name.insert(&name, value);
        self.all.push(value);
        let time = context.timestamp().unwrap();
        context.event_timer(time + 10);
        context.processing_timer(time + 1000);
        if name == "twice" {
            context.delete_event_timer(time + 10);
        }
        Ok(())
    }

    fn on_timer(&mut self, timer: Timer, context: &mut Context<'_, u8, String>) -> Result<(), BoxError> {
        let told = format!(
            "{} {timer:?} {:?} {:?} {:?}",
            context.key(),
            self.last.get(),
            self.by_name.iter(),
            self.all.iter()
        );
        context.emit(told);
        if matches!(timer, Timer::Processing(_)) {
            self.last.take();
            self.by_name.clear();
            self.all.take();
        }
        Ok(())
    }
}

fn graph() -> Job {
    let flow = Dataflow::new("test");
    flow.collection("values", Vec::<Value>::new())
        .key_by(|value| value.0)
        .process(NAME, |states| Remember {
            last: states.value("last"),
            by_name: states.map("by name"),
            all: states.list("all"),
        })
        .for_each("sink", |_| {});
    flow.build(&Default::default()).unwrap()
}

fn value(key: u8, name: &str, value: f64, time: i64) -> (Value, i64) {
    ((key, name.to_owned(), value), time)
}

#[test]
fn state_and_timers_are_of_their_key_and_come_back() {
    let graph = graph();
    let mut operator = open(&graph, NAME, Vec::new());
    let mut out = Emitted::<String>::default();
    let values = [value(1, "b", 1.5, 5), value(2, "x", 9.0, 6), value(1, "a", 2.5, 5), value(2, "twice", 8.0, 3)];
    operator.process(0, chunk(values), &mut out).unwrap();
    operator.watermark(14, &mut out).unwrap();
    assert!(out.values.is_empty());
    operator = open(&graph, NAME, vec![written(operator.as_mut())]);
    operator.watermark(15, &mut out).unwrap();
    let told = |out: &mut Emitted<String>| std::mem::take(&mut out.values);
    let first = "1 Event(15) Some(2.5) [(\"a\", 2.5), (\"b\", 1.5)] [1.5, 2.5]";
    assert_eq!(told(&mut out), [(first.to_owned(), Some(15))]);
    assert_eq!(operator.next_processing_time(), Some(1003));
    operator.processing_time(1005, &mut out).unwrap();
    operator.watermark(16, &mut out).unwrap();
    assert_eq!(
        told(&mut out).into_iter().map(|(told, _)| told).collect::<Vec<_>>(),
        [
            "2 Processing(1003) Some(8.0) [(\"x\", 9.0), (\"twice\", 8.0)] [9.0, 8.0]",
            "1 Processing(1005) Some(2.5) [(\"a\", 2.5), (\"b\", 1.5)] [1.5, 2.5]",
            "2 Event(16) None [] []",
        ]
    );
}

#[test]
fn errors_of_a_process_and_values_that_are_no_json_fail_the_job() {
    let graph = graph();
    let mut operator = open(&graph, NAME, Vec::new());
    let mut out = Emitted::<String>::default();
    let failed = operator.process(0, chunk([value(1, "", 1.0, 0)]), &mut out);
    assert!(format!("{failed:?}").contains("a value without a name"), "{failed:?}");
    operator.process(0, chunk([value(1, "nan", f64::NAN, 0)]), &mut out).unwrap();
    let failed = operator.snapshot(&mut SnapshotWriter::savepoint(1));
    assert!(format!("{failed:?}").contains("a f64 does not come back from JSON"), "{failed:?}");
}
