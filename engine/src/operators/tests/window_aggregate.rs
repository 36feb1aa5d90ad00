use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use crate::{
    operators::{
        spec::{AggregateFunction::*, WindowAggregateSpec, WindowKind, WindowProperty, WindowSource},
        testing::*,
        window,
    },
    runtime::operator::OperatorFactory,
    types::{DataType, Schema, TypeKind, Value},
};

/// A key, a value, the time.
fn input() -> Schema {
    schema(&[TypeKind::Int, TypeKind::BigInt, TypeKind::Timestamp(3)])
}

fn spec(kind: WindowKind, rowtime: Option<usize>) -> WindowAggregateSpec {
    let input = input();
    let mut distinct = call(&input, Count, &[1], TypeKind::BigInt);
    distinct.distinct = true;
    let stamp = TypeKind::Timestamp(3).not_null();
    WindowAggregateSpec {
        window: WindowSource::Assign { kind, rowtime, zone: None },
        keys: vec![0],
        aggregates: vec![
            call(&input, Count, &[], TypeKind::BigInt),
            call(&input, Sum, &[1], TypeKind::BigInt),
            call(&input, Max, &[1], TypeKind::BigInt),
            distinct,
        ],
        properties: vec![(WindowProperty::Start, stamp.clone()), (WindowProperty::End, stamp)],
        input,
        input_changes: false,
    }
}

fn types() -> Vec<DataType> {
    let mut types = vec![TypeKind::Int.nullable()];
    types.extend(vec![TypeKind::BigInt.nullable(); 4]);
    types.extend(vec![TypeKind::Timestamp(3).not_null(); 2]);
    types
}

fn make(spec: WindowAggregateSpec) -> Arc<dyn OperatorFactory> {
    window::aggregate(spec)
}

fn row(key: i64, value: i64, ms: i64) -> Row {
    insert(vec![int(key), int(value), time(ms)])
}

#[track_caller]
fn check(spec: WindowAggregateSpec, events: &[Event], expect: &[&str]) {
    assert_eq!(shown(&run(&make(spec), &input(), events, &types())), expect);
}

const TUMBLE: WindowKind = WindowKind::Tumble { size_ms: 10, offset_ms: 0 };
const HOP: WindowKind = WindowKind::Hop { slide_ms: 5, size_ms: 10, offset_ms: 0 };

#[test]
fn windows_fire_when_the_watermark_is_at_their_last_millisecond() {
    check(
        spec(TUMBLE, Some(2)),
        &[
            Event::Rows(vec![row(2, 5, 3), row(1, 6, 12), row(1, 7, 9), row(2, 5, 8)]),
            Event::Watermark(8),
            Event::Rows(vec![row(1, 1, 0)]),
            Event::Watermark(9),
            Event::Rows(vec![row(1, 100, 9), row(3, 1, 10)]),
            Event::Watermark(i64::MAX),
        ],
        &[
            "+I[2, 2, 10, 5, 1, 0, 10000]",
            "+I[1, 2, 8, 7, 2, 0, 10000]",
            "+I[1, 1, 6, 6, 1, 10000, 20000]",
            "+I[3, 1, 1, 1, 1, 10000, 20000]",
        ],
    );
}

#[test]
fn a_row_counts_in_the_windows_that_have_not_fired() {
    check(
        spec(HOP, Some(2)),
        &[
            Event::Rows(vec![row(1, 1, 2), row(1, 1, 7)]),
            Event::Watermark(4),
            Event::Rows(vec![row(1, 2, 3), row(2, 9, -1)]),
            Event::Watermark(20),
        ],
        &["+I[1, 1, 1, 1, 1, -5000, 5000]", "+I[1, 3, 4, 2, 2, 0, 10000]", "+I[1, 1, 1, 1, 1, 5000, 15000]"],
    );
}

#[test]
fn cumulating_windows_grow() {
    check(
        spec(WindowKind::Cumulate { step_ms: 5, max_ms: 15, offset_ms: 0 }, Some(2)),
        &[Event::Rows(vec![row(1, 1, 2), row(1, 2, 12)]), Event::Watermark(i64::MAX)],
        &["+I[1, 1, 1, 1, 1, 0, 5000]", "+I[1, 1, 1, 1, 1, 0, 10000]", "+I[1, 2, 3, 2, 2, 0, 15000]"],
    );
}

#[test]
fn windows_of_processing_time_fire_by_the_clock() {
    check(
        spec(TUMBLE, None),
        &[Event::Rows(vec![row(1, 1, 2)]), Event::Watermark(i64::MAX), Event::Clock(9), Event::Clock(10)],
        &["+I[1, 1, 1, 1, 1, 0, 10000]"],
    );
}

