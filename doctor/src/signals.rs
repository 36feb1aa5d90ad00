//! Signals by name: the one place that turns a name and a subject into a value, for evidence and for its values over time.

use model::{ClusterSnapshot, Evidence, Metrics, Point};

use crate::case::{Case, Moment};
use crate::jvm;
use crate::load::{Load, median, most, rate, seconds};
use crate::names;
use crate::thresholds::Threshold;

/// Busy time.
pub const BUSY: &str = "busyTimeMsPerSecond";
/// Backpressured time.
pub const PRESSED: &str = "backPressuredTimeMsPerSecond";
/// Idle time.
pub const IDLE: &str = "idleTimeMsPerSecond";
/// Records taken in a second.
pub const RECORDS_IN: &str = "numRecordsInPerSecond";
/// Records given out a second.
pub const RECORDS_OUT: &str = "numRecordsOutPerSecond";
/// Records of the busiest subtask as a multiple of the others'; no metric of Flink's.
pub const SKEW: &str = "numRecordsIn.skew";

/// A piece of evidence that is a number.
pub fn number(signal: &str, subject: &str, value: f64, unit: &str, threshold: Option<&Threshold>) -> Evidence {
    Evidence {
        signal: signal.to_owned(),
        subject: subject.to_owned(),
        value: Some(round(value)),
        text: None,
        unit: unit.to_owned(),
        threshold: threshold.map(|t| t.value),
        series: None,
    }
}

/// A piece of evidence that is a text.
pub fn text(signal: &str, subject: &str, text: impl Into<String>) -> Evidence {
    Evidence {
        signal: signal.to_owned(),
        subject: subject.to_owned(),
        value: None,
        text: Some(text.into()),
        unit: String::new(),
        threshold: None,
        series: None,
    }
}

/// Three digits after the point are more than any of these measurements has.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The values of one piece of evidence over the history; a moment without one is a gap.
pub fn series(history: &[&ClusterSnapshot], job_id: &str, evidence: &Evidence) -> Vec<Point> {
    let Some(case) = Case::new(history, job_id) else { return Vec::new() };
    let moments = case.moments();
    let before = std::iter::once(None).chain(moments.iter().map(Some));
    moments
        .iter()
        .zip(before)
        .map(|(now, before)| (now.at(), read(before, now, &evidence.signal, &evidence.subject).map(round)))
        .collect()
}

/// One signal of one subject at one moment; `before` is the moment before it, for what is a difference.
pub fn read(before: Option<&Moment>, now: &Moment, signal: &str, subject: &str) -> Option<f64> {
    if let Some(tm) = jvm::task_manager(now, subject) {
        return match (signal, before) {
            (jvm::CPU_TIME, before) => jvm::cores(before?, now, subject).map(|cores| 1000.0 * cores),
            (_, before) if is_gc_time(signal) => jvm::per_minute(before?, now, subject, signal),
            _ => tm.metrics.get(signal).copied(),
        };
    }
    if subject == now.job.name {
        return job_metric(now, signal);
    }
    let subtasks = subtasks_of(now, subject);
    let known = subtasks.iter().map(|(vertex, index)| (before, now, vertex.as_str(), *index));
    let values: Vec<f64> =
        known.filter_map(|(before, now, vertex, index)| subtask(before, now, vertex, index, signal)).collect();
    match signal {
        SKEW => ratio(&values),
        RECORDS_IN | RECORDS_OUT => (!values.is_empty()).then(|| values.iter().sum()),
        _ => most(values.into_iter().map(Some)),
    }
}

/// The greatest as a multiple of the middle of the others; bounded, so that others without any give a number too.
pub fn ratio(values: &[f64]) -> Option<f64> {
    const MOST: f64 = 1000.0;
    let hot = values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let others: Vec<f64> = values.iter().enumerate().filter(|(i, _)| *i != hot.0).map(|(_, v)| *v).collect();
    let others = median(others)?;
    if *hot.1 <= 0.0 { None } else { Some((hot.1 / others.max(f64::MIN_POSITIVE)).min(MOST)) }
}

