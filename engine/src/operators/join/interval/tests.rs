//! Interval joins against every pair.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::IntervalJoin;
use crate::{
    operators::{
        join::testing::{Change, GROUPS, Job, Rows, eval, int, int_or_null, less, schema, time},
        spec::{IntervalJoinSpec, JoinKind, JoinSides},
    },
    types::{RowKind, Schema, TypeKind, Value},
};

const KINDS: [JoinKind; 4] = [JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full];

/// Key, value, time in milliseconds.
type Row = (Option<i64>, i64, i64);

#[derive(Debug, Clone, Copy)]
struct Case {
    kind: JoinKind,
    lower: i64,
    upper: i64,
    condition: bool,
}

fn columns() -> Schema {
    schema(&[("k", TypeKind::BigInt), ("v", TypeKind::BigInt), ("t", TypeKind::Timestamp(3))])
}

fn values(row: &Row) -> Vec<Value> {
    vec![int_or_null(row.0), int(row.1), time(row.2)]
}

fn insert(row: &Row) -> Change {
    (RowKind::Insert, values(row))
}

impl Case {
    fn spec(self) -> IntervalJoinSpec {
        let sides = JoinSides {
            kind: self.kind,
            left_keys: vec![0],
            right_keys: vec![0],
            null_safe: vec![false],
            condition: self.condition.then(|| less(1, 4)),
            left: columns(),
            right: columns(),
        };
        IntervalJoinSpec { sides, rowtimes: Some([2, 2]), lower_ms: self.lower, upper_ms: self.upper }
    }

    fn job(self) -> Job<IntervalJoin> {
        let types = [columns().types(), columns().types()].concat();
        Job::new(vec![columns(); 2], vec![0; 2], types, move |restored| {
            let mut join = IntervalJoin::new(self.spec());
            join.restore(GROUPS, &eval(), restored).unwrap();
            join
        })
    }

    fn matches(self, left: &Row, right: &Row) -> bool {
        let apart = left.2 - right.2;
        let near = self.lower <= apart && apart <= self.upper;
        near && left.0.is_some() && left.0 == right.0 && (!self.condition || left.1 < right.1)
    }

    fn oracle(self, left: &[Row], right: &[Row]) -> Vec<Vec<Value>> {
        let null = vec![Value::Null; 3];
        let mut rows = Vec::new();
        for l in left {
            rows.extend(right.iter().filter(|r| self.matches(l, r)).map(|r| [values(l), values(r)].concat()));
        }
        if matches!(self.kind, JoinKind::Left | JoinKind::Full) {
            let alone = left.iter().filter(|l| !right.iter().any(|r| self.matches(l, r)));
            rows.extend(alone.map(|l| [values(l), null.clone()].concat()));
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
    /// A row of a side, so much after the watermark.
    Row(usize, Option<i64>, i64, i64),
    /// The watermark advances by so much.
    Watermark(i64),
    Restore(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0usize..2, proptest::option::weighted(0.9, 0i64..2), 0i64..4, 1i64..20)
            .prop_map(|(side, key, value, after)| Step::Row(side, key, value, after)),
        2 => (1i64..12).prop_map(Step::Watermark),
        1 => (1u32..3).prop_map(Step::Restore),
    ];
    proptest::collection::vec(step, 1..80)
}

/// Times are those of this century: at 1970 Flink's operator time does not go below 0.
const BEGIN: i64 = 1_700_000_000_000;

fn check(case: Case, steps: &[Step]) {
    let (mut job, mut result) = (case.job(), Rows::default());
    let mut sides: [Vec<Row>; 2] = [Vec::new(), Vec::new()];
    let mut watermark = BEGIN;
    let mut pending: [Vec<Change>; 2] = [Vec::new(), Vec::new()];
    for step in steps.iter().chain([&Step::Watermark(0)]) {
        if let Step::Row(side, key, value, after) = step {
            let row = (*key, *value, watermark + after);
            sides[*side].push(row);
            // The rows of the other side that wait go first.
            result.apply(job.process(1 - side, std::mem::take(&mut pending[1 - side])));
            pending[*side].push(insert(&row));
            continue;
        }
        for (side, rows) in pending.iter_mut().enumerate() {
            result.apply(job.process(side, std::mem::take(rows)));
        }
        match step {
            Step::Watermark(by) => {
                watermark += by;
                result.apply(job.watermark(watermark));
            }
            Step::Restore(parallelism) => {
                job.restore(*parallelism);
                result.apply(job.watermark(watermark));
            }
            Step::Row(..) => {}
        }
    }
    result.apply(job.watermark(i64::MAX));
    assert_eq!(result, Rows::of(case.oracle(&sides[0], &sides[1])), "{case:?}");
    for join in &job.subtasks {
        let open = join.open.as_ref().unwrap();
        assert_eq!(open.timers.first(), None, "nothing waits after the end");
    }
}

proptest! {
    #[test]
    fn it_is_every_pair_that_is_near(
        steps in steps(), kind in 0usize..4, bounds in (-12i64..12, -12i64..12), condition: bool,
    ) {
        check(Case { kind: KINDS[kind], lower: bounds.0, upper: bounds.1, condition }, &steps);
    }
}

fn show(changes: &[Change]) -> Vec<String> {
    let value = |value: &Value| match value {
        Value::Integer(value) => value.to_string(),
        _ => "-".to_owned(),
    };
    changes.iter().map(|(_, row)| format!("{} {}", value(&row[1]), value(&row[4]))).collect()
}

/// A left row of time 100 waits from 90 to 110 and is cleared away at 121, or when its key is asked for.
#[test]
fn rows_wait_as_long_as_in_flink() {
    let mut job = Case { kind: JoinKind::Full, lower: -10, upper: 10, condition: false }.job();
    let row = |value, time| vec![insert(&(Some(1), value, time))];
    assert_eq!(show(&job.process(0, row(1, 100))), [""; 0]);
    assert_eq!(show(&job.watermark(110)), [""; 0]);
    assert_eq!(job.out.watermark, Some(100), "held back by ten");
    // Late by ten: still near one that waits, but it does not wait itself.
    assert_eq!(show(&job.process(1, row(2, 100))), ["1 2"]);
    assert_eq!(show(&job.process(1, row(3, 80))), ["- 3"]);
    assert_eq!(show(&job.process(0, row(4, 105))), [""; 0]);
    assert_eq!(show(&job.watermark(116)), [""; 0]);
    // The row of 105 can have no partner any more, and goes when its key is asked for.
    assert_eq!(show(&job.process(1, row(5, 127))), ["4 -"]);
    assert_eq!(show(&job.watermark(148)), ["- 5"]);
}

#[test]
fn a_row_without_a_time_fails_the_job() {
    let mut join = IntervalJoin::new(Case { kind: JoinKind::Inner, lower: 0, upper: 1, condition: false }.spec());
    join.restore(GROUPS, &eval(), None).unwrap();
    let row = vec![(RowKind::Insert, vec![int(1), int(1), Value::Null])];
    let rows = crate::operators::join::testing::batch(&columns(), &row);
    let failed = join.join(0, &rows, &mut crate::operators::join::testing::Collect::default());
    assert!(format!("{failed:?}").contains("RowTime field should not be null"), "{failed:?}");
}
