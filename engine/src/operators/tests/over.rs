use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    operators::{
        over::{Over, SortedOver},
        spec::{AggregateFunction::*, OverFrame, OverSpec, SortedOverSpec},
        step::factory,
        testing::*,
    },
    runtime::operator::OperatorFactory,
    types::{DataType, RowKind, Schema, TypeKind, Value, sort_key::SortColumn},
};

/// A key, a value, the time.
fn input() -> Schema {
    schema(&[TypeKind::Int, TypeKind::BigInt, TypeKind::Timestamp(3)])
}

fn spec(frame: OverFrame, rowtime: Option<usize>) -> OverSpec {
    let input = input();
    let mut distinct = call(&input, Count, &[1], TypeKind::BigInt);
    distinct.distinct = true;
    OverSpec {
        partition: vec![0],
        rowtime,
        frame,
        aggregates: vec![
            call(&input, Count, &[], TypeKind::BigInt),
            call(&input, Sum, &[1], TypeKind::BigInt),
            call(&input, Max, &[1], TypeKind::BigInt),
            distinct,
        ],
        input,
        ttl_ms: None,
    }
}

fn types(calls: usize) -> Vec<DataType> {
    let mut types = input().types();
    types.extend(vec![TypeKind::BigInt.nullable(); calls]);
    types
}

fn make(spec: OverSpec) -> Arc<dyn OperatorFactory> {
    factory::<Over>(spec)
}

fn row(key: i64, value: i64, ms: i64) -> Row {
    insert(vec![int(key), int(value), time(ms)])
}

#[track_caller]
fn check(spec: OverSpec, events: &[Event], expect: &[&str]) {
    let types = types(spec.aggregates.len());
    assert_eq!(shown(&run(&make(spec), &input(), events, &types)), expect);
}

#[test]
fn rows_leave_in_the_order_of_their_times() {
    let events = [
        Event::Rows(vec![row(1, 5, 3), row(1, 6, 1), row(2, 1, 2), row(1, 7, 3), row(1, 9, 8)]),
        Event::Watermark(4),
        Event::Rows(vec![row(1, 100, 4), row(1, 5, 5)]),
        Event::Watermark(8),
    ];
    check(
        spec(OverFrame::Rows(None), Some(2)),
        &events,
        &[
            "+I[1, 6, 1000, 1, 6, 6, 1]",
            "+I[2, 1, 2000, 1, 1, 1, 1]",
            "+I[1, 5, 3000, 2, 11, 6, 2]",
            "+I[1, 7, 3000, 3, 18, 7, 3]",
            "+I[1, 5, 5000, 4, 23, 7, 3]",
            "+I[1, 9, 8000, 5, 32, 9, 4]",
        ],
    );
    check(
        spec(OverFrame::Range(None), Some(2)),
        &events[..2],
        &[
            "+I[1, 6, 1000, 1, 6, 6, 1]",
            "+I[2, 1, 2000, 1, 1, 1, 1]",
            "+I[1, 5, 3000, 3, 18, 7, 3]",
            "+I[1, 7, 3000, 3, 18, 7, 3]",
        ],
    );
}

#[test]
fn of_a_bounded_frame_a_row_is_late_against_those_that_left() {
    check(
        spec(OverFrame::Rows(Some(1)), Some(2)),
        &[
            Event::Rows(vec![row(1, 5, 3)]),
            Event::Watermark(10),
            Event::Rows(vec![row(1, 6, 3), row(1, 7, 4), row(1, 8, 5)]),
            Event::Watermark(11),
        ],
        &["+I[1, 5, 3000, 1, 5, 5, 1]", "+I[1, 7, 4000, 2, 12, 7, 2]", "+I[1, 8, 5000, 2, 15, 8, 2]"],
    );
}

#[test]
fn by_the_clock_rows_leave_as_they_come() {
    check(
        spec(OverFrame::Rows(Some(1)), None),
        &[Event::Rows(vec![row(1, 5, 9), row(2, 4, 0)]), Event::Rows(vec![row(1, 2, 0), row(1, 1, 0)])],
        &[
            "+I[1, 5, 9000, 1, 5, 5, 1]",
            "+I[2, 4, 0, 1, 4, 4, 1]",
            "+I[1, 2, 0, 2, 7, 5, 2]",
            "+I[1, 1, 0, 2, 3, 2, 2]",
        ],
    );
}