fn is_gc_time(signal: &str) -> bool {
    signal.starts_with("Status.JVM.GarbageCollector.") && signal.ends_with(".Time")
}

fn job_metric(now: &Moment, signal: &str) -> Option<f64> {
    let checkpoint = || now.job.checkpoints.as_ref()?.history.first();
    let found = now.job.metrics.get(signal).copied().filter(|value| *value >= 0.0);
    match signal {
        "lastCheckpointDuration" => found.or_else(|| checkpoint()?.duration_ms.map(crate::load::to_f64)),
        "lastCheckpointSize" => found.or_else(|| checkpoint()?.state_bytes.map(crate::load::to_f64)),
        _ => found,
    }
}

/// The subtasks that a subject names: all of a vertex, or one, as `vertex (2/4)`.
fn subtasks_of(now: &Moment, subject: &str) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for vertex in &now.job.vertices {
        let all = vertex.name == subject;
        let named = |index: u32| all || names::subtask(vertex, index) == subject;
        found.extend(vertex.subtasks.iter().filter(|s| named(s.index)).map(|s| (vertex.id.clone(), s.index)));
    }
    found
}

fn subtask(before: Option<&Moment>, now: &Moment, vertex: &str, index: u32, signal: &str) -> Option<f64> {
    let after = crate::load::metrics(now, vertex, index)?;
    let earlier = before.and_then(|before| Some((crate::load::metrics(before, vertex, index)?, seconds(before, now))));
    let load = || earlier.map_or_else(|| Load::gauges(after), |(old, seconds)| Load::between(old, after, seconds));
    let counted = |counter: &str| earlier.and_then(|(old, seconds)| rate(old, after, seconds, counter));
    match signal {
        BUSY => load().busy,
        IDLE => load().idle,
        PRESSED => load().pressed,
        RECORDS_IN | SKEW => counted("numRecordsIn"),
        RECORDS_OUT => counted("numRecordsOut"),
        "checkpointStartDelay" => after.get("checkpointStartDelayNanos").map(|nanos| nanos / 1e6),
        _ => after.get(signal).copied().or_else(|| operator_metric(after, signal)),
    }
}

/// A metric of any operator in the chain: the greatest, as `Source__orders.watermarkLag`. Values below zero stand for `not
/// yet known`, and are not values.
pub fn operator_metric(metrics: &Metrics, signal: &str) -> Option<f64> {
    let of_operator = metrics.iter().filter(|(name, _)| name.rsplit('.').next() == Some(signal)).map(|(_, v)| *v);
    most(of_operator.filter(|value| *value >= 0.0).map(Some))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::Timestamp;

    use super::{BUSY, ratio, series, text};
    use crate::build::{JobBuilder, VertexBuilder, cluster, job, vertex};

    #[test]
    fn the_greatest_against_the_middle_of_the_others() {
        assert_eq!(ratio(&[900.0, 100.0]), Some(9.0));
        assert_eq!(ratio(&[100.0, 100.0, 100.0, 200.0]), Some(2.0));
        assert_eq!(ratio(&[50.0, 0.0]), Some(1000.0));
        assert_eq!(ratio(&[0.0, 0.0]), None);
        assert_eq!(ratio(&[5.0]), None);
    }

    #[test]
    fn a_series_has_a_gap_where_a_moment_had_no_value() {
        let known = cluster(10).job(job("j").vertex(vertex("v", 1).gauge(BUSY, &[400.0])));
        let unknown = cluster(20).job(job("j").vertex(vertex("v", 1)));
        let points = series(&[&known, &unknown], "j", &text(BUSY, "v", ""));
        assert_eq!(points, vec![(Timestamp(10_000), Some(400.0)), (Timestamp(20_000), None)]);
    }

    #[test]
    fn an_unknown_job_has_no_series() {
        assert!(series(&[&cluster(1)], "none", &text(BUSY, "v", "")).is_empty());
    }
}
