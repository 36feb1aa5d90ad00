//! Windows against a list of them.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::dataflow::{
    Dataflow, Tag,
    tests::{Emitted, chunk, open, written},
};

type Click = (u8, i64);
type Counts = Vec<(u8, i64, i64, u64)>;

const NAME: &str = "count";

fn graph(windows: Windows, late: &Tag<Click>) -> crate::dataflow::Job {
    let flow = Dataflow::new("test");
    let clicks = flow.collection("clicks", Vec::<Click>::new());
    clicks.key_by(|click| click.0).window(windows).late_to(late).count(NAME).for_each("sink", |_| {});
    flow.build(&Default::default()).unwrap()
}

/// What the windows are, from scratch: open ones, and those that were emitted.
#[derive(Default)]
struct Oracle {
    open: Counts,
    fired: Counts,
    watermark: i64,
}

impl Oracle {
    /// `false` where the value is late.
    fn add(&mut self, windows: Windows, (key, time): Click) -> bool {
        let mut in_time = false;
        for (mut start, mut end) in windows.of(time) {
            let mut count = 1;
            if windows.merge() {
                let (touching, open) =
                    self.open.drain(..).partition(|(k, s, e, _)| *k == key && *s <= end && start <= *e);
                self.open = open;
                for (_, s, e, n) in Counts::from_iter::<Counts>(touching) {
                    (start, end, count) = (start.min(s), end.max(e), count + n);
                }
            }
            if end - 1 <= self.watermark {
                continue;
            }
            in_time = true;
            match self.open.iter_mut().find(|(k, s, e, _)| (*k, *s, *e) == (key, start, end)) {
                Some(kept) => kept.3 += count,
                None => self.open.push((key, start, end, count)),
            }
        }
        in_time
    }

    fn advance(&mut self, watermark: i64) {
        self.watermark = watermark;
        let over = self.open.extract_if(.., |(_, _, end, _)| *end - 1 <= watermark);
        self.fired.extend(over);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Click(u8, i64),
    Watermark(i64),
    Restore,
}

proptest! {
    #[test]
    fn each_value_is_counted_in_its_windows(
        steps in proptest::collection::vec(prop_oneof![
            8 => (0u8..2, -15i64..30).prop_map(|(key, after)| Step::Click(key, after)),
            2 => (1i64..15).prop_map(Step::Watermark),
            1 => Just(Step::Restore),
        ], 1..80),
        windows in prop_oneof![
            Just(Tumbling::of(Duration::from_millis(10))),
            Just(Sliding::of(Duration::from_millis(10), Duration::from_millis(4))),
            Just(Session::with_gap(Duration::from_millis(6))),
        ],
    ) {
        let tag = Tag::new();
        let graph = graph(windows, &tag);
        let mut operator = open(&graph, NAME, Vec::new());
        let (mut out, mut late) = (Emitted::<Windowed<u8, u64>>::default(), Emitted::<Click>::default());
        let mut oracle = Oracle { watermark: i64::MIN, ..Oracle::default() };
        let (mut watermark, mut lates) = (0, Vec::new());
        for step in steps {
            match step {
                Step::Click(key, after) => {
                    let click = (key, watermark + after);
                    if !oracle.add(windows, click) {
                        lates.push(click);
                    }
                    operator.process(0, chunk([(click, click.1)]), &mut late).unwrap();
                }
                Step::Watermark(by) => {
                    watermark += by;
                    oracle.advance(watermark);
                    operator.watermark(watermark, &mut out).unwrap();
                }
                Step::Restore => operator = open(&graph, NAME, vec![written(operator.as_mut())]),
            }
        }
        oracle.advance(i64::MAX);
        operator.watermark(i64::MAX, &mut out).unwrap();
        prop_assert!(out.values.iter().all(|(window, time)| *time == Some(window.end - 1)));
        let mut fired: Counts = out.values.iter().map(|(w, _)| (w.key, w.start, w.end, w.value)).collect();
        fired.sort_unstable();
        oracle.fired.sort_unstable();
        prop_assert_eq!(fired, oracle.fired);
        prop_assert_eq!(late.sides.into_iter().map(|(_, click)| click).collect::<Vec<_>>(), lates);
    }
}

#[test]
fn windows_of_the_clock_are_over_when_it_says_so() {
    let tag = Tag::new();
    let graph = graph(Tumbling::of(Duration::from_millis(50)).processing_time(), &tag);
    let mut operator = open(&graph, NAME, Vec::new());
    let mut out = Emitted::<Windowed<u8, u64>>::default();
    operator
        .process(
            0,
            crate::dataflow::record::chunk_of(vec![crate::dataflow::record::Record {
                value: (1_u8, 0_i64),
                timestamp: None,
            }]),
            &mut out,
        )
        .unwrap();
    operator.watermark(i64::MAX, &mut out).unwrap();
    assert!(out.values.is_empty());
    let due = operator.next_processing_time().unwrap();
    operator.processing_time(due, &mut out).unwrap();
    assert_eq!((out.values.len(), out.values[0].0.value, out.values[0].0.end), (1, 1, due));
}
