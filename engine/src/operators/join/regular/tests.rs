//! Regular joins against a join made from scratch.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::RegularJoin;
use crate::{
    operators::{
        join::testing::{Change, Collect, GROUPS, Job, Rows, batch, eval, int, int_or_null, less, schema},
        spec::{JoinKind, JoinSides, RegularJoinSpec},
    },
    state::RestoredState,
    types::{DataType, RowKind, Schema, TypeKind, Value},
};

const KINDS: [JoinKind; 6] =
    [JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full, JoinKind::Semi, JoinKind::Anti];

/// Key, value, number.
type Row = (Option<i64>, i64, i64);

fn columns() -> Schema {
    schema(&[("k", TypeKind::BigInt), ("v", TypeKind::BigInt), ("id", TypeKind::BigInt)])
}

#[derive(Debug, Clone, Copy)]
struct Case {
    kind: JoinKind,
    null_safe: bool,
    condition: bool,
    unique: Unique,
}

/// Which columns are unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unique {
    None,
    Id,
    KeyAndId,
    Key,
}

impl Unique {
    fn columns(self) -> Option<Vec<usize>> {
        match self {
            Self::None => None,
            Self::Id => Some(vec![2]),
            Self::KeyAndId => Some(vec![0, 2]),
            Self::Key => Some(vec![0]),
        }
    }

    /// Whether `+U` comes without `-U`.
    fn upserts(self) -> bool {
        matches!(self, Self::KeyAndId | Self::Key)
    }

    fn same(self, a: &Row, b: &Row) -> bool {
        match self {
            Self::None => a == b,
            Self::Id => a.2 == b.2,
            Self::KeyAndId => (a.0, a.2) == (b.0, b.2),
            Self::Key => a.0 == b.0,
        }
    }
}

impl Case {
    fn operator(self, restored: Option<RestoredState>) -> RegularJoin {
        let sides = JoinSides {
            kind: self.kind,
            left_keys: vec![0],
            right_keys: vec![0],
            null_safe: vec![self.null_safe],
            condition: self.condition.then(|| less(1, 4)),
            left: columns(),
            right: columns(),
        };
        let unique_keys = [self.unique.columns(), self.unique.columns()];
        let spec = RegularJoinSpec { sides, unique_keys, ttl_ms: [None; 2] };
        let mut operator = RegularJoin::new(spec);
        operator.restore(GROUPS, &eval(), restored).unwrap();
        operator
    }

    fn job(self) -> Job<RegularJoin> {
        Job::new(vec![columns(); 2], vec![0; 2], self.types(), move |restored| self.operator(restored))
    }

    fn left_only(self) -> bool {
        matches!(self.kind, JoinKind::Semi | JoinKind::Anti)
    }

    fn types(self) -> Vec<DataType> {
        let mut types = columns().types();
        if !self.left_only() {
            types.extend(columns().types());
        }
        types
    }

    fn matches(self, left: &Row, right: &Row) -> bool {
        let keys = left.0 == right.0 && (self.null_safe || left.0.is_some());
        keys && (!self.condition || left.1 < right.1)
    }

    /// The join, from scratch.
    fn oracle(self, left: &[Row], right: &[Row]) -> Vec<Vec<Value>> {
        let null = vec![Value::Null; 3];
        let mut rows = Vec::new();
        for l in left {
            let partners: Vec<_> = right.iter().filter(|r| self.matches(l, r)).collect();
            match self.kind {
                JoinKind::Semi if !partners.is_empty() => rows.push(values(l)),
                JoinKind::Anti if partners.is_empty() => rows.push(values(l)),
                JoinKind::Semi | JoinKind::Anti => {}
                JoinKind::Left | JoinKind::Full if partners.is_empty() => rows.push([values(l), null.clone()].concat()),
                _ => rows.extend(partners.iter().map(|r| [values(l), values(r)].concat())),
            }
        }
        if matches!(self.kind, JoinKind::Right | JoinKind::Full) {
            let alone = right.iter().filter(|r| !left.iter().any(|l| self.matches(l, r)));
            rows.extend(alone.map(|r| [null.clone(), values(r)].concat()));
        }
        rows
    }