#[test]
fn rows_of_one_time_are_ranked_alike() {
    let input = input();
    let aggregates = vec![
        call(&input, Rank, &[], TypeKind::BigInt),
        call(&input, DenseRank, &[], TypeKind::BigInt),
        call(&input, Lag, &[1], TypeKind::BigInt),
    ];
    let spec = OverSpec { aggregates, ..spec(OverFrame::Range(None), Some(2)) };
    check(
        spec,
        &[Event::Rows(vec![row(1, 5, 1), row(1, 6, 1), row(1, 7, 2)]), Event::Watermark(5)],
        &["+I[1, 5, 1000, 2, 2, 5]", "+I[1, 6, 1000, 2, 2, 5]", "+I[1, 7, 2000, 3, 3, 6]"],
    );
}

fn sorted(frame: OverFrame, every_change: bool) -> SortedOverSpec {
    let input = input();
    SortedOverSpec {
        partition: vec![0],
        order: vec![SortColumn { column: 1, descending: false, nulls_first: true }],
        frame,
        aggregates: vec![call(&input, Sum, &[1], TypeKind::BigInt), call(&input, Count, &[], TypeKind::BigInt)],
        input,
        update_before: true,
        every_change,
        ttl_ms: None,
    }
}

#[test]
fn in_another_order_a_row_changes_those_behind_it() {
    let events = [
        Event::Rows(vec![row(1, 5, 0), row(1, 3, 1), row(2, 1, 2)]),
        Event::Rows(vec![row(1, 4, 3), (RowKind::Delete, row(1, 3, 1).1)]),
    ];
    let factory = factory::<SortedOver>(sorted(OverFrame::Range(None), true));
    assert_eq!(
        shown(&run(&factory, &input(), &events, &types(2))),
        [
            "+I[1, 5, 0, 5, 1]",
            "+I[1, 3, 1000, 3, 1]",
            "-U[1, 5, 0, 5, 1]",
            "+U[1, 5, 0, 8, 2]",
            "+I[2, 1, 2000, 1, 1]",
            "+I[1, 4, 3000, 7, 2]",
            "-U[1, 5, 0, 8, 2]",
            "+U[1, 5, 0, 12, 3]",
            "-D[1, 3, 1000, 3, 1]",
            "-U[1, 4, 3000, 7, 2]",
            "+U[1, 4, 3000, 4, 1]",
            "-U[1, 5, 0, 12, 3]",
            "+U[1, 5, 0, 9, 2]",
        ]
    );
}

#[test]
fn ranks_in_another_order() {
    let input = input();
    let calls = [RowNumber, Rank, DenseRank].map(|function| call(&input, function, &[], TypeKind::BigInt));
    let spec = SortedOverSpec { aggregates: calls.into(), ..sorted(OverFrame::Range(None), false) };
    let events = [Event::Rows(vec![row(1, 5, 0), row(1, 3, 1), row(1, 3, 2)])];
    assert_eq!(
        shown(&run(&factory::<SortedOver>(spec), &input, &events, &types(3))),
        ["+I[1, 3, 1000, 1, 1, 1]", "+I[1, 3, 2000, 2, 1, 1]", "+I[1, 5, 0, 3, 3, 2]"]
    );
}

