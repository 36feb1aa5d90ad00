//! Temporal joins against a search through all versions.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::TemporalJoin;
use crate::{
    operators::{
        join::testing::{Change, Collect, GROUPS, Job, Rows, eval, int, int_or_null, less, schema, time},
        spec::{JoinKind, JoinSides, TemporalJoinSpec},
    },
    types::{RowKind, Schema, TypeKind, Value},
};

fn columns() -> Schema {
    schema(&[("k", TypeKind::BigInt), ("v", TypeKind::BigInt), ("t", TypeKind::Timestamp(3))])
}

/// Key, value, time in milliseconds.
type Row = (Option<i64>, i64, i64);

fn values(row: &Row) -> Vec<Value> {
    vec![int_or_null(row.0), int(row.1), time(row.2)]
}

#[derive(Debug, Clone, Copy)]
struct Case {
    kind: JoinKind,
    condition: bool,
    rowtime: bool,
}

impl Case {
    fn spec(self) -> TemporalJoinSpec {
        let sides = JoinSides {
            kind: self.kind,
            left_keys: vec![0],
            right_keys: vec![0],
            null_safe: vec![false],
            condition: self.condition.then(|| less(1, 4)),
            left: columns(),
            right: columns(),
        };
        TemporalJoinSpec { sides, rowtimes: self.rowtime.then_some([2, 2]), ttl_ms: None }
    }

    fn job(self) -> Job<TemporalJoin> {
        let types = [columns().types(), columns().types()].concat();
        Job::new(vec![columns(); 2], vec![0; 2], types, move |restored| {
            let mut join = TemporalJoin::new(self.spec());
            join.restore(GROUPS, &eval(), restored).unwrap();
            join
        })
    }

    /// The left rows with the last change of their key up to their time.
    fn oracle(self, left: &[Row], right: &[(RowKind, Row)]) -> Vec<Vec<Value>> {
        let join = |l: &Row| {
            let versions = right.iter().enumerate().filter(|(_, (_, r))| l.0.is_some() && r.0 == l.0 && r.2 <= l.2);
            let version = versions.max_by_key(|(at, (_, r))| (r.2, *at)).map(|(_, version)| version);
            let valid = version.filter(|(kind, r)| kind.adds() && (!self.condition || l.1 < r.1));
            match valid {
                Some((_, r)) => Some([values(l), values(r)].concat()),
                None if self.kind == JoinKind::Left => Some([values(l), vec![Value::Null; 3]].concat()),
                None => None,
            }
        };
        left.iter().filter_map(join).collect()
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// A row so much after the watermark; the right one may be a deletion.
    Left(Option<i64>, i64, i64),
    Right(Option<i64>, i64, i64, bool),
    Watermark(i64),
    Restore(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = || proptest::option::weighted(0.9, 0i64..3);
    let step = prop_oneof![
        4 => (key(), 0i64..4, 1i64..20).prop_map(|(key, value, after)| Step::Left(key, value, after)),
        4 => (key(), 0i64..4, 1i64..20, proptest::bool::weighted(0.2))
            .prop_map(|(key, value, after, gone)| Step::Right(key, value, after, gone)),
        2 => (1i64..12).prop_map(Step::Watermark),
        1 => (1u32..3).prop_map(Step::Restore),
    ];
    proptest::collection::vec(step, 1..80)
}

proptest! {
    #[test]
    fn it_is_the_version_that_was_valid(steps in steps(), outer: bool, condition: bool) {
        let case = Case { kind: if outer { JoinKind::Left } else { JoinKind::Inner }, condition, rowtime: true };
        let (mut job, mut result, mut watermark) = (case.job(), Rows::default(), 100);
        let (mut left, mut right): (Vec<Row>, Vec<(RowKind, Row)>) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Left(key, value, after) => {
                    let row = (key, value, watermark + after);
                    left.push(row);
                    prop_assert!(job.process(0, vec![(RowKind::Insert, values(&row))]).is_empty());
                }
                Step::Right(key, value, after, gone) => {
                    let row = (key, value, watermark + after);
                    let kind = if gone { RowKind::Delete } else { RowKind::UpdateAfter };
                    right.push((kind, row));
                    prop_assert!(job.process(1, vec![(kind, values(&row))]).is_empty());
                }
                Step::Watermark(by) => {
                    watermark += by;
                    result.apply(job.watermark(watermark));
                    let due: Vec<Row> = left.iter().filter(|row| row.2 <= watermark).copied().collect();
                    prop_assert_eq!(&result, &Rows::of(case.oracle(&due, &right)));
                }
                Step::Restore(parallelism) => job.restore(parallelism),
            }
        }
        result.apply(job.watermark(i64::MAX));
        prop_assert_eq!(result, Rows::of(case.oracle(&left, &right)));
        for join in &job.subtasks {
            prop_assert_eq!(join.open.as_ref().unwrap().left.keys().count(), 0);
        }
    }
}

