//! Calls: their order, repetitions, time-outs, and what of them is in a snapshot.
#![allow(clippy::unwrap_used)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use super::*;
use crate::{
    dataflow::{
        Config, Dataflow, Job,
        tests::{Emitted, chunk, open, written},
    },
    runtime::operator::Operator,
};

const NAME: &str = "ask";

/// A service that answers when it is let: each number with its double.
#[derive(Clone)]
struct Service {
    /// Which number may be answered.
    may: Arc<Vec<Semaphore>>,
    asked: Arc<Mutex<Vec<usize>>>,
}

impl Service {
    fn new() -> Self {
        Self { may: Arc::new((0..10).map(|_| Semaphore::new(0)).collect()), asked: Arc::default() }
    }

    fn graph(&self, options: Async) -> Job {
        let (flow, service) = (Dataflow::new("test"), self.clone());
        flow.collection("numbers", Vec::<usize>::new())
            .async_map(NAME, options, move |n| {
                let service = service.clone();
                async move {
                    service.asked.lock().unwrap().push(n);
                    service.may[n].acquire().await?.forget();
                    Ok(n * 2)
                }
            })
            .for_each("sink", |_| {});
        flow.build(&Config::new()).unwrap()
    }

    fn answer(&self, n: usize) {
        self.may[n].add_permits(1);
    }
}

/// Wakes the operator until it has emitted so many values.
fn wake_until(operator: &mut dyn Operator, out: &mut Emitted<usize>, values: usize) {
    let begun = Instant::now();
    while out.values.len() < values {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", out.values);
        std::thread::sleep(Duration::from_millis(1));
        operator.woken(out).unwrap();
    }
}

#[test]
fn calls_that_are_under_way_are_made_again() {
    let service = Service::new();
    let graph = service.graph(Async::ordered());
    let mut operator = open(&graph, NAME, Vec::new());
    let mut out = Emitted::<usize>::default();
    operator.process(0, chunk([(1_usize, 10), (2, 20)]), &mut out).unwrap();
    assert!(!operator.watermark(20, &mut out).unwrap(), "it waits for the answers before it");
    operator.process(0, chunk([(3_usize, 30)]), &mut out).unwrap();
    service.answer(3);
    service.answer(1);
    wake_until(operator.as_mut(), &mut out, 1);
    let snapshot = written(operator.as_mut());
    assert_eq!((out.values.clone(), out.watermarks.len()), (vec![(2, Some(10))], 0));
    drop(operator);

    service.asked.lock().unwrap().clear();
    let (mut operator, mut out) = (open(&graph, NAME, vec![snapshot]), Emitted::<usize>::default());
    operator.process(0, chunk([(4_usize, 40)]), &mut out).unwrap();
    (2..5).for_each(|n| service.answer(n));
    operator.end_input(0, &mut out).unwrap();
    assert_eq!(out.values, [(4, Some(20)), (6, Some(30)), (8, Some(40))]);
    let mut asked = service.asked.lock().unwrap().clone();
    asked.sort_unstable();
    assert_eq!(asked, [2, 3, 4]);
    assert!(operator.watermark(i64::MAX, &mut out).unwrap());
}

#[test]
fn unordered_answers_keep_to_their_side_of_a_watermark() {
    let service = Service::new();
    let mut operator = open(&service.graph(Async::unordered()), NAME, Vec::new());
    let mut out = Emitted::<usize>::default();
    operator.process(0, chunk([(1_usize, 1), (2, 2)]), &mut out).unwrap();
    operator.watermark(2, &mut out).unwrap();
    operator.process(0, chunk([(3_usize, 3)]), &mut out).unwrap();
    service.answer(3);
    service.answer(2);
    wake_until(operator.as_mut(), &mut out, 1);
    service.answer(1);
    wake_until(operator.as_mut(), &mut out, 3);
    assert_eq!(out.values.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [4, 2, 6]);
    assert_eq!(out.watermarks, [(2, 2)]);
}

#[test]
fn no_more_calls_are_under_way_than_it_may_have() {
    let service = Service::new();
    let mut operator = open(&service.graph(Async::ordered().capacity(2)), NAME, Vec::new());
    let mut out = Emitted::<usize>::default();
    let answering = service.clone();
    let answers = std::thread::spawn(move || {
        for n in 0..6 {
            std::thread::sleep(Duration::from_millis(5));
            let asked = answering.asked.lock().unwrap().len();
            assert!(asked <= n + 2, "{asked} calls, {n} answers");
            answering.answer(n);
        }
    });
    operator.process(0, chunk((0..6_usize).map(|n| (n, 0))), &mut out).unwrap();
    operator.end_input(0, &mut out).unwrap();
    answers.join().unwrap();
    assert_eq!(out.values.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [0, 2, 4, 6, 8, 10]);
}

/// Runs calls of which the first `failing` fail; the failure of the job, and how many calls there were.
fn run(options: Async, failing: u32, config: Config) -> (Result<Vec<usize>, String>, u32) {
    let calls = Arc::new(AtomicU32::new(0));
    let answers = Arc::new(Mutex::new(Vec::new()));
    let (counted, sink) = (Arc::clone(&calls), Arc::clone(&answers));
    let flow = Dataflow::new("test");
    flow.collection("numbers", [1_usize])
        .async_map(NAME, options, move |n| {
            let call = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                match call < failing {
                    true => Err("the service is away".into()),
                    false => {
                        tokio::time::sleep(Duration::from_millis(40)).await;
                        Ok(n)
                    }
                }
            }
        })
        .for_each("sink", move |n| sink.lock().unwrap().push(n));
    let ran = crate::dataflow::run(flow.build(&config).unwrap());
    let result = ran.map(|()| answers.lock().unwrap().clone()).map_err(|error| error.to_string());
    (result, calls.load(Ordering::Relaxed))
}

#[test]
fn calls_that_fail_are_repeated_and_calls_that_hang_time_out() {
    let twice = || Async::ordered().retries(2, Duration::from_millis(1));
    assert_eq!(run(twice(), 2, Config::new()), (Ok(vec![1]), 3));
    let (failed, calls) = run(twice(), 3, Config::new());
    assert!(failed.unwrap_err().contains("an asynchronous call failed after 3 attempts: the service is away"));
    assert_eq!(calls, 3);
    let (failed, _) = run(Async::ordered(), 1, Config::new());
    assert!(failed.unwrap_err().contains("an asynchronous call failed: the service is away"));
    let (failed, _) = run(Async::ordered().timeout(Duration::from_millis(5)), 0, Config::new());
    assert!(failed.unwrap_err().contains("has not been answered within 5ms"));
    let config = Config::new().set("operator.ask.async.retries", "1").set("operator.ask.async.retry-delay", "1 ms");
    assert_eq!(run(Async::ordered(), 1, config), (Ok(vec![1]), 2), "the configuration goes before the code");
}

#[test]
fn repetitions_wait_longer_and_longer() {
    let options = Async::ordered().retries(9, Duration::from_millis(100));
    let waits: Vec<u128> = (0..9).map(|n| options.delay(n).as_millis()).collect();
    assert_eq!(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
}
