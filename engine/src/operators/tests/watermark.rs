use std::sync::Arc;

use crate::{
    operators::{spec::WatermarkSpec, step::factory, testing::*, watermark::WatermarkAssigner},
    runtime::operator::OperatorFactory,
    types::{Schema, TypeKind},
};

/// The time, the watermark.
fn input() -> Schema {
    schema(&[TypeKind::Timestamp(3), TypeKind::Timestamp(3)])
}

fn make(interval_ms: i64, on_event: bool) -> Arc<dyn OperatorFactory> {
    factory::<WatermarkAssigner>(WatermarkSpec {
        watermark: column(&input(), 1),
        rowtime: 0,
        interval_ms,
        on_event,
        each_row: false,
        idle_timeout_ms: None,
    })
}

fn rows(times: &[(i64, i64)]) -> Event {
    Event::Rows(times.iter().map(|(at, watermark)| insert(vec![time(*at), time(*watermark)])).collect())
}

#[track_caller]
fn check(interval_ms: i64, events: &[Event], batches: &[usize], watermarks: &[(usize, i64)]) {
    let mut running = Running::open(&make(interval_ms, interval_ms == 0), &input(), None);
    events.iter().for_each(|event| running.event(event));
    let sizes: Vec<usize> = running.out.batches.iter().map(|batch| batch.rows).collect();
    assert_eq!((sizes.as_slice(), running.out.watermarks.as_slice()), (batches, watermarks));
}

#[test]
fn a_watermark_is_sent_when_it_has_advanced_by_more_than_the_interval() {
    let first = rows(&[(205, 200), (206, 201), (300, 300)]);
    check(200, &[first.clone(), rows(&[(500, 401), (500, 402)])], &[3, 2], &[(1, 201), (2, 402)]);
    check(200, &[first, Event::Clock(199), Event::Clock(200)], &[3], &[(1, 201), (1, 300)]);
}

#[test]
fn a_batch_is_cut_before_a_late_row() {
    check(0, &[rows(&[(10, 10), (20, 20), (20, 20), (30, 25), (26, 21), (25, 20)])], &[2, 3, 1], &[(1, 20), (2, 25)]);
}

#[test]
fn only_the_end_is_handed_on() {
    check(0, &[rows(&[(10, 10)]), Event::Watermark(99), Event::Watermark(i64::MAX)], &[1], &[(1, 10), (1, i64::MAX)]);
}
