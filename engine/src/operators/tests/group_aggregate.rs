use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use crate::{
    operators::{
        group_aggregate::GroupAggregate,
        spec::{AggregateFunction::*, GroupAggregateSpec},
        step::factory,
        testing::*,
    },
    runtime::operator::OperatorFactory,
    types::{DataType, RowKind, Schema, TypeKind, Value},
};

fn input() -> Schema {
    schema(&[TypeKind::STRING, TypeKind::BigInt])
}

fn spec(changes: bool, every_change: bool) -> GroupAggregateSpec {
    let input = input();
    let mut distinct = call(&input, Count, &[1], TypeKind::BigInt);
    distinct.distinct = true;
    GroupAggregateSpec {
        keys: vec![0],
        aggregates: vec![
            call(&input, Count, &[], TypeKind::BigInt),
            call(&input, Sum, &[1], TypeKind::BigInt),
            call(&input, Min, &[1], TypeKind::BigInt),
            call(&input, Max, &[1], TypeKind::BigInt),
            call(&input, Avg, &[1], TypeKind::BigInt),
            distinct,
        ],
        input,
        input_changes: changes,
        update_before: true,
        every_change,
        ttl_ms: None,
    }
}

fn types() -> Vec<DataType> {
    let mut types = vec![TypeKind::STRING.nullable()];
    types.extend(vec![TypeKind::BigInt.nullable(); 6]);
    types
}

fn make(spec: GroupAggregateSpec) -> Arc<dyn OperatorFactory> {
    factory::<GroupAggregate>(spec)
}

#[track_caller]
fn check(spec: GroupAggregateSpec, events: &[Event], expect: &[&str]) {
    let schema = spec.input.clone();
    assert_eq!(shown(&run(&make(spec), &schema, events, &types())), expect);
}

fn row(kind: RowKind, key: &str, value: impl Into<Option<i64>>) -> Row {
    (kind, vec![text(key), int(value)])
}

use RowKind::{Delete as D, Insert as I, UpdateAfter as UA, UpdateBefore as UB};

#[test]
fn the_changes_of_a_batch_are_sent_as_one() {
    let rows = vec![row(I, "a", 1), row(I, "b", 5), row(I, "a", 4), row(I, "a", None)];
    check(
        spec(false, false),
        &[Event::Rows(rows), Event::Rows(vec![row(I, "b", -5), row(I, "c", None)])],
        &[
            "+I[a, 3, 5, 1, 4, 2, 2]",
            "+I[b, 1, 5, 5, 5, 5, 1]",
            "-U[b, 1, 5, 5, 5, 5, 1]",
            "+U[b, 2, 0, -5, 5, 0, 2]",
            "+I[c, 1, NULL, NULL, NULL, NULL, 0]",
        ],
    );
}

#[test]
fn every_change_is_sent_where_it_is_asked_for() {
    check(
        spec(true, true),
        &[Event::Rows(vec![row(I, "a", 1), row(I, "a", 1), row(D, "a", 1), row(D, "a", 1)])],
        &[
            "+I[a, 1, 1, 1, 1, 1, 1]",
            "-U[a, 1, 1, 1, 1, 1, 1]",
            "+U[a, 2, 2, 1, 1, 1, 1]",
            "-U[a, 2, 2, 1, 1, 1, 1]",
            "+U[a, 1, 1, 1, 1, 1, 1]",
            "-D[a, 1, 1, 1, 1, 1, 1]",
        ],
    );
}

#[test]
fn what_is_taken_back_goes() {
    check(
        spec(true, false),
        &[
            Event::Rows(vec![row(D, "a", 9), row(I, "a", 1), row(I, "a", 2)]),
            Event::Rows(vec![row(UB, "a", 1), row(UA, "a", 3)]),
            Event::Rows(vec![row(UB, "a", 1), row(UB, "a", 3), row(UA, "a", 2)]),
            Event::Rows(vec![row(D, "a", 2), row(I, "b", 1), row(D, "b", 1)]),
            Event::Rows(vec![row(I, "b", 1)]),
            Event::Rows(vec![row(D, "b", 1), row(I, "b", 7), row(I, "b", 8)]),
        ],
        &[
            "+I[a, 2, 3, 1, 2, 1, 2]",
            "-U[a, 2, 3, 1, 2, 1, 2]",
            "+U[a, 2, 5, 2, 3, 2, 2]",
            "-U[a, 2, 5, 2, 3, 2, 2]",
            "+U[a, 1, 2, 2, 2, 2, 1]",
            "-D[a, 1, 2, 2, 2, 2, 1]",
            "+I[b, 1, 1, 1, 1, 1, 1]",
            "-U[b, 1, 1, 1, 1, 1, 1]",
            "+U[b, 2, 15, 7, 8, 7, 2]",
        ],
    );
}

