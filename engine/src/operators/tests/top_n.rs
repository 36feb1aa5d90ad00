use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;

use crate::{
    operators::{spec::TopNSpec, step::factory, testing::*, top_n::TopN},
    runtime::operator::OperatorFactory,
    types::{
        DataType,
        RowKind::{self, Delete as D, Insert as I, UpdateAfter as UA, UpdateBefore as UB},
        Schema, TypeKind, Value,
        sort_key::SortColumn,
    },
};

/// A key, an id, a value.
fn input() -> Schema {
    schema(&[TypeKind::STRING, TypeKind::Int, TypeKind::BigInt])
}

fn spec(changes: bool) -> TopNSpec {
    TopNSpec {
        partition: vec![0],
        order: vec![SortColumn { column: 2, descending: true, nulls_first: false }],
        from: 1,
        to: 2,
        rank_number: false,
        input: input(),
        input_changes: changes,
        unique_key: None,
        update_before: true,
        every_change: true,
        ttl_ms: None,
    }
}

fn types(rank: bool) -> Vec<DataType> {
    let mut types = input().types();
    types.extend(rank.then(|| TypeKind::BigInt.not_null()));
    types
}

fn make(spec: TopNSpec) -> Arc<dyn OperatorFactory> {
    factory::<TopN>(spec)
}

#[track_caller]
fn check(spec: TopNSpec, events: &[Event], expect: &[&str]) {
    let types = types(spec.rank_number);
    assert_eq!(shown(&run(&make(spec), &input(), events, &types)), expect);
}

fn row(kind: RowKind, key: &str, id: i64, value: i64) -> Row {
    (kind, vec![text(key), int(id), int(value)])
}

/// The first rows of Flink's own log of `topn/top2_changelog`.
fn log() -> Vec<Event> {
    let rows =
        [("ink", 1, 2), ("pen", 2, 7), ("pen", 3, 6), ("ink", 4, 5), ("pen", 6, 3), ("ink", 7, 5), ("ink", 8, 5)];
    vec![Event::Rows(rows.map(|(key, id, value)| row(I, key, id, value)).into())]
}

#[test]
fn rows_come_into_the_top_and_drop_out() {
    let expect = ["+I[ink, 1, 2]", "+I[pen, 2, 7]", "+I[pen, 3, 6]", "+I[ink, 4, 5]", "-D[ink, 1, 2]", "+I[ink, 7, 5]"];
    check(spec(false), &log(), &expect);
    check(spec(true), &log(), &expect);
    let folded = ["+I[ink, 4, 5]", "+I[ink, 7, 5]", "+I[pen, 2, 7]", "+I[pen, 3, 6]"];
    check(TopNSpec { every_change: false, ..spec(false) }, &log(), &folded);
}

#[test]
fn ranks_move() {
    let spec = TopNSpec { rank_number: true, ..spec(false) };
    check(
        spec.clone(),
        &log(),
        &[
            "+I[ink, 1, 2, 1]",
            "+I[pen, 2, 7, 1]",
            "+I[pen, 3, 6, 2]",
            "-U[ink, 1, 2, 1]",
            "+U[ink, 4, 5, 1]",
            "+I[ink, 1, 2, 2]",
            "-U[ink, 1, 2, 2]",
            "+U[ink, 7, 5, 2]",
        ],
    );
    check(TopNSpec { from: 2, every_change: false, ..spec }, &log(), &["+I[ink, 7, 5, 2]", "+I[pen, 3, 6, 2]"]);
}

#[test]
fn what_was_behind_comes_back() {
    check(
        spec(true),
        &[
            Event::Rows(vec![row(I, "a", 1, 1), row(I, "a", 2, 2), row(I, "a", 3, 3)]),
            Event::Rows(vec![row(D, "a", 3, 3), row(D, "a", 9, 9), row(UB, "a", 1, 1), row(UA, "a", 1, 7)]),
        ],
        &[
            "+I[a, 1, 1]",
            "+I[a, 2, 2]",
            "-D[a, 1, 1]",
            "+I[a, 3, 3]",
            "-D[a, 3, 3]",
            "+I[a, 1, 1]",
            "-D[a, 1, 1]",
            "+I[a, 1, 7]",
        ],
    );
}

