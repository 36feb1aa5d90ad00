use std::sync::Arc;

use crate::{
    operators::{
        calc::Calc,
        expand::Expand,
        limit::Limit,
        normalize::ChangelogNormalize,
        sort::Sort,
        spec::{
            CalcSpec, ChangelogNormalizeSpec, ExpandSpec, LimitSpec, SortSpec, WindowAssignSpec, WindowKind,
            WindowSource,
        },
        step::factory,
        testing::*,
        window,
    },
    runtime::operator::OperatorFactory,
    types::{
        DataType,
        RowKind::{Delete as D, Insert as I, UpdateAfter as UA, UpdateBefore as UB},
        Schema, TypeKind, Value,
        sort_key::SortColumn,
    },
};

/// Whether to keep it, a number, a time.
fn input() -> Schema {
    schema(&[TypeKind::Boolean, TypeKind::Int, TypeKind::Timestamp(3)])
}

fn row(keep: Option<bool>, number: i64, ms: i64) -> Vec<Value> {
    vec![keep.map_or(Value::Null, Value::Boolean), int(number), time(ms)]
}

#[track_caller]
fn check(factory: &Arc<dyn OperatorFactory>, events: &[Event], types: &[DataType], expect: &[&str]) {
    assert_eq!(shown(&run(factory, &input(), events, types)), expect);
}

#[test]
fn a_filter_keeps_what_is_true_and_changes_stay_changes() {
    let input = input();
    let spec =
        CalcSpec { filter: Some(column(&input, 0)), projection: Some(vec![column(&input, 1), column(&input, 1)]) };
    let rows = vec![
        (UB, row(Some(true), 1, 0)),
        (UA, row(Some(false), 2, 0)),
        (D, row(None, 3, 0)),
        (D, row(Some(true), 4, 0)),
    ];
    let types = vec![TypeKind::Int.nullable(); 2];
    check(&factory::<Calc>(spec), &[Event::Rows(rows)], &types, &["-U[1, 1]", "-D[4, 4]"]);
}

#[test]
fn grouping_sets_make_a_row_each() {
    let input = input();
    let spec = ExpandSpec { projections: vec![vec![column(&input, 0)], vec![column(&input, 0)]] };
    let rows = vec![(UB, row(Some(true), 1, 0)), (UA, row(Some(false), 2, 0))];
    let types = vec![TypeKind::Boolean.nullable()];
    let expect = ["-U[true]", "-U[true]", "+U[false]", "+U[false]"];
    check(&factory::<Expand>(spec), &[Event::Rows(rows)], &types, &expect);
}

#[test]
fn a_limit_counts_over_restores() {
    let factory = factory::<Limit>(LimitSpec { offset: 1, fetch: Some(3) });
    let rows = |numbers: std::ops::Range<i64>| Event::Rows(numbers.map(|n| insert(row(None, n, 0))).collect());
    let events = [rows(0..2), rows(2..4), rows(4..6), rows(6..8)];
    let expect = ["+I[NULL, 1, 0]", "+I[NULL, 2, 0]", "+I[NULL, 3, 0]"];
    check(&factory, &events, &input().types(), &expect);
    for before in 0..events.len() {
        let rows = run_restored(&factory, &input(), &events, &input().types(), (before, 1, &[]));
        assert_eq!(shown(&rows), expect);
    }
}

#[test]
fn upserts_become_changes() {
    let spec = ChangelogNormalizeSpec { key: vec![1], input: input(), update_before: true, ttl_ms: None };
    let factory = factory::<ChangelogNormalize>(spec);
    let events = [
        Event::Rows(vec![(UA, row(Some(true), 1, 0)), (UA, row(Some(true), 1, 0)), (D, row(None, 9, 0))]),
        Event::Rows(vec![(I, row(Some(false), 1, 0)), (UA, row(None, 2, 0)), (D, row(None, 1, 0))]),
    ];
    let expect = ["+I[true, 1, 0]", "-U[true, 1, 0]", "+U[false, 1, 0]", "+I[NULL, 2, 0]", "-D[false, 1, 0]"];
    check(&factory, &events, &input().types(), &expect);
    assert_eq!(shown(&run_restored(&factory, &input(), &events, &input().types(), (1, 1, &[1]))), expect);
}

#[test]
fn rows_are_sorted_by_event_time_as_it_advances() {
    let order = |column, descending| SortColumn { column, descending, nulls_first: !descending };
    let spec = SortSpec { order: vec![order(2, false), order(1, true)], time_first: Some(2), input: input() };
    let factory = factory::<Sort>(spec.clone());
    let insert = |number, ms| insert(row(None, number, ms));
    let events = [
        Event::Rows(vec![insert(1, 5), insert(2, 5), insert(3, 2), insert(4, 9)]),
        Event::Watermark(7),
        Event::Rows(vec![insert(5, 5), insert(6, 6)]),
        Event::Watermark(i64::MAX),
        Event::End,
    ];
    let expect =
        ["+I[NULL, 3, 2000]", "+I[NULL, 2, 5000]", "+I[NULL, 1, 5000]", "+I[NULL, 6, 6000]", "+I[NULL, 4, 9000]"];
    check(&factory, &events, &input().types(), &expect);
    for before in 0..events.len() {
        let rows = run_restored(&factory, &input(), &events, &input().types(), (before, 1, &[]));
        assert_eq!(shown(&rows), expect);
    }
}

#[test]
fn rows_are_sorted_at_the_end() {
    let order = vec![SortColumn { column: 1, descending: false, nulls_first: true }];
    let spec = SortSpec { order, time_first: None, input: input() };
    let rows = vec![insert(row(None, 3, 0)), insert(row(None, 1, 0)), (D, row(None, 3, 0)), insert(row(None, 2, 0))];
    let events = [Event::Rows(rows), Event::Watermark(i64::MAX), Event::End];
    check(&factory::<Sort>(spec), &events, &input().types(), &["+I[NULL, 1, 0]", "+I[NULL, 2, 0]"]);
}

#[test]
fn each_window_of_a_row_makes_a_row() {
    let kind = WindowKind::Hop { slide_ms: 5, size_ms: 10, offset_ms: 0 };
    let spec = WindowAssignSpec {
        window: WindowSource::Assign { kind, rowtime: Some(2), zone: None },
        partition: Vec::new(),
        input: input(),
        window_time: TypeKind::Timestamp(3).not_null(),
    };
    let mut null_time = row(None, 2, 0);
    null_time[2] = Value::Null;
    let mut types = input().types();
    types.extend(vec![TypeKind::Timestamp(3).not_null(); 3]);
    check(
        &window::assign(spec),
        &[Event::Rows(vec![insert(row(None, 1, 7)), insert(null_time)])],
        &types,
        &["+I[NULL, 1, 7000, 5000, 15000, 14000]", "+I[NULL, 1, 7000, 0, 10000, 9000]"],
    );
}