#[test]
fn nothing_is_sent_where_nothing_changes() {
    let mut spec = spec(true, false);
    spec.aggregates.truncate(1);
    let types = &types()[..2];
    let events = [Event::Rows(vec![row(I, "a", 1)]), Event::Rows(vec![row(UB, "a", 1), row(UA, "a", 2)])];
    assert_eq!(shown(&run(&make(spec.clone()), &input(), &events, types)), ["+I[a, 1]", "-U[a, 1]", "+U[a, 1]"][..1]);
    spec.update_before = false;
    let events = [Event::Rows(vec![row(I, "a", 1)]), Event::Rows(vec![row(I, "a", 2)])];
    assert_eq!(shown(&run(&make(spec), &input(), &events, types)), ["+I[a, 1]", "+U[a, 2]"]);
}

#[test]
fn without_keys_there_is_one_row() {
    let mut spec = spec(true, false);
    (spec.keys, spec.aggregates) = (Vec::new(), vec![call(&input(), Sum0, &[1], TypeKind::BigInt)]);
    let events = [Event::Rows(vec![row(I, "a", 1), row(I, "b", 2)]), Event::Rows(vec![row(D, "a", 1), row(D, "b", 2)])];
    assert_eq!(shown(&run(&make(spec), &input(), &events, &types()[1..2])), ["+I[3]", "-D[3]"]);
}

/// What the aggregates are, from all values of each key.
fn oracle(rows: &[Row]) -> Vec<String> {
    let mut groups: BTreeMap<String, Vec<Option<i64>>> = BTreeMap::new();
    for (kind, row) in rows {
        let Value::Text(key) = &row[0] else { panic!() };
        let value = match row[1] {
            Value::Integer(value) => Some(value),
            _ => None,
        };
        let group = groups.entry(key.to_string()).or_default();
        if kind.adds() {
            group.push(value);
        } else if let Some(place) = group.iter().position(|other| *other == value) {
            group.remove(place);
        }
    }
    groups.retain(|_, group| !group.is_empty());
    let row = |(key, group): (String, Vec<Option<i64>>)| {
        let values: Vec<i64> = group.iter().flatten().copied().collect();
        let (count, sum) = (values.len() as i64, values.iter().sum::<i64>());
        let distinct = values.iter().collect::<std::collections::BTreeSet<_>>().len() as i64;
        let or_null = |value: i64| if count == 0 { Value::Null } else { Value::Integer(value) };
        let extreme = |value: Option<&i64>| value.map_or(Value::Null, |value| Value::Integer(*value));
        insert(vec![
            text(&key),
            int(group.len() as i64),
            or_null(sum),
            extreme(values.iter().min()),
            extreme(values.iter().max()),
            if count == 0 { Value::Null } else { int(sum / count) },
            int(distinct),
        ])
    };
    materialised(&groups.into_iter().map(row).collect::<Vec<_>>())
}

/// Batches of inserts, and deletes of what is there.
fn changes() -> impl Strategy<Value = Vec<Event>> {
    let steps =
        prop::collection::vec((0..5_u8, prop::option::of(-3..4_i64), any::<prop::sample::Index>(), 0..3_u8), 0..80);
    (steps, 1..9_usize).prop_map(|(steps, size)| {
        let mut there: Vec<Vec<Value>> = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        for (key, value, which, action) in steps {
            if action == 0 && !there.is_empty() {
                let gone = there.remove(which.index(there.len()));
                rows.push((D, gone));
            } else {
                let row = vec![text(&format!("key {key}")), int(value)];
                there.push(row.clone());
                rows.push((I, row));
            }
        }
        rows.chunks(size).map(|chunk| Event::Rows(chunk.to_vec())).collect()
    })
}

fn all_rows(events: &[Event]) -> Vec<Row> {
    let rows = |event: &Event| match event {
        Event::Rows(rows) => rows.clone(),
        _ => Vec::new(),
    };
    events.iter().flat_map(rows).collect()
}

proptest! {
    #[test]
    fn the_result_is_that_of_all_values(events in changes(), every_change: bool) {
        let rows = run(&make(spec(true, every_change)), &input(), &events, &types());
        prop_assert_eq!(materialised(&rows), oracle(&all_rows(&events)));
    }

    #[test]
    fn the_result_is_the_same_after_a_restore(events in changes(), at: prop::sample::Index, parallelism in 1..3_u32) {
        let before = at.index(events.len() + 1);
        let rows = run_restored(&make(spec(true, false)), &input(), &events, &types(), (before, parallelism, &[0]));
        prop_assert_eq!(materialised(&rows), oracle(&all_rows(&events)));
    }
}