#[test]
fn a_row_takes_the_place_of_that_of_its_key() {
    let spec = TopNSpec { unique_key: Some(vec![1]), rank_number: true, update_before: false, ..spec(true) };
    check(
        spec,
        &[
            Event::Rows(vec![row(I, "a", 1, 1), row(UA, "a", 2, 2), row(UA, "a", 1, 3)]),
            Event::Rows(vec![row(UA, "a", 1, 1), row(D, "a", 2, 0)]),
        ],
        &[
            "+I[a, 1, 1, 1]",
            "+U[a, 2, 2, 1]",
            "+I[a, 1, 1, 2]",
            "+U[a, 1, 3, 1]",
            "+U[a, 2, 2, 2]",
            "+U[a, 2, 2, 1]",
            "+U[a, 1, 1, 2]",
            "+U[a, 1, 1, 1]",
            "-D[a, 1, 1, 2]",
        ],
    );
}

/// The rows between the ranks, from all that are there; equals in the order in which they came.
fn oracle(spec: &TopNSpec, events: &[Event]) -> Vec<String> {
    let mut groups: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
    for event in events {
        let Event::Rows(rows) = event else { continue };
        for (kind, row) in rows {
            let group = groups.entry(format!("{:?}", row[0])).or_default();
            if kind.adds() {
                group.push(row.clone());
            } else if let Some(place) = group.iter().position(|other| other == row) {
                group.remove(place);
            }
        }
    }
    let value = |row: &Vec<Value>| match row[2] {
        Value::Integer(value) => value,
        _ => panic!(),
    };
    let mut top = Vec::new();
    for (_, mut rows) in groups {
        rows.sort_by_key(|row| -value(row));
        for (rank, mut row) in (1..).zip(rows) {
            if (spec.from..=spec.to).contains(&rank) {
                row.extend(spec.rank_number.then(|| int(rank as i64)));
                top.push(insert(row));
            }
        }
    }
    materialised(&top)
}

fn changes(deletes: bool) -> impl Strategy<Value = Vec<Event>> {
    let step = (0..3_u8, 0..3_i64, -3..4_i64, any::<prop::sample::Index>(), 0..3_u8);
    (prop::collection::vec(step, 0..60), 1..9_usize).prop_map(move |(steps, size)| {
        let (mut there, mut rows): (Vec<Vec<Value>>, Vec<Row>) = (Vec::new(), Vec::new());
        for (key, id, value, which, action) in steps {
            if deletes && action == 0 && !there.is_empty() {
                rows.push((D, there.remove(which.index(there.len()))));
            } else {
                let row = vec![text(&format!("key {key}")), int(id), int(value)];
                there.push(row.clone());
                rows.push((I, row));
            }
        }
        rows.chunks(size).map(|chunk| Event::Rows(chunk.to_vec())).collect()
    })
}

proptest! {
    #[test]
    fn the_top_is_that_of_all_rows(
        events in changes(true),
        every_change: bool,
        rank_number: bool,
        from in 1..3_u64,
        more in 0..3_u64,
        at: prop::sample::Index,
        parallelism in 1..3_u32,
    ) {
        let spec = TopNSpec { every_change, rank_number, from, to: from + more, ..spec(true) };
        let types = types(rank_number);
        let rows = run(&make(spec.clone()), &input(), &events, &types);
        prop_assert_eq!(materialised(&rows), oracle(&spec, &events));
        let before = at.index(events.len() + 1);
        let rows = run_restored(&make(spec.clone()), &input(), &events, &types, (before, parallelism, &[0]));
        prop_assert_eq!(materialised(&rows), oracle(&spec, &events));
    }

    #[test]
    fn of_inserts_too(events in changes(false), rank_number: bool, from in 1..3_u64, more in 0..3_u64) {
        let spec = TopNSpec { every_change: false, rank_number, from, to: from + more, ..spec(false) };
        let rows = run(&make(spec.clone()), &input(), &events, &types(rank_number));
        prop_assert_eq!(materialised(&rows), oracle(&spec, &events));
    }
}
