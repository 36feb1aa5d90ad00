//! **Checkpoint failures.** Do checkpoints fail, and where?
//!
//! A snapshot that throws is the cause itself, in the operator that the exception names. `Checkpoint Coordinator is
//! suspending` and its like are consequences of a failure and never counted. A checkpoint that expires is a question: where
//! records are held back, its barriers are too, and it is a consequence of that; where they are not, the first vertex in the
//! order of the plan that did not acknowledge took too long for its snapshot.

use model::{Checkpoint, Confidence, ExceptionEntry, Severity, VertexSnapshot};

use crate::catalogue::{self, Role, Speaker};
use crate::checks::checkpoint_duration::barriers_delayed;
use crate::exceptions::{self, Meaning};
use crate::nature::Kind;
use crate::outcome::{Draft, Facts, Outcome, brief, of_vertex, run, step, times};
use crate::signals::{number, text};
use crate::thresholds::{CHECKPOINTS_FAILED, RESTART_WINDOW_MS};

/// Do checkpoints fail, and where?
pub fn check(facts: &Facts) -> Outcome {
    let thrown = thrown(facts);
    let Some(all) = &facts.case.job().checkpoints else {
        let nothing =
            Outcome::lacking("checkpoint statistics: the job takes no checkpoints, or they could not be read");
        return nothing.with(throwing(facts, &thrown));
    };
    if (all.completed, all.failed, all.in_progress) == (0, 0, 0) && thrown.is_empty() {
        return Outcome::lacking("any checkpoint: the job takes none");
    }
    let failed = failed(facts);
    let count = u32::try_from(failed.len().max(thrown.len())).map_or(f64::MAX, f64::from);
    let outcome = Outcome::judged(Some(count), None, &CHECKPOINTS_FAILED);
    if !thrown.is_empty() {
        return outcome.with(throwing(facts, &thrown));
    }
    let severity = match failed.len() {
        0 => return outcome,
        1 => Severity::Moderate,
        _ if all.completed == 0 || failed.len() >= 3 => Severity::Critical,
        _ => Severity::Severe,
    };
    let expired = failed.iter().filter(|c| c.failure.as_deref().is_some_and(|f| f.contains("expired"))).count();
    if 2 * expired >= failed.len() {
        outcome.with(Some(expiring(facts, &failed, severity)))
    } else {
        outcome.with(Some(declined(facts, &failed, severity)))
    }
}

/// The checkpoints of the last ten minutes that failed of themselves, newest first.
fn failed<'a>(facts: &Facts<'a>) -> Vec<&'a Checkpoint> {
    let now = facts.case.now().at();
    let side_effect = |c: &Checkpoint| {
        c.failure.as_deref().and_then(catalogue::find).is_some_and(|entry| entry.role == Role::SideEffect)
    };
    let history = facts.case.job().checkpoints.iter().flat_map(|all| &all.history);
    history
        .filter(|c| c.status == "FAILED" && now.since_ms(c.triggered_at) <= RESTART_WINDOW_MS && !side_effect(c))
        .collect()
}

/// The exceptions of the last ten minutes that say an operator could not write its state, newest first.
fn thrown<'b, 'a>(facts: &'b Facts<'a>) -> Vec<&'b (&'a ExceptionEntry, Meaning)> {
    let of_checkpoints = |m: &Meaning| m.speaker == Speaker::Checkpoints && m.role == Role::Trigger;
    facts.failures.iter().filter(|(_, meaning)| of_checkpoints(meaning)).collect()
}