#[test]
fn windows_that_rows_bring_along_are_taken_as_they_are() {
    let mut spec = spec(TUMBLE, None);
    spec.input = schema(&[TypeKind::Int, TypeKind::BigInt, TypeKind::Timestamp(3), TypeKind::Timestamp(3)]);
    spec.window = WindowSource::Columns { start: 2, end: 3, zone: None };
    let row = |key, value, start, end| insert(vec![int(key), int(value), time(start), time(end)]);
    let events = [
        Event::Rows(vec![row(1, 1, 0, 10), row(1, 2, 5, 10), row(1, 3, 0, 10), row(1, 4, 10, 20)]),
        Event::Watermark(9),
        Event::Rows(vec![row(1, 4, 0, 10)]),
        Event::Watermark(19),
    ];
    let schema = spec.input.clone();
    assert_eq!(
        shown(&run(&make(spec), &schema, &events, &types())),
        ["+I[1, 2, 4, 3, 2, 0, 10000]", "+I[1, 1, 2, 2, 1, 5000, 10000]", "+I[1, 1, 4, 4, 1, 10000, 20000]"]
    );
}

/// Every window, from all rows that were not late for it.
fn oracle(kind: WindowKind, events: &[Event]) -> Vec<String> {
    let mut windows: BTreeMap<(i64, i64, i64), Vec<i64>> = BTreeMap::new();
    let mut watermark = i64::MIN;
    for event in events {
        match event {
            Event::Watermark(time) => watermark = watermark.max(*time),
            Event::Rows(rows) => {
                for (_, row) in rows {
                    let (Value::Integer(key), Value::Integer(value), Value::Timestamp(us)) =
                        (&row[0], &row[1], &row[2])
                    else {
                        panic!()
                    };
                    for (start, end) in windows_of(kind, us / 1000) {
                        if end - 1 > watermark {
                            windows.entry((*key, start, end)).or_default().push(*value);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let result = |((key, start, end), values): ((i64, i64, i64), Vec<i64>)| {
        let distinct = values.iter().collect::<std::collections::BTreeSet<_>>().len() as i64;
        let sum = values.iter().sum::<i64>();
        let max = values.iter().max().copied();
        insert(vec![int(key), int(values.len() as i64), int(sum), int(max), int(distinct), time(start), time(end)])
    };
    materialised(&windows.into_iter().map(result).collect::<Vec<_>>())
}

fn windows_of(kind: WindowKind, time: i64) -> Vec<(i64, i64)> {
    let starts = |step: i64| (-30..60).map(move |n| n * step);
    let all: Vec<(i64, i64)> = match kind {
        WindowKind::Tumble { size_ms, .. } => starts(size_ms).map(|s| (s, s + size_ms)).collect(),
        WindowKind::Hop { slide_ms, size_ms, .. } => starts(slide_ms).map(|s| (s, s + size_ms)).collect(),
        WindowKind::Cumulate { step_ms, max_ms, .. } => {
            starts(max_ms).flat_map(|s| (1..=max_ms / step_ms).map(move |n| (s, s + n * step_ms))).collect()
        }
        WindowKind::Session { .. } => Vec::new(),
    };
    all.into_iter().filter(|(start, end)| (*start..*end).contains(&time)).collect()
}

fn kinds() -> impl Strategy<Value = WindowKind> {
    prop_oneof![
        Just(TUMBLE),
        Just(HOP),
        Just(WindowKind::Hop { slide_ms: 4, size_ms: 10, offset_ms: 0 }),
        Just(WindowKind::Hop { slide_ms: 7, size_ms: 3, offset_ms: 0 }),
        Just(WindowKind::Cumulate { step_ms: 3, max_ms: 12, offset_ms: 0 }),
    ]
}

/// Rows out of order, and watermarks, some of them past rows that come later.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => prop::collection::vec((0..3_i64, 0..4_i64, 0..60_i64), 1..6)
            .prop_map(|rows| Event::Rows(rows.into_iter().map(|(k, v, t)| row(k, v, t)).collect())),
        1 => (0..60_i64).prop_map(Event::Watermark),
    ];
    prop::collection::vec(event, 0..20).prop_map(|mut events| {
        let mut watermark = i64::MIN;
        for event in &mut events {
            if let Event::Watermark(time) = event {
                watermark = watermark.max(*time);
                *time = watermark;
            }
        }
        events.push(Event::Watermark(i64::MAX));
        events
    })
}

proptest! {
    #[test]
    fn each_window_holds_the_rows_that_were_not_late(kind in kinds(), events in events()) {
        let rows = run(&make(spec(kind, Some(2))), &input(), &events, &types());
        prop_assert_eq!(materialised(&rows), oracle(kind, &events));
    }

    #[test]
    fn the_result_is_the_same_after_a_restore(
        kind in kinds(),
        events in events(),
        at: prop::sample::Index,
        parallelism in 1..3_u32,
    ) {
        let before = at.index(events.len());
        let rows = run_restored(&make(spec(kind, Some(2))), &input(), &events, &types(), (before, parallelism, &[0]));
        prop_assert_eq!(materialised(&rows), oracle(kind, &events));
    }
}
