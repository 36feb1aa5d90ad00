//! **Checkpoint duration.** Do checkpoints take too long?
//!
//! Slow is a checkpoint that takes longer than the interval between two of them and longer than ten seconds, the running one
//! included. Where records are held back or barriers start late, that is why, and the finding is a consequence; else the
//! snapshot itself is slow.

use model::{Checkpoint, Confidence, Severity};

use crate::load::{most, to_f64};
use crate::outcome::{Draft, Facts, Outcome, run, step};
use crate::signals::number;
use crate::thresholds::{CHECKPOINT_DURATION, CHECKPOINT_SLOW, START_DELAY};

/// Do checkpoints take too long?
pub fn check(facts: &Facts) -> Outcome {
    let Some(all) = &facts.case.job().checkpoints else {
        return Outcome::lacking("checkpoint statistics: the job takes no checkpoints, or they could not be read");
    };
    let Some(last) = all.history.iter().find_map(|c| taken(facts, c)) else {
        return Outcome::lacking("the duration of any checkpoint");
    };
    let outcome = Outcome::read(Some(last));
    let bound = all.interval_ms.filter(|ms| *ms > 0).map_or(f64::MAX, to_f64) * CHECKPOINT_DURATION.value;
    let slow = |c: &Checkpoint| taken(facts, c).is_some_and(|ms| ms > bound.max(1000.0 * CHECKPOINT_SLOW.value));
    let recent: Vec<&Checkpoint> = all.history.iter().filter(|c| c.status != "FAILED").take(2).collect();
    if !facts.case.running() || facts.flow.is_none() || !recent.iter().any(|c| slow(c)) {
        return outcome;
    }
    // One that is under way may be the only one; of completed ones, both must be slow.
    let under_way = recent.first().is_some_and(|c| c.status == "IN_PROGRESS" && slow(c));
    if !under_way && !recent.iter().all(|c| slow(c)) {
        return outcome;
    }
    let draft = barriers_delayed(facts, Severity::Moderate).or_else(|| Some(snapshot_slow(facts, last, bound)));
    let draft = draft.map(|mut draft| {
        let mut evidence = number("lastCheckpointDuration", &facts.case.job().name, last, "ms", None);
        evidence.threshold = (bound < f64::MAX).then_some(bound);
        draft.evidence.insert(0, evidence);
        draft
    });
    outcome.with(draft)
}

/// How long a checkpoint took, or has been under way, in milliseconds.
fn taken(facts: &Facts, checkpoint: &Checkpoint) -> Option<f64> {
    match checkpoint.status.as_str() {
        "IN_PROGRESS" => Some(to_f64(facts.case.now().at().since_ms(checkpoint.triggered_at))),
        "COMPLETED" => checkpoint.duration_ms.map(to_f64),
        _ => None,
    }
}

/// The finding that barriers travel slowly, where something says so: vertices that are held back, or late starts.
pub fn barriers_delayed(facts: &Facts, severity: Severity) -> Option<Draft> {
    let flow = facts.flow.as_ref();
    let held = flow.is_some_and(|flow| !flow.culprits.is_empty() || !flow.unexplained.is_empty());
    let delays = facts.case.job().vertices.iter().flat_map(|vertex| {
        let delay = |s: &model::SubtaskSnapshot| s.metrics.get("checkpointStartDelayNanos").map(|nanos| nanos / 1e6);
        vertex.subtasks.iter().filter_map(move |s| Some((vertex.name.as_str(), delay(s)?)))
    });
    let late = delays.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, delay)| *delay > START_DELAY.value);
    if !held && late.is_none() {
        return None;
    }
    let evidence = late.map(|(name, delay)| number("checkpointStartDelay", name, delay, "ms", Some(&START_DELAY)));
    let evidence = evidence.or_else(|| {
        let flow = flow?;
        let worst = most(flow.loads.iter().map(crate::load::VertexLoad::pressed))?;
        let name = &flow.loads.iter().find(|load| load.pressed() == Some(worst))?.vertex.name;
        Some(number(crate::signals::PRESSED, name, worst, "ms/s", Some(&crate::thresholds::BACKPRESSURE_BAD)))
    });
    Some(Draft {
        cause: "checkpoint-barriers-delayed",
        severity,
        confidence: if held { Confidence::High } else { Confidence::Medium },
        subject: facts.subject(),
        title: "Checkpoints take too long: their barriers are stuck behind the records".to_owned(),
        why: "A barrier travels with the records. Where they have to wait it waits too, and the checkpoint with it."
            .to_owned(),
        evidence: evidence.into_iter().collect(),
        instructions: vec![
            step("Remove what holds the records up; this ends with it."),
            run(
                "Until then, let barriers overtake records, so that a restart loses less.",
                "execution.checkpointing.unaligned.enabled: true",
            ),
        ],
    })
}

fn snapshot_slow(facts: &Facts, last: f64, bound: f64) -> Draft {
    let every =
        if bound < f64::MAX { format!("every {:.0} s", bound / 1000.0) } else { "one after the other".to_owned() };
    Draft {
        cause: "checkpoint-snapshot-slow",
        severity: Severity::Moderate,
        confidence: Confidence::Low,
        subject: facts.subject(),
        title: format!("Checkpoints take {:.0} s, and are due {every}", last / 1000.0),
        why: "Nothing holds the barriers up, so it is the writing of the state that takes the time.".to_owned(),
        evidence: Vec::new(),
        instructions: vec![
            run("Write only what changed.", "execution.checkpointing.incremental: true"),
            run(
                "Leave room between two checkpoints.",
                format!("execution.checkpointing.min-pause: {:.0} s", (last / 2000.0).max(1.0)),
            ),
            step(
                "Expect a duration below half the interval. If a single subtask stays slow, look at its machine and its keys.",
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::JobSnapshot;

    use crate::build::{JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    fn check(pressed: f64, with: impl Fn(JobSnapshot) -> JobSnapshot, expect: &[&str]) {
        let history = history(&[40, 50, 60], |s| {
            let sink = vertex("sink", 1).after("s", "HASH").load(pressed, 0.0);
            cluster(s).job(with(job("j").vertex(vertex("s", 1).load(0.0, pressed)).vertex(sink)))
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        assert_eq!(outcome.drafts.iter().map(|d| d.cause).collect::<Vec<_>>(), expect);
        assert!(outcome.drafts.iter().all(|d| !d.evidence.is_empty()));
    }

    #[test]
    fn a_slow_one_under_backpressure_is_delayed() {
        check(950.0, |job| job.checkpoint(2, "IN_PROGRESS", 20, 0, None), &["checkpoint-barriers-delayed"]);
    }

    #[test]
    fn slow_ones_without_backpressure_are_slow_snapshots() {
        let slow = |job: JobSnapshot| {
            job.checkpoint(1, "COMPLETED", 10, 14_000, None).checkpoint(2, "COMPLETED", 30, 15_000, None)
        };
        check(0.0, slow, &["checkpoint-snapshot-slow"]);
    }

    #[test]
    fn a_single_slow_one_and_fast_ones_are_none() {
        let once = |job: JobSnapshot| {
            job.checkpoint(1, "COMPLETED", 10, 14_000, None).checkpoint(2, "COMPLETED", 30, 100, None)
        };
        check(0.0, once, &[]);
        check(950.0, |job| job.checkpoint(1, "COMPLETED", 10, 900, None), &[]);
    }
}
