use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    operators::{
        spec::{AggregateFunction::*, WindowAggregateSpec, WindowAssignSpec, WindowKind, WindowProperty, WindowSource},
        testing::*,
        window,
    },
    runtime::operator::OperatorFactory,
    types::{DataType, Schema, TypeKind, Value},
};

const GAP: i64 = 10;

/// A key, a value, the time.
fn input() -> Schema {
    schema(&[TypeKind::Int, TypeKind::BigInt, TypeKind::Timestamp(3)])
}

fn source(rowtime: Option<usize>) -> WindowSource {
    WindowSource::Assign { kind: WindowKind::Session { gap_ms: GAP }, rowtime, zone: None }
}

fn make(rowtime: Option<usize>) -> Arc<dyn OperatorFactory> {
    let input = input();
    let mut distinct = call(&input, Count, &[1], TypeKind::BigInt);
    distinct.distinct = true;
    let stamp = TypeKind::Timestamp(3).not_null();
    window::aggregate(WindowAggregateSpec {
        window: source(rowtime),
        keys: vec![0],
        aggregates: vec![call(&input, Sum, &[1], TypeKind::BigInt), distinct],
        properties: vec![(WindowProperty::Start, stamp.clone()), (WindowProperty::End, stamp)],
        input,
        input_changes: false,
    })
}

fn types() -> Vec<DataType> {
    let mut types = vec![TypeKind::Int.nullable()];
    types.extend(vec![TypeKind::BigInt.nullable(); 2]);
    types.extend(vec![TypeKind::Timestamp(3).not_null(); 2]);
    types
}

fn row(key: i64, value: i64, ms: i64) -> Row {
    insert(vec![int(key), int(value), time(ms)])
}

#[track_caller]
fn check(rowtime: Option<usize>, events: &[Event], expect: &[&str]) {
    assert_eq!(shown(&run(&make(rowtime), &input(), events, &types())), expect);
}

#[test]
fn a_row_between_two_sessions_makes_them_one() {
    check(
        Some(2),
        &[
            Event::Rows(vec![row(1, 1, 0), row(1, 2, 15), row(2, 5, 3), row(1, 2, 7)]),
            Event::Watermark(12),
            Event::Rows(vec![row(1, 1, 30), row(2, 5, 2), row(2, 6, 13)]),
            Event::Watermark(i64::MAX),
        ],
        &[
            "+I[2, 5, 1, 3000, 13000]",
            "+I[2, 6, 1, 13000, 23000]",
            "+I[1, 5, 2, 0, 25000]",
            "+I[1, 1, 1, 30000, 40000]",
        ],
    );
}

#[test]
fn windows_that_touch_are_one_session() {
    check(
        Some(2),
        &[Event::Rows(vec![row(1, 1, 0), row(1, 2, 10), row(1, 4, 21)]), Event::Watermark(i64::MAX)],
        &["+I[1, 3, 2, 0, 20000]", "+I[1, 4, 1, 21000, 31000]"],
    );
}

#[test]
fn sessions_of_processing_time_end_by_the_clock() {
    check(None, &[Event::Rows(vec![row(1, 1, 77)]), Event::Clock(9), Event::Clock(10)], &["+I[1, 1, 1, 0, 10000]"]);
}

#[test]
fn the_rows_of_a_session_leave_when_it_is_over() {
    let stamp = TypeKind::Timestamp(3);
    let spec = WindowAssignSpec {
        window: source(Some(2)),
        partition: vec![0],
        input: input(),
        window_time: stamp.clone().not_null(),
    };
    let mut types = input().types();
    types.extend(vec![stamp.not_null(); 3]);
    let events = [
        Event::Rows(vec![row(1, 1, 0), row(2, 2, 1), row(1, 3, 20), row(1, 4, 10)]),
        Event::Watermark(29),
        Event::Watermark(30),
    ];
    assert_eq!(
        shown(&run(&window::assign(spec), &input(), &events, &types)),
        [
            "+I[2, 2, 1000, 1000, 11000, 10000]",
            "+I[1, 1, 0, 0, 30000, 29000]",
            "+I[1, 3, 20000, 0, 30000, 29000]",
            "+I[1, 4, 10000, 0, 30000, 29000]"
        ]
    );
}

/// Sessions found row by row, among those that are open.
fn oracle(events: &[Event]) -> Vec<String> {
    let mut open: Vec<(i64, i64, i64, Vec<i64>)> = Vec::new();
    let mut closed: Vec<Row> = Vec::new();
    let mut watermark = i64::MIN;
    for event in events {
        match event {
            Event::Rows(rows) => {
                for (_, row) in rows {
                    let (Value::Integer(key), Value::Integer(value), Value::Timestamp(us)) =
                        (&row[0], &row[1], &row[2])
                    else {
                        panic!()
                    };
                    let time = us / 1000;
                    let mut session = (*key, time, time + GAP, vec![*value]);
                    let touches =
                        |other: &(i64, i64, i64, Vec<i64>)| other.0 == *key && other.1 <= time + GAP && other.2 >= time;
                    let merged: Vec<_> = open.extract_if(.., |other| touches(other)).collect();
                    if merged.is_empty() && session.2 - 1 <= watermark {
                        continue;
                    }
                    for other in merged {
                        session.1 = session.1.min(other.1);
                        session.2 = session.2.max(other.2);
                        session.3.extend(other.3);
                    }
                    open.push(session);
                }
            }
            Event::Watermark(time) => {
                watermark = watermark.max(*time);
                for (key, start, end, values) in open.extract_if(.., |session| session.2 - 1 <= watermark) {
                    let distinct = values.iter().collect::<std::collections::BTreeSet<_>>().len() as i64;
                    let sum = values.iter().sum::<i64>();
                    closed.push(insert(vec![int(key), int(sum), int(distinct), time_of(start), time_of(end)]));
                }
            }
            _ => {}
        }
    }
    materialised(&closed)
}

fn time_of(ms: i64) -> Value {
    time(ms)
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => prop::collection::vec((0..2_i64, 0..4_i64, 0..120_i64), 1..6)
            .prop_map(|rows| Event::Rows(rows.into_iter().map(|(k, v, t)| row(k, v, t)).collect())),
        1 => (0..130_i64).prop_map(Event::Watermark),
    ];
    prop::collection::vec(event, 0..16).prop_map(|mut events| {
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
    fn sessions_hold_what_touches(events in events()) {
        let rows = run(&make(Some(2)), &input(), &events, &types());
        prop_assert_eq!(materialised(&rows), oracle(&events));
    }

    #[test]
    fn sessions_are_the_same_after_a_restore(events in events(), at: prop::sample::Index, parallelism in 1..3_u32) {
        let before = at.index(events.len());
        let rows = run_restored(&make(Some(2)), &input(), &events, &types(), (before, parallelism, &[0]));
        prop_assert_eq!(materialised(&rows), oracle(&events));
    }
}
