//! Whole jobs in this process: rows, watermarks, time, backpressure, failure and cancellation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use arrow_array::Int64Array;

use super::{
    Failure, Stop, TaskContext,
    graph::Exchange,
    harness::*,
    job::{Event, Outcome, launch},
    metrics::Values,
    operator::*,
    partition::HashPartitioner,
};
use crate::{
    clock::now_ms,
    state::SnapshotWriter,
    types::{Batch, DataType, TypeKind, Value},
};

fn numbers(values: impl IntoIterator<Item = i64>) -> Batch {
    let array = Int64Array::from_iter_values(values);
    let rows = arrow_array::Array::len(&array);
    Batch::inserts(vec![Arc::new(array)], rows)
}

fn bigint() -> Vec<DataType> {
    vec![TypeKind::BigInt.not_null()]
}

fn by_value() -> Exchange {
    Exchange::Hash(Arc::new(HashPartitioner::new(vec![0], bigint())))
}

fn values(collected: &Collected) -> Vec<i64> {
    let value = |(_, row): (_, Vec<Value>)| match row[0] {
        Value::Integer(value) => value,
        _ => unreachable!("a BIGINT"),
    };
    let mut values: Vec<i64> = collected.rows(&bigint()).into_iter().map(value).collect();
    values.sort_unstable();
    values
}

/// An operator of a closure over chunks, that notes the watermarks and the ends that it sees.
#[derive(Clone)]
struct Each<F>(F, Arc<Mutex<Vec<String>>>);