    /// What tells a row of the result apart where both sides have unique columns.
    fn result_key(self, row: &[Value]) -> String {
        let part = |side: &[Value]| self.unique.columns().unwrap().iter().map(|c| side[*c].clone()).collect::<Vec<_>>();
        let alone = |side: &[Value]| side.iter().all(Value::is_null);
        format!("{:?}", row.chunks(3).map(|side| (alone(side), part(side))).collect::<Vec<_>>())
    }
}

fn values(row: &Row) -> Vec<Value> {
    vec![int_or_null(row.0), int(row.1), int(row.2)]
}

/// What an upserting sink makes of the changes.
#[derive(Default)]
struct Upserted(BTreeMap<String, Vec<Value>>);

impl Upserted {
    fn apply(&mut self, case: Case, changes: Vec<Change>) {
        for (kind, row) in changes {
            let key = case.result_key(&row);
            if kind.adds() {
                self.0.insert(key, row);
            } else {
                assert_eq!(self.0.remove(&key), Some(row), "what goes was there");
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Step {
    side: usize,
    put: bool,
    row: Row,
    /// Whether the batch ends here.
    cut: bool,
    /// Whether the job is stopped and restored here, at this parallelism.
    restore: Option<u32>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let row = (proptest::option::weighted(0.9, 0i64..3), 0i64..4, 0i64..4);
    let restore = proptest::option::weighted(0.05, 1u32..3);
    let step = (0usize..2, proptest::bool::weighted(0.65), row, any::<bool>(), restore);
    let step = step.prop_map(|(side, put, row, cut, restore)| Step { side, put, row, cut, restore });
    proptest::collection::vec(step, 1..60)
}

/// The changes of a step to the rows of its side.
fn changes(unique: Unique, rows: &mut Vec<Row>, step: &Step) -> Vec<Change> {
    let found = rows.iter().position(|row| unique.same(row, &step.row));
    let mut changes = Vec::new();
    match (step.put, found) {
        (true, Some(at)) if unique != Unique::None => {
            let before = std::mem::replace(&mut rows[at], step.row);
            if !unique.upserts() {
                changes.push((RowKind::UpdateBefore, values(&before)));
            }
            changes.push((RowKind::UpdateAfter, values(&step.row)));
        }
        (true, _) => {
            rows.push(step.row);
            changes.push((RowKind::Insert, values(&step.row)));
        }
        (false, Some(at)) => changes.push((RowKind::Delete, values(&rows.remove(at)))),
        (false, None) => {}
    }
    changes
}

fn check(case: Case, steps: &[Step]) {
    let mut job = case.job();
    let mut sides: [Vec<Row>; 2] = [Vec::new(), Vec::new()];
    let (mut result, mut upserted) = (Rows::default(), Upserted::default());
    let mut pending: Vec<Change> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        pending.extend(changes(case.unique, &mut sides[step.side], step));
        let ends = steps.get(at + 1).is_none_or(|next| next.side != step.side);
        if !ends && !step.cut && step.restore.is_none() {
            continue;
        }
        let emitted = job.process(step.side, std::mem::take(&mut pending));
        let expected = case.oracle(&sides[0], &sides[1]);
        if case.unique.upserts() {
            upserted.apply(case, emitted);
            assert_eq!(Rows::of(upserted.0.values().cloned()), Rows::of(expected), "{case:?} after {at}");
        } else {
            result.apply(emitted);
            assert_eq!(result, Rows::of(expected), "{case:?} after {at}");
        }
        if let Some(parallelism) = step.restore {
            job.restore(parallelism);
        }
    }
}

proptest! {
    #[test]
    fn it_is_the_join_of_what_is_there(
        steps in steps(), kind in 0usize..6, null_safe: bool, condition: bool, unique in 0usize..4,
    ) {
        let unique = [Unique::None, Unique::Id, Unique::KeyAndId, Unique::Key][unique];
        check(Case { kind: KINDS[kind], null_safe, condition, unique }, &steps);
    }
}

/// The kinds and rows that Flink emits: `+I 1 1` stands for the values of left and right, `-` for NULL.
fn check_kinds(kind: JoinKind, changes: &[(usize, RowKind, i64)], expect: &[&str]) {
    let case = Case { kind, null_safe: false, condition: false, unique: Unique::None };
    let mut job = case.job();
    let mut emitted = Vec::new();
    for (side, kind, value) in changes {
        emitted.extend(job.process(*side, vec![(*kind, values(&(Some(1), *value, 0)))]));
    }
    let value = |side: &[Value]| match side[1] {
        Value::Integer(value) => value.to_string(),
        _ => "-".to_owned(),
    };
    let show =
        |(kind, row): &Change| format!("{} {}", kind.short(), row.chunks(3).map(value).collect::<Vec<_>>().join(" "));
    assert_eq!(emitted.iter().map(show).collect::<Vec<_>>(), expect, "{kind:?}");
}

#[test]
fn changes_are_of_the_kinds_that_flink_emits() {
    use RowKind::{Delete, Insert, UpdateAfter, UpdateBefore};
    let come_and_go = [(0, Insert, 1), (1, Insert, 2), (1, Insert, 3), (1, Delete, 2), (1, Delete, 3)];
    check_kinds(JoinKind::Inner, &come_and_go, &["+I 1 2", "+I 1 3", "-D 1 2", "-D 1 3"]);
    check_kinds(JoinKind::Left, &come_and_go, &["+I 1 -", "-D 1 -", "+I 1 2", "+I 1 3", "-D 1 2", "-D 1 3", "+I 1 -"]);
    check_kinds(JoinKind::Right, &come_and_go, &["+I 1 2", "+I 1 3", "-D 1 2", "-D 1 3"]);
    check_kinds(JoinKind::Full, &come_and_go, &["+I 1 -", "-D 1 -", "+I 1 2", "+I 1 3", "-D 1 2", "-D 1 3", "+I 1 -"]);
    check_kinds(JoinKind::Semi, &come_and_go, &["+I 1", "-D 1"]);
    check_kinds(JoinKind::Anti, &come_and_go, &["+I 1", "-D 1", "+I 1"]);
    let update = [(1, Insert, 2), (0, Insert, 1), (0, UpdateBefore, 1), (0, UpdateAfter, 4)];
    check_kinds(JoinKind::Inner, &update, &["+I 1 2", "-U 1 2", "+U 4 2"]);
    check_kinds(JoinKind::Left, &update, &["+I 1 2", "-D 1 2", "+I 4 2"]);
    check_kinds(JoinKind::Right, &update, &["+I - 2", "-D - 2", "+I 1 2", "-U 1 2", "+I - 2", "-D - 2", "+I 4 2"]);
    check_kinds(JoinKind::Semi, &update, &["+I 1", "-U 1", "+U 4"]);
}

#[test]
fn rows_that_were_not_written_for_too_long_go() {
    let case = Case { kind: JoinKind::Inner, null_safe: false, condition: false, unique: Unique::None };
    let mut operator = case.operator(None);
    operator.spec.ttl_ms = [Some(1000), None];
    operator.restore(GROUPS, &eval(), None).unwrap();
    let rows = |value| batch(&columns(), &[(RowKind::Insert, values(&(Some(1), value, 0)))]);
    let mut out = Collect::default();
    let mut at = |input, now, value| {
        operator.join(input, &rows(value), now, &mut out).unwrap();
        out.take(&case.types()).len()
    };
    assert_eq!([at(0, 0, 1), at(0, 900, 2), at(1, 999, 1)], [0, 0, 2]);
    assert_eq!([at(1, 1000, 2), at(1, 1900, 3), at(0, 2000, 3)], [1, 0, 3]);
}