/// Each row with the sum and the count of those that are not greater, of all that are there.
fn sorted_oracle(frame: OverFrame, events: &[Event]) -> Vec<String> {
    let mut there: Vec<Vec<Value>> = Vec::new();
    for event in events {
        let Event::Rows(rows) = event else { continue };
        for (kind, row) in rows {
            match there.iter().position(|other| other == row).filter(|_| !kind.adds()) {
                Some(place) => drop(there.remove(place)),
                None if kind.adds() => there.push(row.clone()),
                None => {}
            }
        }
    }
    let number = |value: &Value| match value {
        Value::Integer(value) => *value,
        _ => panic!(),
    };
    there.sort_by_key(|row| number(&row[1]));
    let result = |(index, row): (usize, &Vec<Value>)| {
        let before = |(place, other): &(usize, &Vec<Value>)| {
            other[0] == row[0] && (*place <= index || frame == OverFrame::Range(None) && other[1] == row[1])
        };
        let values: Vec<i64> = there.iter().enumerate().filter(before).map(|(_, row)| number(&row[1])).collect();
        let mut row = row.clone();
        row.extend([int(values.iter().sum::<i64>()), int(values.len() as i64)]);
        insert(row)
    };
    materialised(&there.iter().enumerate().map(result).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn in_another_order_results_are_those_of_all_rows(
        steps in prop::collection::vec((0..2_i64, 0..4_i64, any::<prop::sample::Index>(), 0..3_u8), 0..30),
        size in 1..6_usize,
        range: bool,
        every_change: bool,
        at: prop::sample::Index,
        parallelism in 1..3_u32,
    ) {
        let (mut there, mut rows): (Vec<Vec<Value>>, Vec<Row>) = (Vec::new(), Vec::new());
        for (number, (key, value, which, action)) in steps.into_iter().enumerate() {
            if action == 0 && !there.is_empty() {
                rows.push((RowKind::Delete, there.remove(which.index(there.len()))));
            } else {
                let row = row(key, value, number as i64);
                there.push(row.1.clone());
                rows.push(row);
            }
        }
        let events: Vec<Event> = rows.chunks(size).map(|chunk| Event::Rows(chunk.to_vec())).collect();
        let frame = if range { OverFrame::Range(None) } else { OverFrame::Rows(None) };
        let factory = factory::<SortedOver>(sorted(frame, every_change));
        let rows = run(&factory, &input(), &events, &types(2));
        prop_assert_eq!(materialised(&rows), sorted_oracle(frame, &events));
        let before = at.index(events.len() + 1);
        let rows = run_restored(&factory, &input(), &events, &types(2), (before, parallelism, &[0]));
        prop_assert_eq!(materialised(&rows), sorted_oracle(frame, &events));
    }
}

/// Each row with its frame, from all rows that were not late: those after the watermark.
fn oracle(frame: OverFrame, events: &[Event]) -> Vec<String> {
    let (mut kept, mut watermark): (Vec<(i64, i64, i64)>, i64) = (Vec::new(), i64::MIN);
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
                    if us / 1000 > watermark {
                        kept.push((*key, us / 1000, *value));
                    }
                }
            }
            _ => {}
        }
    }
    kept.sort_by_key(|(_, time, _)| *time);
    let result = |(index, &(key, at, value)): (usize, &(i64, i64, i64))| {
        let own = |(_, row): &(usize, &(i64, i64, i64))| row.0 == key;
        let rows: Vec<_> = kept.iter().enumerate().filter(own).collect();
        let values: Vec<i64> = match frame {
            OverFrame::Rows(before) => {
                let until: Vec<_> = rows.into_iter().filter(|(place, _)| *place <= index).collect();
                let skip = before.map_or(0, |before| until.len().saturating_sub(before as usize + 1));
                until.into_iter().skip(skip).map(|(_, row)| row.2).collect()
            }
            OverFrame::Range(before) => {
                let from = before.map_or(i64::MIN, |before| at - before);
                rows.into_iter().filter(|(_, row)| (from..=at).contains(&row.1)).map(|(_, row)| row.2).collect()
            }
        };
        let distinct = values.iter().collect::<std::collections::BTreeSet<_>>().len() as i64;
        let (sum, max) = (values.iter().sum::<i64>(), values.iter().max().copied());
        insert(vec![int(key), int(value), time(at), int(values.len() as i64), int(sum), int(max), int(distinct)])
    };
    materialised(&kept.iter().enumerate().map(result).collect::<Vec<_>>())
}

fn frames() -> impl Strategy<Value = OverFrame> {
    prop_oneof![
        prop::option::of(0..4_u64).prop_map(OverFrame::Rows),
        prop::option::of(0..20_i64).prop_map(OverFrame::Range),
    ]
}

/// Rows at most a little out of order: none is late, for what is late differs by frame.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let batch = prop::collection::vec((0..3_i64, 0..4_i64, 1..15_i64), 1..6);
    prop::collection::vec((batch, any::<bool>()), 0..12).prop_map(|batches| {
        let mut events = Vec::new();
        let mut watermark = 0;
        for (rows, advance) in batches {
            events.push(Event::Rows(rows.iter().map(|(k, v, t)| row(*k, *v, watermark + t)).collect()));
            if advance {
                watermark += 7;
                events.push(Event::Watermark(watermark));
            }
        }
        events.push(Event::Watermark(i64::MAX));
        events
    })
}

proptest! {
    #[test]
    fn each_row_is_over_its_frame(frame in frames(), events in events()) {
        let rows = run(&make(spec(frame, Some(2))), &input(), &events, &types(4));
        prop_assert_eq!(materialised(&rows), oracle(frame, &events));
        let time = |row: &Row| match row.1[2] { Value::Timestamp(us) => us, _ => panic!() };
        prop_assert!(rows.is_sorted_by_key(time));
    }

    #[test]
    fn frames_are_the_same_after_a_restore(
        frame in frames(),
        events in events(),
        at: prop::sample::Index,
        parallelism in 1..3_u32,
    ) {
        let before = at.index(events.len());
        let rows = run_restored(&make(spec(frame, Some(2))), &input(), &events, &types(4), (before, parallelism, &[0]));
        prop_assert_eq!(materialised(&rows), oracle(frame, &events));
    }
}
