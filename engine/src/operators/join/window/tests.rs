//! Window joins against every pair.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::WindowJoin;
use crate::{
    operators::{
        join::testing::{Change, GROUPS, Job, Rows, eval, int, int_or_null, less, schema, time},
        spec::{JoinKind, JoinSides, WindowJoinSpec},
    },
    types::{RowKind, Schema, TypeKind, Value},
};

const KINDS: [JoinKind; 6] =
    [JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full, JoinKind::Semi, JoinKind::Anti];

/// Key, value, the window's end in milliseconds.
type Row = (Option<i64>, i64, i64);

#[derive(Debug, Clone, Copy)]
struct Case {
    kind: JoinKind,
    null_safe: bool,
    condition: bool,
}

fn columns() -> Schema {
    schema(&[("k", TypeKind::BigInt), ("v", TypeKind::BigInt), ("window_end", TypeKind::Timestamp(3))])
}

fn values(row: &Row) -> Vec<Value> {
    vec![int_or_null(row.0), int(row.1), time(row.2)]
}

impl Case {
    fn job(self) -> Job<WindowJoin> {
        let sides = JoinSides {
            kind: self.kind,
            left_keys: vec![0],
            right_keys: vec![0],
            null_safe: vec![self.null_safe],
            condition: self.condition.then(|| less(1, 4)),
            left: columns(),
            right: columns(),
        };
        let spec = WindowJoinSpec { sides, window_ends: [2, 2], zone: None };
        let left_only = matches!(self.kind, JoinKind::Semi | JoinKind::Anti);
        let types = if left_only { columns().types() } else { [columns().types(), columns().types()].concat() };
        Job::new(vec![columns(); 2], vec![0; 2], types, move |restored| {
            let mut join = WindowJoin::new(spec.clone());
            join.restore(GROUPS, &eval(), restored, None).unwrap();
            join
        })
    }

    fn matches(self, left: &Row, right: &Row) -> bool {
        let keys = left.0 == right.0 && (self.null_safe || left.0.is_some());
        keys && left.2 == right.2 && (!self.condition || left.1 < right.1)
    }

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
}

#[derive(Debug, Clone)]
enum Step {
    Row(usize, Row),
    Watermark(i64),
    Restore(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let row = (proptest::option::weighted(0.9, 0i64..2), 0i64..4, (1i64..6).prop_map(|n| n * 10));
    let step = prop_oneof![
        8 => (0usize..2, row).prop_map(|(side, row)| Step::Row(side, row)),
        2 => (1i64..12).prop_map(Step::Watermark),
        1 => (1u32..3).prop_map(Step::Restore),
    ];
    proptest::collection::vec(step, 1..80)
}

proptest! {
    #[test]
    fn it_is_every_pair_of_a_window_that_came_in_time(
        steps in steps(), kind in 0usize..6, null_safe: bool, condition: bool,
    ) {
        let case = Case { kind: KINDS[kind], null_safe, condition };
        let (mut job, mut result, mut watermark) = (case.job(), Rows::default(), 0);
        let mut sides: [Vec<Row>; 2] = [Vec::new(), Vec::new()];
        let over = |sides: &[Vec<Row>; 2], watermark: i64| {
            let over = |side: &Vec<Row>| side.iter().filter(|row| row.2 - 1 <= watermark).copied().collect::<Vec<_>>();
            Rows::of(case.oracle(&over(&sides[0]), &over(&sides[1])))
        };
        for step in steps {
            match step {
                Step::Row(side, row) => {
                    let late = row.2 - 1 <= watermark;
                    let emitted = job.process(side, vec![(RowKind::Insert, values(&row))]);
                    prop_assert!(emitted.is_empty());
                    if !late {
                        sides[side].push(row);
                    }
                }
                Step::Watermark(by) => {
                    watermark += by;
                    result.apply(job.watermark(watermark));
                    prop_assert_eq!(&result, &over(&sides, watermark));
                }
                Step::Restore(parallelism) => job.restore(parallelism),
            }
        }
        result.apply(job.watermark(i64::MAX));
        prop_assert_eq!(&result, &over(&sides, i64::MAX));
        for join in &job.subtasks {
            let open = join.open.as_ref().unwrap();
            prop_assert!(open.rows.iter().all(|rows| rows.windows().is_empty()), "nothing is left after the end");
        }
    }
}

/// More pairs than are looked at together.
#[test]
fn many_pairs_leave_in_several_batches() {
    let case = Case { kind: JoinKind::Left, null_safe: false, condition: true };
    let mut job = case.job();
    let rows = |values: std::ops::Range<i64>| -> Vec<Change> {
        values.map(|value| (RowKind::Insert, self::values(&(Some(1), value, 10)))).collect()
    };
    job.process(0, rows(0..200));
    job.process(1, rows(0..100));
    let emitted = job.watermark(9);
    let pairs = emitted.iter().filter(|(_, row)| !row[3].is_null()).count();
    assert_eq!((pairs, emitted.len() - pairs), (99 * 100 / 2, 101));
}