/// An operator throws while it writes its state.
fn throwing(facts: &Facts, thrown: &[&(&ExceptionEntry, Meaning)]) -> Option<Draft> {
    let (entry, meaning) = thrown.last()?;
    let place = exceptions::vertex_of(&facts.case, entry, meaning);
    let name = place.as_ref().map_or_else(
        || meaning.operator.clone().unwrap_or_else(|| "an operator".to_owned()),
        |(vertex, operator)| operator.clone().unwrap_or_else(|| vertex.name.clone()),
    );
    let subject =
        place.map_or_else(|| facts.subject(), |(vertex, _)| model::Subject { name: name.clone(), ..of_vertex(vertex) });
    let job = &facts.case.job().name;
    let what = format!("{}: {}", meaning.class, brief(&meaning.message, 160));
    let frame = meaning.frame.as_ref().map_or_else(String::new, |frame| format!(" in {}", frame.short()));
    let mut evidence = vec![text("exception", job, &what)];
    evidence.extend(meaning.frame.as_ref().map(|frame| text("stack frame", job, frame.short())));
    let count = u32::try_from(thrown.len()).map_or(f64::MAX, f64::from);
    evidence.push(number("failed checkpoints", job, count, "", Some(&CHECKPOINTS_FAILED)));
    Some(Draft {
        cause: meaning.cause,
        severity: if thrown.len() >= 2 { Severity::Severe } else { Severity::Moderate },
        confidence: Confidence::High,
        subject,
        title: format!("{name} fails to write its state: checkpoints failed {} in 10 minutes", times(thrown.len())),
        why: format!(
            "{what}, thrown{frame}. Such a failure restarts the job, and each restart begins at an older checkpoint."
        ),
        evidence,
        instructions: vec![
            step(format!("Look at `{}`{}: where does it write to, and may it?", brief(&meaning.message, 120), frame)),
            run(
                "See that the place of the checkpoints exists, can be written and has room.",
                "execution.checkpointing.dir",
            ),
            run(
                "While you look, let the job survive a few of them.",
                "execution.checkpointing.tolerable-failed-checkpoints: 3",
            ),
            step(
                "Expect three checkpoints in a row to complete. If they fail on every task manager alike, stop and call the \
                  owners of the storage.",
            ),
        ],
    })
}

/// Checkpoints that take longer than their time-out.
fn expiring(facts: &Facts, failed: &[&Checkpoint], severity: Severity) -> Draft {
    let timeout = facts.case.job().checkpoints.as_ref().and_then(|all| all.timeout_ms).unwrap_or(600_000);
    let seconds = crate::load::to_f64(timeout) / 1000.0;
    let blocks = facts.flow.iter().flat_map(|flow| &flow.culprits).find(|c| c.nature.kind == Kind::Snapshots);
    if blocks.is_none()
        && let Some(mut draft) = barriers_delayed(facts, severity)
    {
        draft.title = format!("Checkpoints expire after {seconds:.0} s: their barriers are stuck behind the records");
        draft.evidence.insert(0, count_evidence(facts, failed));
        return draft;
    }
    let silent = || failed.iter().find_map(|checkpoint| first_silent(facts, checkpoint));
    let slow = blocks.map(|culprit| culprit.load.vertex).or_else(silent);
    let (subject, name) = match slow {
        Some(vertex) => (of_vertex(vertex), vertex.name.clone()),
        None => (facts.subject(), "an operator".to_owned()),
    };
    let mut evidence = vec![count_evidence(facts, failed)];
    let reason = failed.first().and_then(|c| c.failure.clone()).unwrap_or_default();
    evidence.push(text("failure", &facts.case.job().name, reason));
    evidence.extend(blocks.iter().flat_map(|culprit| culprit.nature.evidence.iter().cloned()));
    Draft {
        cause: "checkpoint-snapshot-slow",
        severity,
        confidence: if slow.is_some() { Confidence::High } else { Confidence::Low },
        title: format!("Checkpoints expire after {seconds:.0} s: {name} takes too long to write its state"),
        subject,
        why: format!(
            "Barriers reach it without delay, and what is before it has acknowledged; {name} has not. Checkpoints failed {} \
             in 10 minutes, and a restart would begin at an old one.",
            times(failed.len())
        ),
        evidence,
        instructions: vec![
            step(format!("Look at what {name} does in snapshotState, and at the disk and the storage it writes to.")),
            run("Write only what changed.", "execution.checkpointing.incremental: true"),
            run(
                "Give it the time it needs, when its duration is steady.",
                format!("execution.checkpointing.timeout: {:.0} s", 3.0 * seconds),
            ),
            step(
                "Expect three checkpoints in a row to complete in less than half the time-out. If a single subtask stays slow, \
                  look at its machine.",
            ),
        ],
    }
}

/// Checkpoints that fail for another reason, which the cluster tolerates.
fn declined(facts: &Facts, failed: &[&Checkpoint], severity: Severity) -> Draft {
    let silent = failed.iter().find_map(|checkpoint| first_silent(facts, checkpoint));
    let reason = failed.first().and_then(|c| c.failure.clone()).unwrap_or_else(|| "no reason given".to_owned());
    let storage =
        ["storage", "No space", "AccessDenied", "SlowDown", "finalize", "directory"].iter().any(|w| reason.contains(w));
    let name = silent.map_or_else(|| "an operator".to_owned(), |vertex| vertex.name.clone());
    Draft {
        cause: if storage { "checkpoint-storage" } else { "checkpoint-snapshot-failing" },
        severity,
        confidence: Confidence::Medium,
        subject: silent.map_or_else(|| facts.subject(), of_vertex),
        title: format!("Checkpoints fail: {} in 10 minutes", times(failed.len())),
        why: format!(
            "The cluster says: {}. The first operator without its state written is {name}.",
            brief(&reason, 160)
        ),
        evidence: vec![count_evidence(facts, failed), text("failure", &facts.case.job().name, brief(&reason, 160))],
        instructions: vec![
            step(format!("Look at the log of {name}'s task manager at the time of the last failed checkpoint.")),
            run(
                "See that the place of the checkpoints exists, can be written and has room.",
                "execution.checkpointing.dir",
            ),
            step("Expect three checkpoints in a row to complete. If not, call the owners of the storage."),
        ],
    }
}