fn show(changes: &[Change]) -> Vec<String> {
    let value = |value: &Value| match value {
        Value::Integer(value) => value.to_string(),
        _ => "-".to_owned(),
    };
    changes.iter().map(|(kind, row)| format!("{} {} {}", kind.short(), value(&row[1]), value(&row[4]))).collect()
}

#[test]
fn left_changes_keep_their_kinds_and_old_versions_go() {
    let mut job = Case { kind: JoinKind::Left, condition: false, rowtime: true }.job();
    let row = |kind, value, time| vec![(kind, values(&(Some(1), value, time)))];
    for (value, time) in [(1, 10), (2, 20), (3, 30)] {
        job.process(1, row(RowKind::UpdateAfter, value, time));
    }
    job.process(0, row(RowKind::Delete, 7, 25));
    job.process(0, row(RowKind::UpdateAfter, 8, 15));
    assert_eq!(show(&job.watermark(27)), ["-D 7 2", "+U 8 1"]);
    let mut late = |time, watermark| {
        job.process(0, row(RowKind::Insert, 9, time));
        show(&job.watermark(watermark))
    };
    assert_eq!(late(21, 28), ["+I 9 2"], "late, but its version is the last one up to the watermark");
    assert_eq!(late(11, 29), ["+I 9 -"], "its version has gone");
}

#[test]
fn in_processing_time_it_is_the_last_version() {
    let mut job = Case { kind: JoinKind::Left, condition: true, rowtime: false }.job();
    let row = |kind, value| vec![(kind, values(&(Some(1), value, 0)))];
    assert_eq!(show(&job.process(0, row(RowKind::Insert, 1))), ["+I 1 -"]);
    job.process(1, row(RowKind::Insert, 2));
    job.process(1, row(RowKind::UpdateAfter, 3));
    assert_eq!(show(&job.process(0, row(RowKind::Insert, 2))), ["+I 2 3"]);
    job.restore(2);
    assert_eq!(show(&job.process(0, row(RowKind::Insert, 5))), ["+I 5 -"], "the condition is not true");
    job.process(1, row(RowKind::Delete, 3));
    assert_eq!(show(&job.process(0, row(RowKind::Insert, 2))), ["+I 2 -"]);
}

#[test]
fn keys_that_were_not_touched_for_too_long_go() {
    let case = Case { kind: JoinKind::Inner, condition: false, rowtime: false };
    let mut join = TemporalJoin::new(TemporalJoinSpec { ttl_ms: Some(1000), ..case.spec() });
    join.restore(GROUPS, &eval(), None).unwrap();
    let open = join.open.as_mut().unwrap();
    let row = vec![(RowKind::Insert, values(&(Some(1), 2, 0)))];
    let rows = crate::operators::join::testing::batch(&columns(), &row);
    let mut out = Collect::default();
    open.join_now(1, &rows, &mut out).unwrap();
    let now = super::now_ms(&open.eval);
    open.forget(now + 900);
    open.join_now(0, &rows, &mut out).unwrap();
    assert_eq!(out.take(&[]).len(), 1);
    open.forget(now + 2000);
    open.join_now(0, &rows, &mut out).unwrap();
    assert_eq!(out.take(&[]).len(), 0);
}
