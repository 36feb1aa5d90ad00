//! The job graph with its load, and the rates that are read off it. Rates are differences of two snapshots: Flink's own
//! `…PerSecond` record rates are means over a minute and lie for as long.

use std::collections::VecDeque;
use std::sync::Arc;

use model::{
    ClusterSnapshot, Finding, Graph, GraphEdge, GraphVertex, JobSnapshot, Severity, SubjectKind, SubtaskSnapshot,
    Verdict, VertexSnapshot,
};

/// The snapshots of one cluster, oldest first.
pub type History = VecDeque<Arc<ClusterSnapshot>>;

/// Milliseconds of work a second that a thread has to share out.
const MS_PER_S: f64 = 1000.0;
/// Rates are taken over at least this long, in milliseconds, so that one late reading does not make them jump.
const RATE_OVER_MS: i64 = 9_000;

/// The graph of the job's instance `id`, as of the newest snapshot.
pub fn graph(history: &History, id: &str, findings: &[Finding]) -> Graph {
    let Some(job) = history.back().and_then(|snapshot| instance(snapshot, id)) else { return Graph::default() };
    let vertex = |vertex: &VertexSnapshot| {
        let busiest = busiest(&vertex.subtasks);
        let rate = |metric: &str| rate(history, id, |job| total(find(job, &vertex.id)?, metric));
        GraphVertex {
            id: vertex.id.clone(),
            name: vertex.name.clone(),
            status: vertex.state.clone(),
            parallelism: vertex.parallelism,
            busy: busiest.and_then(|s| share(s, "busyTimeMsPerSecond")),
            idle: busiest.and_then(|s| share(s, "idleTimeMsPerSecond")),
            backpressured: largest(&vertex.subtasks, |s| share(s, "backPressuredTimeMsPerSecond")),
            records_in_per_s: rate("numRecordsIn"),
            records_out_per_s: rate("numRecordsOut"),
            worst_subtask: busiest.map(|s| s.index),
            verdict: verdict(vertex, findings),
        }
    };
    let edges = job.vertices.iter().flat_map(|vertex| {
        vertex.inputs.iter().map(|input| GraphEdge {
            from: input.vertex.clone(),
            to: vertex.id.clone(),
            ship: input.ship.clone(),
        })
    });
    Graph { vertices: job.vertices.iter().map(vertex).collect(), edges: edges.collect() }
}

/// Records read a second by the job's sources: what they let in where they count that, else what they pass on.
pub fn source_rate(history: &History, id: &str) -> Option<f64> {
    rate(history, id, |job| {
        let sources: Vec<&VertexSnapshot> = job.vertices.iter().filter(|v| v.inputs.is_empty()).collect();
        let sums: Vec<f64> = sources.iter().filter_map(|source| records_read(source)).collect();
        (!sums.is_empty()).then(|| sums.iter().sum())
    })
}

/// The worst event-time lag of the job's sources in milliseconds.
pub fn lag_ms(job: &JobSnapshot) -> Option<f64> {
    let sources = job.vertices.iter().filter(|v| v.inputs.is_empty());
    let metrics = sources.flat_map(|v| &v.subtasks).flat_map(|s| &s.metrics);
    let lags = metrics.filter(|(name, value)| **value >= 0.0 && is_lag(name)).map(|(_, value)| *value);
    lags.max_by(f64::total_cmp)
}

fn is_lag(name: &str) -> bool {
    name.ends_with("watermarkLag") || name.ends_with("currentEmitEventTimeLag")
}

fn records_read(source: &VertexSnapshot) -> Option<f64> {
    // A source operator in a chain counts under its own name; the task's own count stays 0 in Flink.
    let operator = |s: &SubtaskSnapshot| {
        s.metrics.iter().find(|(n, _)| n.starts_with("Source") && n.ends_with(".numRecordsIn")).map(|(_, v)| *v)
    };
    let read: Vec<f64> = source.subtasks.iter().filter_map(operator).collect();
    let read = if read.is_empty() { total(source, "numRecordsIn") } else { Some(read.iter().sum()) };
    read.filter(|read| *read > 0.0).or_else(|| total(source, "numRecordsOut"))
}

