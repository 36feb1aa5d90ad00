//! Where a job's records are held up: the walk downstream from what is held back to the first operator that is not, and is busy.
//!
//! After Tencent's published rule and Flink's own guidance: the bottleneck is the busiest task directly below the
//! backpressured chain. Light backpressure counts too when an operator below is saturated all the time: a source that is
//! held to a pace shows the little it lacks as the little it waits. And a source that is saturated itself while its lag grows
//! has nobody above it who could be held back.

use std::collections::BTreeSet;

use crate::case::{Case, Window};
use crate::checks::lag;
use crate::load::VertexLoad;
use crate::nature::{self, Nature};
use crate::thresholds::{BACKPRESSURE_BAD, BACKPRESSURE_WARN, BUSY_CULPRIT, BUSY_SATURATED};

/// Between two intervals a held-back vertex may breathe, but not stop being held back.
const THROUGHOUT: f64 = 0.5;

/// An operator that holds others up.
#[derive(Debug, Clone)]
pub struct Culprit<'a> {
    /// Its load.
    pub load: VertexLoad<'a>,
    /// Why it is slow.
    pub nature: Nature,
    /// The ids of the vertices that it holds back.
    pub holds_back: BTreeSet<String>,
}

/// How the job's records flow.
#[derive(Debug, Clone, Default)]
pub struct Flow<'a> {
    /// The load of every vertex.
    pub loads: Vec<VertexLoad<'a>>,
    /// Who holds whom up.
    pub culprits: Vec<Culprit<'a>>,
    /// The ids of held-back vertices below which nobody was found busy.
    pub unexplained: BTreeSet<String>,
}

impl<'a> Flow<'a> {
    /// How the records flow in this window.
    pub fn of(case: &Case<'a>, window: &Window<'a>) -> Flow<'a> {
        let loads: Vec<VertexLoad> = case.job().vertices.iter().map(|v| VertexLoad::over(window, v)).collect();
        let mut flow = Flow { loads, ..Default::default() };
        let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
        let lightly = |l: &&VertexLoad| l.pressed_throughout().is_some_and(|least| least > BACKPRESSURE_WARN.value);
        let held: Vec<(String, bool)> = flow
            .loads
            .iter()
            .filter(|load| pressed(load) || lightly(load))
            .map(|load| (load.vertex.id.clone(), pressed(load)))
            .collect();
        let mut unexplained = BTreeSet::new();
        for (start, hard) in held {
            let (culprits, seen) = flow.walk(&start, hard);
            if culprits.is_empty() {
                unexplained.extend(hard.then_some(start));
                continue;
            }
            for culprit in culprits {
                let mut held = seen.clone();
                held.remove(&culprit);
                match found.iter_mut().find(|(id, _)| *id == culprit) {
                    Some((_, all)) => all.extend(held),
                    None => found.push((culprit, held)),
                }
            }
        }
        flow.unexplained = unexplained;
        if found.is_empty() && lag::grows(window) {
            found.extend(flow.saturated_sources().map(|id| (id, BTreeSet::new())));
        }
        for (id, holds_back) in found {
            if let Some(load) = flow.load(&id).cloned() {
                let nature = nature::of(case, window, &flow, &load);
                flow.culprits.push(Culprit { load, nature, holds_back });
            }
        }
        flow
    }

    /// The load of the vertex with this id.
    pub fn load(&self, id: &str) -> Option<&VertexLoad<'a>> {
        self.loads.iter().find(|load| load.vertex.id == id)
    }

    /// The ids of the sources that are saturated all the time.
    fn saturated_sources(&self) -> impl Iterator<Item = String> + '_ {
        let sources = self.loads.iter().filter(|load| load.vertex.inputs.is_empty());
        sources.filter(|load| saturated(load)).map(|load| load.vertex.id.clone())
    }

    /// The vertices that take records from this one.
    pub fn below<'b>(&'b self, id: &'b str) -> impl Iterator<Item = &'b VertexLoad<'a>> + 'b {
        self.loads.iter().filter(move |load| load.vertex.inputs.iter().any(|input| input.vertex == id))
    }

    /// The backpressured time of the worst vertex, in ms/s.
    pub fn worst_pressed(&self) -> Option<f64> {
        crate::load::most(self.loads.iter().map(VertexLoad::pressed))
    }
}

/// Whether a vertex is held back: in the mean, and throughout.
pub fn pressed(load: &VertexLoad) -> bool {
    let bad = BACKPRESSURE_BAD.value;
    load.pressed().is_some_and(|mean| mean > bad)
        && load.pressed_throughout().is_some_and(|least| least > bad * THROUGHOUT)
}

/// Whether a vertex has no time left, all the time.
fn saturated(load: &VertexLoad) -> bool {
    load.busy_throughout().is_some_and(|least| least > BUSY_SATURATED.value)
}

/// Whether the walk goes on below a vertex: it is held back itself, more than it is at work.
fn passes_on(load: &VertexLoad) -> bool {
    let held = load.pressed().unwrap_or(0.0);
    held > BACKPRESSURE_BAD.value || held > BACKPRESSURE_WARN.value && held >= load.busy().unwrap_or(0.0)
}

