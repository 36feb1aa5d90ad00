//! **Backpressure.** Which operator holds the others up?
//!
//! A vertex that is backpressured for more than half its time, over two intervals, is held back; the walk downstream from it
//! ends at the first operator that is not, and is busy: that one is the cause (Tencent's published rule; Flink: the busiest
//! task directly below the backpressured chain). Whether it waits or computes decides what to do. Uneven load is left to the
//! skew check, a collector that stops the process to the garbage-collection check, and a snapshot that blocks its operator to
//! the checkpoint checks. What is held back is reported once,
//! as the consequence. A job that works off a backlog, its lag falling, is backpressured by design, and not sick.

use model::{Confidence, Severity};

use crate::checks::lag;
use crate::flow::{Culprit, Flow};
use crate::guidance;
use crate::nature::{self, Kind};
use crate::outcome::{Draft, Facts, Outcome, of_vertex, step};
use crate::signals::{self, number};
use crate::thresholds::{BACKPRESSURE_BAD, BACKPRESSURE_WARN, BUSY_CULPRIT};

/// Which operator holds the others up?
pub fn check(facts: &Facts) -> Outcome {
    let Some(flow) = &facts.flow else { return Outcome::lacking(facts.too_early()) };
    if flow.loads.is_empty() {
        return Outcome::lacking("the job's vertices");
    }
    let worst = flow.worst_pressed();
    if worst.is_none() {
        return Outcome::lacking("backPressuredTimeMsPerSecond of any vertex");
    }
    if lag::catching_up(facts) {
        return Outcome::read(worst);
    }
    let mut outcome = Outcome::judged(worst, Some(&BACKPRESSURE_WARN), &BACKPRESSURE_BAD);
    for culprit in &flow.culprits {
        outcome.drafts.extend(root(facts, flow, culprit));
    }
    if flow.culprits.is_empty() {
        outcome.drafts.extend(unexplained(flow));
    } else {
        outcome.drafts.extend(held_back(flow));
    }
    outcome
}

/// The operator that is to blame; `None` where another check speaks for its kind.
fn root(facts: &Facts, flow: &Flow, culprit: &Culprit) -> Option<Draft> {
    let (load, nature) = (&culprit.load, &culprit.nature);
    let name = nature.operator.clone().unwrap_or_else(|| load.vertex.name.clone());
    let busy = load.busy().unwrap_or(1000.0);
    let embedded = facts.case.now().cluster.embedded;
    let frame = nature.frame.as_deref();
    let inside = frame.map_or_else(String::new, |frame| format!(", in {frame}"));
    let held = upstream(flow, culprit);
    let (cause, title, why, instructions) = match nature.kind {
        Kind::Waits => (
            "slow-external-call",
            format!("{name} waits for something outside, and holds the job up"),
            format!(
                "It is busy for {:.0} % of the time but hardly computes: it waits for answers{inside}. {held}",
                busy / 10.0
            ),
            guidance::waits(&name, frame, load),
        ),
        Kind::Computes => (
            "cpu-bound-operator",
            format!("{name} cannot compute fast enough, and holds the job up"),
            format!("It is busy for {:.0} % of the time, and computes all that time{inside}. {held}", busy / 10.0),
            guidance::computes(&name, frame, load),
        ),
        Kind::Unclear => (
            "undetermined",
            format!("{name} holds the job up; whether it waits or computes cannot be told"),
            format!(
                "It is busy for {:.0} % of the time. {held} Its stacks or its threads' times would settle it.",
                busy / 10.0
            ),
            guidance::unclear(&name, embedded),
        ),
        Kind::Skewed | Kind::Collecting | Kind::Snapshots => return None,
    };
    let mut evidence: Vec<_> = nature::busy_evidence(load, &BUSY_CULPRIT).into_iter().collect();
    evidence.extend(pressed_evidence(flow, &culprit.holds_back));
    evidence.extend(nature.evidence.iter().cloned());
    Some(Draft {
        cause,
        severity: Severity::Severe,
        confidence: nature.confidence,
        subject: of_vertex(load.vertex),
        title,
        why,
        evidence,
        instructions,
    })
}

/// `The operators above it are held back, parse for 94 % of the time.`
fn upstream(flow: &Flow, culprit: &Culprit) -> String {
    match worst(flow, &culprit.holds_back) {
        Some((name, pressed)) => {
            format!("What comes before it has to wait: {name} for {:.0} % of the time.", pressed / 10.0)
        }
        None => String::new(),
    }
}

/// The worst held-back vertex of these.
fn worst<'b>(flow: &'b Flow, ids: &std::collections::BTreeSet<String>) -> Option<(&'b str, f64)> {
    let held = flow.loads.iter().filter(|load| ids.contains(&load.vertex.id));
    let known = held.filter_map(|load| Some((load.vertex.name.as_str(), load.pressed()?)));
    known.max_by(|a, b| a.1.total_cmp(&b.1))
}

