use std::sync::Arc;

use crate::{
    operators::{spec::WindowTopNSpec, step::factory, testing::*, window::WindowTopN},
    runtime::operator::OperatorFactory,
    types::{Schema, TypeKind, sort_key::SortColumn},
};

/// A key, an id, a value, the window's end.
fn input() -> Schema {
    schema(&[TypeKind::STRING, TypeKind::Int, TypeKind::BigInt, TypeKind::Timestamp(3)])
}

fn make(from: u64, to: u64, last_of_equals: bool) -> Arc<dyn OperatorFactory> {
    factory::<WindowTopN>(WindowTopNSpec {
        window_end: 3,
        zone: None,
        partition: vec![0],
        order: vec![SortColumn { column: 2, descending: true, nulls_first: false }],
        from,
        to,
        last_of_equals,
        rank_number: true,
        input: input(),
    })
}

fn row(key: &str, id: i64, value: i64, end: i64) -> Row {
    insert(vec![text(key), int(id), int(value), time(end)])
}

fn events() -> Vec<Event> {
    vec![
        Event::Rows(vec![row("b", 1, 5, 10), row("a", 2, 1, 10), row("b", 3, 5, 10), row("b", 4, 7, 20)]),
        Event::Rows(vec![row("b", 5, 4, 10), row("b", 6, 6, 10)]),
        Event::Watermark(9),
        Event::Rows(vec![row("b", 7, 9, 10), row("a", 8, 9, 20)]),
        Event::Watermark(19),
    ]
}

#[track_caller]
fn check(factory: &Arc<dyn OperatorFactory>, expect: &[&str]) {
    let mut types = input().types();
    types.push(TypeKind::BigInt.not_null());
    assert_eq!(shown(&run(factory, &input(), &events(), &types)), expect);
    for before in 0..events().len() {
        let rows = run_restored(factory, &input(), &events(), &types, (before, 1, &[0]));
        assert_eq!(shown(&rows), expect, "restored after {before} events");
    }
}

#[test]
fn each_window_sends_its_top_when_it_is_over() {
    check(
        &make(1, 2, false),
        &[
            "+I[b, 6, 6, 10000, 1]",
            "+I[b, 1, 5, 10000, 2]",
            "+I[a, 2, 1, 10000, 1]",
            "+I[b, 4, 7, 20000, 1]",
            "+I[a, 8, 9, 20000, 1]",
        ],
    );
}

#[test]
fn the_last_of_equals_may_come_first() {
    check(&make(2, 2, true), &["+I[b, 3, 5, 10000, 2]"]);
}