fn count_evidence(facts: &Facts, failed: &[&Checkpoint]) -> model::Evidence {
    let count = u32::try_from(failed.len()).map_or(f64::MAX, f64::from);
    number("numberOfFailedCheckpoints", &facts.case.job().name, count, "", Some(&CHECKPOINTS_FAILED))
}

/// The first vertex in the order of the plan with subtasks that did not acknowledge.
fn first_silent<'a>(facts: &Facts<'a>, checkpoint: &Checkpoint) -> Option<&'a VertexSnapshot> {
    let silent = |vertex: &VertexSnapshot| {
        checkpoint.vertices.iter().any(|acks| acks.vertex == vertex.id && acks.acknowledged < acks.subtasks)
    };
    facts.case.job().vertices.iter().find(|vertex| silent(vertex))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::{JobSnapshot, Severity, VertexAcks};

    use crate::build::{JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    fn check(make: impl Fn() -> JobSnapshot, expect: &[(&str, &str, Severity)]) {
        let history = history(&[40, 50, 60], |s| cluster(s).job(make()));
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        let found: Vec<_> = outcome.drafts.iter().map(|d| (d.cause, d.subject.name.as_str(), d.severity)).collect();
        assert_eq!(found, expect);
    }

    fn expired(pressed: f64) -> JobSnapshot {
        let mut job = job("j")
            .vertex(vertex("source", 1).load(0.0, pressed))
            .vertex(vertex("agg", 2).after("source", "HASH").load(if pressed > 0.0 { 990.0 } else { 10.0 }, 0.0));
        for id in 1..5 {
            job = job.checkpoint(id, "FAILED", 10, 4000, Some("Checkpoint expired before completing."));
        }
        let acks = |vertex: &str, acknowledged| VertexAcks { vertex: vertex.into(), acknowledged, subtasks: 2 };
        job.checkpoints.as_mut().unwrap().history[0].vertices = vec![acks("agg", 1), acks("source", 2)];
        job
    }

    #[test]
    fn an_operator_that_throws_is_named() {
        let make = || {
            let job = job("j").vertex(vertex("parse", 1)).vertex(vertex("enrich-state", 2));
            let thrown = |job: JobSnapshot, s| {
                job.exception(
                    s,
                    "java.io.IOException",
                    "Could not perform checkpoint 8 for operator enrich-state (1/2)#3.",
                    &[],
                )
            };
            let failed =
                |job: JobSnapshot, s| job.checkpoint(9, "FAILED", s, 40, Some("Checkpoint Coordinator is suspending."));
            failed(failed(thrown(thrown(job, 20), 30), 20), 30)
        };
        check(make, &[("checkpoint-snapshot-failing", "enrich-state", Severity::Severe)]);
    }

    #[test]
    fn one_that_expires_without_backpressure_is_a_slow_snapshot() {
        check(|| expired(0.0), &[("checkpoint-snapshot-slow", "agg", Severity::Critical)]);
    }

    #[test]
    fn one_that_expires_under_backpressure_is_its_consequence() {
        check(|| expired(950.0), &[("checkpoint-barriers-delayed", "j", Severity::Critical)]);
    }

    #[test]
    fn what_a_failing_job_gives_up_is_not_counted() {
        let given_up = || {
            let one = |job: JobSnapshot, id| {
                job.checkpoint(id, "FAILED", 30, 40, Some("Checkpoint Coordinator is suspending."))
            };
            one(one(job("j").checkpoint(1, "COMPLETED", 20, 40, None), 2), 3)
        };
        check(given_up, &[]);
        check(|| job("j").checkpoint(1, "COMPLETED", 20, 40, None), &[]);
    }

    #[test]
    fn without_statistics_it_is_unknown() {
        let cluster = cluster(40).job(job("j"));
        assert_eq!(super::check(&Facts::of(Case::new(&[&cluster], "j").unwrap())).missing.len(), 1);
    }
}