impl<F: FnMut(Chunk, &mut dyn Output) -> Result<(), Stop> + Clone + Send + 'static> Operator for Each<F> {
    fn open(&mut self, _: OperatorContext<'_>) -> Result<(), Stop> {
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        (self.0)(chunk, out)
    }

    fn watermark(&mut self, watermark: i64, _: &mut dyn Output) -> Result<bool, Stop> {
        self.1.lock().unwrap().push(watermark.to_string());
        Ok(true)
    }

    fn end_input(&mut self, input: usize, _: &mut dyn Output) -> Result<(), Stop> {
        self.1.lock().unwrap().push(format!("end {input}"));
        Ok(())
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

type Notes = Arc<Mutex<Vec<String>>>;

fn each<F>(notes: &Notes, f: F) -> impl OperatorFactory + use<F>
where
    F: FnMut(Chunk, &mut dyn Output) -> Result<(), Stop> + Clone + Send + Sync + 'static,
{
    let notes = Arc::clone(notes);
    move || Each(f.clone(), Arc::clone(&notes))
}

/// The value of a metric of all subtasks of a vertex, summed up.
fn sum(job: &mut super::job::RunningJob, vertex: usize, name: &str) -> f64 {
    let own = job.samplers.iter_mut().filter(|(index, ..)| *index == vertex);
    own.map(|(_, _, sampler)| sampler.sample()[name]).sum()
}

#[test]
fn every_record_arrives_once_over_every_exchange() {
    let count = 10_000;
    let items = || Items((0..100).map(|n| Item::Batch(numbers(n * 100..(n + 1) * 100))).collect());
    for (name, exchange, before, after, copies) in [
        ("forward", Exchange::Forward, 3, 3, 1),
        ("rebalance", Exchange::Rebalance, 2, 3, 1),
        ("broadcast", Exchange::Broadcast, 2, 3, 3),
        ("global", Exchange::Global, 3, 2, 1),
        ("hash", by_value(), 3, 4, 1),
    ] {
        let mut graph = GraphBuilder::default();
        let collected = Collected::default();
        let source = graph.source("s", before, items());
        let sink = graph.operator("sink", after, collected.clone(), vec![(source, exchange)]);
        let mut job = launch(&graph.build(), &environment()).unwrap();
        wait(&job).unwrap();
        let expect: Vec<i64> = (0..count).flat_map(|n| std::iter::repeat_n(n, copies)).collect();
        assert_eq!(values(&collected), expect, "{name}");
        assert_eq!(sum(&mut job, source, "numRecordsIn"), count as f64, "{name}");
        assert_eq!(sum(&mut job, source, "numRecordsOut"), count as f64, "{name}");
        assert_eq!(sum(&mut job, sink, "numRecordsIn"), (count as usize * copies) as f64, "{name}");
        assert_eq!(sum(&mut job, sink, "sink.numRecordsIn"), (count as usize * copies) as f64, "{name}");
        let bytes = (sum(&mut job, source, "numBytesOut"), sum(&mut job, sink, "numBytesIn"));
        assert!(bytes.0 == bytes.1 && bytes.0 >= (count * 8) as f64, "{name}: {bytes:?}");
    }
}

#[test]
fn watermarks_are_the_least_of_the_inputs_and_come_in_their_place() {
    let notes = Notes::default();
    let (first, second) = (
        vec![Item::Batch(numbers([1])), Item::Watermark(10), Item::Batch(numbers([2])), Item::Watermark(30)],
        vec![Item::Watermark(20), Item::Batch(numbers([3]))],
    );
    let operator = each(&notes, |chunk, out| out.emit(chunk));
    let collected = run_operator(operator, vec![first, second]).unwrap();
    assert_eq!(values(&collected), [1, 2, 3]);
    let notes = notes.lock().unwrap();
    let marks: Vec<i64> = notes.iter().filter_map(|note| note.parse().ok()).collect();
    assert!(marks.is_sorted() && marks.last() == Some(&i64::MAX));
    assert!(marks.iter().all(|mark| [10, 20, 30, i64::MAX].contains(mark)), "{notes:?}");
    assert!(notes.contains(&"end 0".to_owned()) && notes.contains(&"end 1".to_owned()));
}

/// A source without end of single rows, which counts what it gave.
struct Endless(Arc<AtomicU64>);

struct EndlessSource(Arc<AtomicU64>);

impl SourceFactory for Endless {
    fn open(&self, _: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        Ok(Box::new(EndlessSource(Arc::clone(&self.0))))
    }
}

impl Source for EndlessSource {
    fn next(&mut self, _: &TaskContext) -> Result<Next, Stop> {
        let given = self.0.fetch_add(1, Ordering::Relaxed);
        let rows = given as i64 * 3000;
        Ok(Next::Chunk(Chunk::Batch(numbers(rows..rows + 3000))))
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

fn sample_until(job: &mut super::job::RunningJob, vertex: usize, enough: impl Fn(&Values) -> bool) -> Values {
    let deadline = Instant::now() + PATIENCE;
    loop {
        thread::sleep(Duration::from_millis(300));
        let own = job.samplers.iter_mut().find(|(index, ..)| *index == vertex).unwrap();
        let values = own.2.sample();
        if enough(&values) {
            return values;
        }
        assert!(Instant::now() < deadline, "it never came to be: {values:#?}");
    }
}

#[test]
fn a_slow_sink_is_busy_and_holds_its_source_back_within_the_bound() {
    let (given, notes) = (Arc::new(AtomicU64::new(0)), Notes::default());
    let taken = Arc::new(AtomicU64::new(0));
    let mut graph = GraphBuilder::default();
    let source = graph.source("s", 1, Endless(Arc::clone(&given)));
    let counter = Arc::clone(&taken);
    let slow = each(&notes, move |_, _| {
        thread::sleep(Duration::from_millis(100));
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let sink = graph.operator("slow", 1, slow, vec![(source, Exchange::Forward)]);
    let mut job = launch(&graph.build(), &environment()).unwrap();
    let held = sample_until(&mut job, source, |values| values["backPressuredTimeMsPerSecond"] > 900.0);
    let busy = sample_until(&mut job, sink, |values| values["busyTimeMsPerSecond"] > 900.0);
    for values in [&held, &busy] {
        let times = ["busyTimeMsPerSecond", "idleTimeMsPerSecond", "backPressuredTimeMsPerSecond"];
        assert_eq!(times.iter().map(|name| values[*name]).sum::<f64>(), 1000.0);
    }
    assert_eq!(busy["Shuffle.Netty.Input.Buffers.inPoolUsage"], 1.0);
    // What the queue holds, what waits before it, what is being made, and what is being taken.
    let ahead = given.load(Ordering::Relaxed) - taken.load(Ordering::Relaxed);
    assert!(ahead <= super::gate::CHANNEL_MESSAGES as u64 + 3, "{ahead} batches ahead");
    let told = Instant::now();
    job.cancel();
    wait(&job).unwrap();
    assert!(told.elapsed() < Duration::from_millis(300), "{:?}", told.elapsed());
}

#[test]
fn the_first_failure_is_told_with_its_place_and_a_panic_is_one() {
    for (fail, message) in [
        ((|| Err(Failure::new("test.Broken", "it broke").into())) as fn() -> Result<(), Stop>, "it broke"),
        (|| panic!("it panicked"), "it panicked"),
    ] {
        let (given, notes) = (Arc::new(AtomicU64::new(0)), Notes::default());
        let mut graph = GraphBuilder::default();
        let source = graph.source("s", 2, Endless(given));
        let operator = each(&notes, move |_, _| fail());
        graph.operator("op", 2, operator, vec![(source, Exchange::Rebalance)]);
        let job = launch(&graph.build(), &environment()).unwrap();
        let failure = wait(&job).unwrap_err();
        assert_eq!(failure.message, message);
        assert!(failure.frames.last().unwrap().starts_with("op ("), "{failure:?}");
    }
}

/// An operator that sends a number a while after each record, by the clock.
#[derive(Default)]
struct Delayed(Vec<i64>);

impl Operator for Delayed {
    fn open(&mut self, _: OperatorContext<'_>) -> Result<(), Stop> {
        Ok(())
    }

    fn process(&mut self, _: usize, _: Chunk, _: &mut dyn Output) -> Result<(), Stop> {
        self.0.push(now_ms() + 50);
        Ok(())
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.0.first().copied()
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let due = self.0.remove(0);
        out.emit(Chunk::Batch(numbers([now - due])))
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

/// One batch, then nothing for long.
struct Once;

struct OnceSource(bool);

impl SourceFactory for Once {
    fn open(&self, _: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        Ok(Box::new(OnceSource(false)))
    }
}

impl Source for OnceSource {
    fn next(&mut self, _: &TaskContext) -> Result<Next, Stop> {
        Ok(match std::mem::replace(&mut self.0, true) {
            false => Next::Chunk(Chunk::Batch(numbers([1]))),
            true => Next::Wait(Duration::from_secs(3600)),
        })
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

#[test]
fn timers_of_the_clock_fire_in_time_and_an_idle_job_does_nothing() {
    let mut graph = GraphBuilder::default();
    let collected = Collected::default();
    let source = graph.source("s", 1, Once);
    let delayed = graph.operator("delayed", 1, Delayed::default, vec![(source, Exchange::Forward)]);
    graph.chain(delayed, "sink", collected.clone());
    let mut job = launch(&graph.build(), &environment()).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while values(&collected).is_empty() {
        assert!(Instant::now() < deadline, "it never fired");
        thread::sleep(Duration::from_millis(5));
    }
    let late = values(&collected)[0];
    assert!((0..40).contains(&late), "{late} ms late");
    let idle = sample_until(&mut job, delayed, |values| values["idleTimeMsPerSecond"] > 990.0);
    assert!(idle["cpuTimeMsPerSecond"] < 5.0, "{idle:?}");
    job.cancel();
    let mut events = std::iter::from_fn(|| job.events.recv_timeout(PATIENCE).ok());
    let ended = events.find_map(|event| if let Event::Ended(ended) = event { Some(ended) } else { None });
    assert_eq!(ended.unwrap().outcome, Outcome::Cancelled);
}