fn pressed_evidence(flow: &Flow, ids: &std::collections::BTreeSet<String>) -> Option<model::Evidence> {
    let (name, pressed) = worst(flow, ids)?;
    Some(number(signals::PRESSED, name, pressed, "ms/s", Some(&BACKPRESSURE_BAD)))
}

/// What is held back, in one finding: it is about the vertex furthest up.
fn held_back(flow: &Flow) -> Option<Draft> {
    let held: Vec<_> =
        flow.loads.iter().filter(|load| flow.culprits.iter().any(|c| c.holds_back.contains(&load.vertex.id))).collect();
    let first = held.first()?;
    let names: Vec<&str> = held.iter().map(|load| load.vertex.name.as_str()).collect();
    let evidence: Vec<_> = held
        .iter()
        .filter_map(|load| {
            Some(number(signals::PRESSED, &load.vertex.name, load.pressed()?, "ms/s", Some(&BACKPRESSURE_BAD)))
        })
        .collect();
    Some(Draft {
        cause: "backpressured",
        severity: Severity::Moderate,
        confidence: Confidence::High,
        subject: of_vertex(first.vertex),
        title: format!("{} held back by what comes after", joined(&names)),
        why: "The buffers between them are full, so records are read no faster than the slowest operator takes them."
            .to_owned(),
        evidence,
        instructions: vec![step("Follow the cause; this ends with it.")],
    })
}

fn joined(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{one} is"),
        [rest @ .., last] => format!("{} and {last} are", rest.join(", ")),
    }
}

/// Held back, and nobody below is busy.
fn unexplained(flow: &Flow) -> Option<Draft> {
    let (name, pressed) = worst(flow, &flow.unexplained)?;
    let load = flow.loads.iter().find(|load| load.vertex.name == name)?;
    let blind: Vec<&str> =
        flow.below(&load.vertex.id).filter(|l| l.busy().is_none()).map(|l| l.vertex.name.as_str()).collect();
    let missing = if blind.is_empty() {
        "Every operator below has time to spare, so what is slow lies between them: the network, or too few buffers."
            .to_owned()
    } else {
        format!("{} below does not say how busy it is.", blind.join(", "))
    };
    Some(Draft {
        cause: "undetermined",
        severity: Severity::Severe,
        confidence: Confidence::Low,
        subject: of_vertex(load.vertex),
        title: format!("{name} is held back, and no operator below it is busy"),
        why: format!("It waits for room in its output buffers {:.0} % of the time. {missing}", pressed / 10.0),
        evidence: vec![number(signals::PRESSED, name, pressed, "ms/s", Some(&BACKPRESSURE_BAD))],
        instructions: vec![
            step(
                "Compare outPoolUsage of this operator with inPoolUsage of the next: full here and empty there means the network.",
            ),
            step("Look at the stacks of the operators below; a thread that is stuck names its reason."),
        ],
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::VertexSnapshot;

    use crate::build::{JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    fn check(seconds: &[i64], sink: impl Fn() -> VertexSnapshot, held: f64, expect: &[(&str, &str)]) {
        let history = history(seconds, |s| {
            let source = vertex("Source: s", 2).load(10.0, held);
            cluster(s).job(job("j").vertex(source).vertex(sink().after("Source: s", "HASH")))
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        let found: Vec<_> = outcome.drafts.iter().map(|d| (d.cause, d.subject.name.as_str())).collect();
        assert_eq!(found, expect);
        assert!(
            outcome.drafts.iter().all(|d| !d.evidence.is_empty() && !d.instructions.is_empty() && !d.why.is_empty())
        );
    }

    fn sink(cpu: f64) -> VertexSnapshot {
        vertex("call -> Sink: s", 2).load(1000.0, 0.0).gauge("cpuTimeMsPerSecond", &[cpu, cpu])
    }

    #[test]
    fn a_sink_that_waits_is_the_cause_and_the_source_its_consequence() {
        let expect = [("slow-external-call", "call -> Sink: s"), ("backpressured", "Source: s")];
        check(&[20, 30, 40], || sink(20.0), 950.0, &expect);
    }

    #[test]
    fn a_sink_that_computes() {
        let expect = [("cpu-bound-operator", "call -> Sink: s"), ("backpressured", "Source: s")];
        check(&[20, 30, 40], || sink(950.0), 950.0, &expect);
    }

    #[test]
    fn nothing_is_said_of_a_start_a_lone_snapshot_or_light_backpressure() {
        check(&[2, 12], || sink(20.0), 950.0, &[]);
        check(&[60], || sink(20.0), 950.0, &[]);
        check(&[20, 30, 40], || sink(20.0), 90.0, &[]);
    }

    #[test]
    fn an_unexplained_one_is_undetermined() {
        check(&[20, 30, 40], || vertex("Sink: s", 2).load(20.0, 0.0), 950.0, &[("undetermined", "Source: s")]);
    }
}