impl Flow<'_> {
    /// Goes down from a held-back vertex: who holds it up, and which vertices lie between. After light backpressure only a
    /// saturated operator is to blame. A graph with a cycle ends as well, for no vertex is passed twice; and a long one costs
    /// no stack.
    fn walk(&self, start: &str, hard: bool) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut culprits, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![start.to_owned()];
        while let Some(id) = open.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            let mut explained = false;
            for load in self.below(&id) {
                let busy = load.busy().is_some_and(|busy| busy > BUSY_CULPRIT.value);
                if passes_on(load) {
                    explained = true;
                    open.push(load.vertex.id.clone());
                } else if busy && (hard || saturated(load)) {
                    explained = true;
                    culprits.insert(load.vertex.id.clone());
                }
            }
            // Nobody below is to blame: a vertex with subtasks held back and subtasks busy is then its own reason.
            let own = self.load(&id).and_then(VertexLoad::busy);
            if hard && !explained && own.is_some_and(|busy| busy > BUSY_CULPRIT.value) {
                culprits.insert(id);
            }
        }
        (culprits, seen)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::JobSnapshot;

    use super::Flow;
    use crate::build::{JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;

    /// The culprits' ids and the ids that nobody explains, in a job read three times.
    fn check(make: impl Fn() -> JobSnapshot, culprits: &[&str], unexplained: &[&str]) {
        let history = history(&[30, 40, 50], |s| cluster(s).job(make()));
        let history = refs(&history);
        let case = Case::new(&history, "j").unwrap();
        let flow = Flow::of(&case, &case.window().unwrap());
        assert_eq!(flow.culprits.iter().map(|c| c.load.vertex.id.as_str()).collect::<Vec<_>>(), culprits);
        assert_eq!(flow.unexplained.iter().map(String::as_str).collect::<Vec<_>>(), unexplained);
    }

    /// source -> map -> { idle branch, sink }, each with its busy and backpressured time.
    fn branched(source: (f64, f64), map: (f64, f64), idle: (f64, f64), sink: (f64, f64)) -> JobSnapshot {
        job("j")
            .vertex(vertex("source", 2).load(source.0, source.1))
            .vertex(vertex("map", 2).after("source", "REBALANCE").load(map.0, map.1))
            .vertex(vertex("branch", 2).after("map", "HASH").load(idle.0, idle.1))
            .vertex(vertex("sink", 2).after("map", "HASH").load(sink.0, sink.1))
    }

    #[test]
    fn names_the_first_busy_operator_below_the_backpressured_chain() {
        check(|| branched((10.0, 900.0), (50.0, 940.0), (20.0, 0.0), (1000.0, 0.0)), &["sink"], &[]);
        check(|| branched((10.0, 900.0), (990.0, 0.0), (20.0, 0.0), (200.0, 0.0)), &["map"], &[]);
    }

    #[test]
    fn walks_on_through_a_vertex_that_is_held_back_a_little_and_hardly_busy() {
        check(|| branched((10.0, 600.0), (50.0, 300.0), (20.0, 0.0), (1000.0, 0.0)), &["sink"], &[]);
    }

    #[test]
    fn a_healthy_job_and_a_lightly_held_back_one_have_no_culprit() {
        check(|| branched((90.0, 0.0), (50.0, 0.0), (20.0, 0.0), (30.0, 0.0)), &[], &[]);
        check(|| branched((90.0, 300.0), (50.0, 0.0), (20.0, 0.0), (700.0, 0.0)), &[], &[]);
    }

    #[test]
    fn light_backpressure_has_a_culprit_only_when_one_below_is_saturated() {
        check(|| branched((90.0, 300.0), (50.0, 0.0), (20.0, 0.0), (100.0, 0.0)), &[], &[]);
        check(|| branched((90.0, 300.0), (50.0, 300.0), (20.0, 0.0), (990.0, 0.0)), &["sink"], &[]);
        check(|| branched((90.0, 60.0), (50.0, 60.0), (20.0, 0.0), (990.0, 0.0)), &[], &[]);
    }

    #[test]
    fn a_saturated_source_is_to_blame_when_its_lag_grows() {
        let chained = |lag: f64| {
            job("j").vertex(vertex("Source: s -> call", 1).load(999.0, 0.0).gauge("Source__s.watermarkLag", &[lag]))
        };
        for (pace, expect) in [(1000.0, 1), (0.0, 0), (-1000.0, 0)] {
            let history = history(&[30, 40, 50], |s| {
                let second = f64::from(i32::try_from(s).unwrap());
                cluster(s).job(chained(100_000.0 + pace * second))
            });
            let history = refs(&history);
            let case = Case::new(&history, "j").unwrap();
            assert_eq!(Flow::of(&case, &case.window().unwrap()).culprits.len(), expect, "{pace}");
        }
    }

    #[test]
    fn busy_without_anyone_waiting_is_no_culprit() {
        check(|| branched((900.0, 0.0), (900.0, 0.0), (900.0, 0.0), (900.0, 0.0)), &[], &[]);
    }

    #[test]
    fn says_so_when_nobody_below_is_busy() {
        check(|| branched((10.0, 950.0), (50.0, 0.0), (20.0, 0.0), (30.0, 0.0)), &[], &["source"]);
    }

    #[test]
    fn one_spike_is_no_backpressure() {
        let history = history(&[30, 40, 50], |s| {
            let held = if s == 50 { 1000.0 } else { 0.0 };
            cluster(s).job(branched((0.0, held), (0.0, held), (0.0, 0.0), (1000.0, 0.0)))
        });
        let history = refs(&history);
        let case = Case::new(&history, "j").unwrap();
        assert!(Flow::of(&case, &case.window().unwrap()).culprits.is_empty());
    }

    #[test]
    fn a_cycle_ends() {
        let make = || {
            job("j")
                .vertex(vertex("a", 1).after("b", "HASH").load(0.0, 900.0))
                .vertex(vertex("b", 1).after("a", "HASH").load(0.0, 900.0))
        };
        check(make, &[], &["a", "b"]);
    }
}
