//! Joins against every pair.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;

use crate::dataflow::{
    Dataflow, Job, Tumbling,
    tests::{Emitted, chunk, open, written},
};

const NAME: &str = "join";

/// Key, number, time.
type Event = (u8, usize, i64);
type Pair = (usize, usize);

fn graph(bounds: Option<(i64, i64)>) -> Job {
    let flow = Dataflow::new("test");
    let left = flow.collection("left", Vec::<Event>::new()).key_by(|event| event.0);
    let right = flow.collection("right", Vec::<Event>::new()).key_by(|event| event.0);
    let pair = |l: &Event, r: &Event| (l.1, r.1);
    let pairs = match bounds {
        Some((lower, upper)) => left.interval_join(&right, lower..=upper).map(NAME, pair),
        None => left.window_join(&right, Tumbling::of(Duration::from_millis(10))).map(NAME, pair),
    };
    pairs.for_each("sink", |_| {});
    flow.build(&Default::default()).unwrap()
}

#[derive(Debug, Clone)]
enum Step {
    /// On which side, which key, how long after the watermark.
    Event(usize, u8, i64),
    Watermark(i64),
    Restore,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0usize..2, 0u8..2, -5i64..20).prop_map(|(side, key, after)| Step::Event(side, key, after)),
        2 => (1i64..12).prop_map(Step::Watermark),
        1 => Just(Step::Restore),
    ];
    proptest::collection::vec(step, 1..80)
}

fn check(bounds: Option<(i64, i64)>, steps: Vec<Step>) {
    let graph = graph(bounds);
    let mut operator = open(&graph, NAME, Vec::new());
    let mut out = Emitted::<Pair>::default();
    let mut sides: [Vec<Event>; 2] = [Vec::new(), Vec::new()];
    let mut watermark = 0;
    operator.watermark(watermark, &mut out).unwrap();
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            Step::Event(side, key, after) => {
                let event = (key, number, watermark + after);
                let late = match bounds {
                    Some(_) => event.2 <= watermark,
                    None => event.2 - event.2.rem_euclid(10) + 9 <= watermark,
                };
                if !late {
                    sides[side].push(event);
                }
                operator.process(side, chunk([(event, event.2)]), &mut out).unwrap();
            }
            Step::Watermark(by) => {
                watermark += by;
                operator.watermark(watermark, &mut out).unwrap();
            }
            Step::Restore => operator = open(&graph, NAME, vec![written(operator.as_mut())]),
        }
    }
    operator.watermark(i64::MAX, &mut out).unwrap();
    let meet = |l: &Event, r: &Event| match bounds {
        Some((lower, upper)) => (l.2 + lower..=l.2 + upper).contains(&r.2),
        None => l.2.div_euclid(10) == r.2.div_euclid(10),
    };
    let pairs = |l: &Event| -> Vec<(Pair, i64)> {
        let partners = sides[1].iter().filter(|r| l.0 == r.0 && meet(l, r));
        let time = |r: &Event| if bounds.is_some() { l.2.max(r.2) } else { l.2 - l.2.rem_euclid(10) + 9 };
        partners.map(|r| ((l.1, r.1), time(r))).collect()
    };
    let mut expected: Vec<_> = sides[0].iter().flat_map(pairs).map(|(pair, time)| (pair, Some(time))).collect();
    expected.sort_unstable();
    out.values.sort_unstable();
    assert_eq!(out.values, expected, "{bounds:?}");
    let left: usize = written(operator.as_mut())
        .states
        .values()
        .map(|state| match &state.rows {
            crate::state::SnapshotRows::Table { rows, .. } => rows.len() as usize,
            crate::state::SnapshotRows::List(_) => 0,
        })
        .sum();
    assert_eq!(left, 0, "nothing waits after the end");
}

proptest! {
    #[test]
    fn interval_joins_are_all_pairs_that_are_near(steps in steps(), lower in -9i64..9, upper in -9i64..9) {
        check(Some((lower, upper)), steps);
    }

    #[test]
    fn window_joins_are_all_pairs_of_a_window(steps in steps()) {
        check(None, steps);
    }
}