/// The growth a second of a counter, over the newest snapshots of the instance. None where it was reset in between.
fn rate(history: &History, id: &str, counter: impl Fn(&JobSnapshot) -> Option<f64>) -> Option<f64> {
    let newest = history.back()?;
    let now = counter(instance(newest, id)?)?;
    let before =
        history.iter().rev().skip(1).find(|s| newest.at.since_ms(s.at) >= RATE_OVER_MS || is_first(history, s))?;
    let then = counter(instance(before, id)?)?;
    let seconds = newest.at.since_ms(before.at) as f64 / MS_PER_S;
    (seconds > 0.0 && now >= then).then(|| (now - then) / seconds)
}

fn is_first(history: &History, snapshot: &Arc<ClusterSnapshot>) -> bool {
    history.front().is_some_and(|first| Arc::ptr_eq(first, snapshot))
}

fn instance<'a>(snapshot: &'a ClusterSnapshot, id: &str) -> Option<&'a JobSnapshot> {
    snapshot.jobs.iter().find(|job| job.id == id)
}

fn find<'a>(job: &'a JobSnapshot, vertex: &str) -> Option<&'a VertexSnapshot> {
    job.vertices.iter().find(|v| v.id == vertex)
}

fn total(vertex: &VertexSnapshot, metric: &str) -> Option<f64> {
    let values: Vec<f64> = vertex.subtasks.iter().filter_map(|s| s.metrics.get(metric)).copied().collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

fn busiest(subtasks: &[SubtaskSnapshot]) -> Option<&SubtaskSnapshot> {
    let busy = |s: &SubtaskSnapshot| s.metrics.get("busyTimeMsPerSecond").copied();
    subtasks
        .iter()
        .filter(|s| busy(s).is_some())
        .max_by(|a, b| busy(a).partial_cmp(&busy(b)).unwrap_or(std::cmp::Ordering::Equal))
}

fn largest(subtasks: &[SubtaskSnapshot], value: impl Fn(&SubtaskSnapshot) -> Option<f64>) -> Option<f64> {
    subtasks.iter().filter_map(value).max_by(f64::total_cmp)
}

fn share(subtask: &SubtaskSnapshot, metric: &str) -> Option<f64> {
    subtask.metrics.get(metric).map(|ms| (ms / MS_PER_S).clamp(0.0, 1.0))
}

/// The worst open root cause about this vertex decides. Without one it is well if it runs, and else not known.
fn verdict(vertex: &VertexSnapshot, findings: &[Finding]) -> Verdict {
    let about = |f: &&Finding| {
        let subject = &f.subject;
        subject.kind == SubjectKind::Vertex && (subject.id == vertex.id || vertex.name == subject.name)
    };
    let worst = findings.iter().filter(|f| f.caused_by.is_none()).filter(about).map(|f| f.severity).max();
    match worst {
        Some(Severity::Critical | Severity::Severe) => Verdict::Critical,
        Some(Severity::Moderate) => Verdict::Degraded,
        Some(Severity::Low) => Verdict::Healthy,
        None if matches!(vertex.state.as_str(), "RUNNING" | "FINISHED") => Verdict::Healthy,
        None => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use model::{ClusterSnapshot, Input, JobSnapshot, Severity, SubtaskSnapshot, Timestamp, Verdict, VertexSnapshot};

    use super::{History, graph, lag_ms, source_rate};
    use crate::portal::fixtures::finding;

    fn subtask(index: u32, metrics: &[(&str, f64)]) -> SubtaskSnapshot {
        let metrics = metrics.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        SubtaskSnapshot { index, metrics, ..SubtaskSnapshot::default() }
    }

    fn vertex(id: &str, inputs: &[&str], subtasks: Vec<SubtaskSnapshot>) -> VertexSnapshot {
        VertexSnapshot {
            id: id.into(),
            name: format!("Name of {id}"),
            state: "RUNNING".into(),
            parallelism: 2,
            inputs: inputs.iter().map(|i| Input { vertex: (*i).into(), ship: "HASH".into() }).collect(),
            subtasks,
            ..VertexSnapshot::default()
        }
    }

    /// A job read ten seconds apart, with these counts of records out of its source.
    fn history(counts: &[f64]) -> History {
        let at = |i: usize| Timestamp(10_000 * i64::try_from(i).unwrap());
        let snapshot = |(i, count): (usize, &f64)| {
            let source = vertex("source", &[], vec![subtask(0, &[("numRecordsOut", *count), ("numRecordsIn", 0.0)])]);
            let busy = [("busyTimeMsPerSecond", 990.0), ("idleTimeMsPerSecond", 10.0)];
            let other = [("busyTimeMsPerSecond", 20.0), ("backPressuredTimeMsPerSecond", 300.0)];
            let sink = vertex("sink", &["source"], vec![subtask(0, &other), subtask(1, &busy)]);
            let job = JobSnapshot { id: "j".into(), vertices: vec![source, sink], ..JobSnapshot::default() };
            Arc::new(ClusterSnapshot { at: at(i), jobs: vec![job], ..ClusterSnapshot::default() })
        };
        counts.iter().enumerate().map(snapshot).collect()
    }

    #[test]
    fn the_busiest_subtask_speaks_for_its_vertex() {
        let graph = graph(&history(&[0.0]), "j", &[]);
        let sink = &graph.vertices[1];
        assert_eq!((sink.busy, sink.idle, sink.worst_subtask), (Some(0.99), Some(0.01), Some(1)));
        assert_eq!(sink.backpressured, Some(0.3), "the worst of all subtasks");
        assert_eq!(graph.vertices[0].busy, None, "absent is not zero");
        assert_eq!((graph.edges[0].from.as_str(), graph.edges[0].to.as_str()), ("source", "sink"));
    }

    #[test]
    fn rates_are_differences_and_absent_after_a_reset() {
        assert_eq!(source_rate(&history(&[100.0, 400.0, 900.0]), "j"), Some(50.0));
        assert_eq!(source_rate(&history(&[900.0, 400.0]), "j"), None, "the counter was reset");
        assert_eq!(source_rate(&history(&[100.0]), "j"), None, "one reading has no rate");
        assert_eq!(source_rate(&history(&[1.0, 2.0]), "another"), None);
    }

    #[test]
    fn only_root_causes_colour_a_vertex() {
        let mut root = finding("1", "root", Severity::Severe);
        root.subject = model::Subject::new(model::SubjectKind::Vertex, "sink", "Writer");
        let mut symptom = finding("2", "symptom", Severity::Critical);
        symptom.subject.id = "source".into();
        symptom.caused_by = Some("1".into());
        let graph = graph(&history(&[0.0]), "j", &[root, symptom]);
        let verdicts: Vec<Verdict> = graph.vertices.iter().map(|v| v.verdict).collect();
        assert_eq!(verdicts, [Verdict::Healthy, Verdict::Critical]);
    }

    #[test]
    fn the_worst_lag_of_a_source_counts_and_minus_one_means_none() {
        let lagging = [("Source__x.watermarkLag", 2500.0), ("Source__x.currentEmitEventTimeLag", 900.0)];
        let source = vertex("s", &[], vec![subtask(0, &lagging), subtask(1, &[("Source__x.watermarkLag", -1.0)])]);
        let job = JobSnapshot { vertices: vec![source], ..JobSnapshot::default() };
        assert_eq!(lag_ms(&job), Some(2500.0));
        let none = vertex("s", &[], vec![subtask(1, &[("Source__x.currentEmitEventTimeLag", -1.0)])]);
        assert_eq!(lag_ms(&JobSnapshot { vertices: vec![none], ..JobSnapshot::default() }), None);
    }
}
