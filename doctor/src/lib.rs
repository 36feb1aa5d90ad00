//! Dr. Squirrel's judgement: pure functions from snapshots of a cluster to what is wrong with its jobs, why, and what to do.
//!
//! ```text
//! snapshots -> case (one job's history) -> facts (loads, flow, failures) -> checks -> findings -> causes -> diagnosis
//! ```
//!
//! * [`registry`](checks) is the one table of checks; each is a file under `checks/` with its reference text and its tests.
//! * Every threshold is in [`thresholds`], with its source.
//! * What exceptions mean is data, in `catalogue.rs`; what to do about a cause is in `guidance.rs`.
//!
//! **Invariants.** Nothing here does I/O or reads a clock: the newest snapshot is now. Missing data is never health: a check
//! without its signals says what is missing. A symptom is never promoted to a cause: `undetermined` is an answer.

mod case;
mod catalogue;
mod causes;
mod checks;
mod exceptions;
mod flow;
mod guidance;
mod jvm;
mod load;
mod names;
mod nature;
mod outcome;
mod readings;
mod registry;
mod score;
mod signals;
mod stacks;
pub mod thresholds;

#[cfg(test)]
mod build;
#[cfg(test)]
mod whole;

use model::{ClusterSnapshot, Diagnosis, Evidence, Point, Reading, Unknown};

pub use registry::CheckInfo;
pub use thresholds::Threshold;

use case::Case;
use outcome::Facts;

/// What the doctor has to say of one job.
#[derive(Debug, Clone, PartialEq)]
pub struct Examination {
    /// What is wrong, why, and what to do.
    pub diagnosis: Diagnosis,
    /// What the hour grid shows of this instant: one reading a check, then one a vertex, then one a task manager.
    pub readings: Vec<Reading>,
}

/// Examines every job of the newest snapshot.
///
/// `history` are snapshots of one cluster, oldest first; the last is now. Live these are the last five minutes, of a recording
/// all there is. Jobs that were running before and that the cluster no longer knows are examined too: they are gone, which is
/// not what anybody asked for.
pub fn examine(history: &[&ClusterSnapshot]) -> Vec<Examination> {
    let Some(now) = history.last() else { return Vec::new() };
    let mut ids: Vec<&str> = now.jobs.iter().map(|job| job.id.as_str()).collect();
    for job in history.iter().rev().flat_map(|snapshot| &snapshot.jobs) {
        let over = checks::availability::ended(&job.state) || job.state == "FAILED";
        // Somebody started it anew: the same name runs under another id.
        let again = now.jobs.iter().any(|other| other.name == job.name && !checks::availability::ended(&other.state));
        if !ids.contains(&job.id.as_str()) && !over && !again {
            ids.push(&job.id);
        }
    }
    ids.into_iter().filter_map(|id| examine_job(history, id)).collect()
}

fn examine_job(history: &[&ClusterSnapshot], id: &str) -> Option<Examination> {
    let case = Case::new(history, id)?;
    let now = history.last()?.at;
    if case.now().at() < now {
        return gone(case, now);
    }
    let facts = Facts::of(case);
    let mut findings = Vec::new();
    let mut unknown = Vec::new();
    let mut readings = Vec::new();
    for check in registry::CHECKS {
        let outcome = (check.run)(&facts);
        readings.push(readings::of_check(&facts, check, &outcome));
        let missing = outcome.missing.iter();
        unknown.extend(missing.map(|missing| Unknown { check: check.name.to_owned(), missing: missing.clone() }));
        findings.extend(outcome.drafts.into_iter().map(|draft| draft.finding(&facts, check.name, check.category)));
    }
    readings.extend(readings::of_parts(&facts));
    let blind = blind(&facts);
    unknown.extend(blind.iter().map(|name| Unknown {
        check: "backpressure".to_owned(),
        missing: format!("busy and backpressured time of {name}"),
    }));
    Some(Examination {
        diagnosis: diagnosis(&facts, causes::fold(findings), unknown, core_known(&facts) && blind.is_empty()),
        readings,
    })
}

/// Whether the signals are there without which nothing can be said: a running job's load, and its failures.
fn core_known(facts: &Facts) -> bool {
    let job = facts.case.job();
    let failures = job.exceptions.is_some() || job.metrics.contains_key("numRestarts");
    facts.case.running() && failures && facts.flow.as_ref().is_some_and(|flow| !flow.loads.is_empty())
}

/// The running vertices whose load cannot be read at all, where load should be known by now.
fn blind(facts: &Facts) -> Vec<String> {
    let loads = facts.flow.iter().flat_map(|flow| &flow.loads);
    let running = loads.filter(|load| load.vertex.state == "RUNNING");
    running.filter(|load| !load.known()).map(|load| load.vertex.name.clone()).collect()
}

fn diagnosis(facts: &Facts, findings: Vec<model::Finding>, unknown: Vec<Unknown>, core_known: bool) -> Diagnosis {
    let job = facts.case.job();
    let verdict = score::verdict(&findings, core_known);
    Diagnosis {
        name: job.name.clone(),
        id: job.id.clone(),
        status: job.state.clone(),
        score: score::score(&findings, verdict),
        verdict,
        findings,
        unknown,
    }
}

/// A job that was alive and that the cluster no longer knows: its job manager has lost it.
fn gone(case: Case, now: model::Timestamp) -> Option<Examination> {
    let facts = Facts::of(case);
    let job = facts.case.job();
    let seen = facts.case.now().at();
    let draft = outcome::Draft {
        cause: "job-not-running",
        severity: model::Severity::Critical,
        confidence: model::Confidence::High,
        subject: facts.subject(),
        title: format!("The cluster no longer knows {}", job.name),
        why: format!(
            "It was {} at {}, and at {} it was not in the list any more. A job manager that restarts without high availability \
             forgets its jobs.",
            job.state,
            seen.clock(),
            now.clock()
        ),
        evidence: vec![signals::text("state", &job.name, "not listed")],
        instructions: vec![
            outcome::step("Start it from its newest retained checkpoint, the folder chk-N with the highest number."),
            outcome::run("Let the next job manager find its jobs.", "high-availability.type: zookeeper"),
            outcome::step("If the checkpoint cannot be read, take the last savepoint, and tell the platform's owners."),
        ],
    };
    let findings = vec![draft.finding(&facts, "availability", "availability")];
    let mut diagnosis = diagnosis(&facts, findings, Vec::new(), true);
    diagnosis.status = "UNKNOWN".to_owned();
    Some(Examination { diagnosis, readings: Vec::new() })
}

/// The values over time of one piece of evidence, derived as the checks derive them; a snapshot without a value is a gap.
pub fn series(history: &[&ClusterSnapshot], job_id: &str, evidence: &Evidence) -> Vec<Point> {
    signals::series(history, job_id, evidence)
}

/// Every check there is, with its thresholds and their sources, in the order of the hour grid.
pub fn checks() -> &'static [CheckInfo] {
    registry::CHECKS
}
