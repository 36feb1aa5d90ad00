use std::sync::Arc;

use crate::{
    operators::{deduplicate::Deduplicate, spec::DeduplicateSpec, step::factory, testing::*},
    runtime::operator::OperatorFactory,
    types::{Schema, TypeKind},
};

/// A key, an id, the time.
fn input() -> Schema {
    schema(&[TypeKind::STRING, TypeKind::Int, TypeKind::Timestamp(3)])
}

fn make(rowtime: Option<usize>, keep_last: bool) -> Arc<dyn OperatorFactory> {
    made(rowtime, keep_last, true)
}

fn made(rowtime: Option<usize>, keep_last: bool, every_change: bool) -> Arc<dyn OperatorFactory> {
    factory::<Deduplicate>(DeduplicateSpec {
        keys: vec![0],
        rowtime,
        keep_last,
        input: input(),
        input_changes: false,
        update_before: true,
        every_change,
        ttl_ms: None,
    })
}

fn row(key: &str, id: i64, ms: i64) -> Row {
    insert(vec![text(key), int(id), time(ms)])
}

fn events() -> Vec<Event> {
    vec![
        Event::Rows(vec![row("a", 1, 5), row("b", 2, 7), row("a", 3, 4), row("a", 4, 4), row("a", 5, 9)]),
        Event::Watermark(4),
        Event::Rows(vec![row("a", 6, 9), row("b", 7, 3), row("b", 8, 4), row("a", 9, 1)]),
        Event::Watermark(8),
    ]
}

#[track_caller]
fn check(rowtime: Option<usize>, keep_last: bool, expect: &[&str]) {
    let (factory, types) = (make(rowtime, keep_last), input().types());
    assert_eq!(shown(&run(&factory, &input(), &events(), &types)), expect);
    for before in 0..events().len() {
        let rows = run_restored(&factory, &input(), &events(), &types, (before, 2, &[0]));
        let expect: Vec<String> = expect.iter().map(ToString::to_string).collect();
        let (mut rows, mut expect) = (shown(&rows), expect);
        rows.sort();
        expect.sort();
        assert_eq!(rows, expect, "restored after {before} events");
    }
}

#[test]
fn the_first_by_event_time_waits_for_the_watermark() {
    check(Some(2), false, &["+I[a, 3, 4000]", "+I[b, 8, 4000]"]);
}

#[test]
fn the_last_by_event_time_changes() {
    check(
        Some(2),
        true,
        &["+I[a, 1, 5000]", "+I[b, 2, 7000]", "-U[a, 1, 5000]", "+U[a, 5, 9000]", "-U[a, 5, 9000]", "+U[a, 6, 9000]"],
    );
}

#[test]
fn the_first_that_comes_stays() {
    check(None, false, &["+I[a, 1, 5000]", "+I[b, 2, 7000]"]);
}

#[test]
fn the_last_that_comes_changes() {
    let rows = shown(&run(&make(None, true), &input(), &events(), &input().types()));
    assert_eq!(rows[..4], ["+I[a, 1, 5000]", "+I[b, 2, 7000]", "-U[a, 1, 5000]", "+U[a, 3, 4000]"]);
    assert_eq!(rows.last().map(String::as_str), Some("+U[a, 9, 1000]"));
}

#[test]
fn the_changes_of_a_batch_are_sent_as_one() {
    let rows = run(&made(Some(2), true, false), &input(), &events(), &input().types());
    assert_eq!(shown(&rows), ["+I[a, 5, 9000]", "+I[b, 2, 7000]", "-U[a, 5, 9000]", "+U[a, 6, 9000]"]);
}
