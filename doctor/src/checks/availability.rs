//! **Availability.** Does the job run?
//!
//! `FAILED` and `SUSPENDED` are critical at once: nothing will start the job again. `RESTARTING` and the states before
//! `RUNNING` are findings when they last longer than a minute; until then they are a start or a restart under way, which the
//! restart check judges. `CANCELED` and `FINISHED` are what somebody asked for.

use model::{CellVerdict, Confidence, Severity};

use crate::catalogue::{Role, Speaker};
use crate::checks::restarts;
use crate::exceptions;
use crate::load::to_f64;
use crate::outcome::{Draft, Facts, Outcome, brief, run, step};
use crate::signals::{number, text};
use crate::thresholds::NOT_RUNNING;

/// The states of a job that has ended because somebody, or its input, ended it.
pub fn ended(state: &str) -> bool {
    matches!(state, "CANCELED" | "CANCELLING" | "FINISHED")
}

/// Does the job run?
pub fn check(facts: &Facts) -> Outcome {
    let state = facts.case.job().state.as_str();
    match state {
        "RUNNING" => Outcome::read(Some(1.0)).with(waiting_for_slots(facts)),
        state if ended(state) => Outcome::lacking(format!("a job that is not over: it is {state}")),
        "FAILED" | "SUSPENDED" => Outcome::read(Some(0.0)).with(Some(failed(facts))),
        _ => Outcome { level: CellVerdict::Warn, ..Outcome::read(Some(0.0)) }.with(not_yet(facts)),
    }
}

/// The job has failed for good.
fn failed(facts: &Facts) -> Draft {
    let job = facts.case.job();
    let known = exceptions::onset(&facts.failures).filter(|(_, meaning, _)| meaning.role == Role::Trigger);
    // An exception from longer ago is still what the job failed of: nothing happened since.
    let late: Vec<_> = job.exceptions.iter().flatten().take(1).map(|entry| (entry, exceptions::read(entry))).collect();
    let known = known.or_else(|| exceptions::onset(&late));
    if let Some((entry, meaning, _)) = known
        && meaning.speaker == Speaker::Restarts
    {
        let mut draft = restarts::draft(facts, entry, meaning, Severity::Critical);
        draft.title = format!("The job has failed: {}", restarts::headline(facts, entry, meaning));
        draft.evidence.insert(0, text("state", &job.name, &job.state));
        return draft;
    }
    let (why, evidence) = match known {
        Some((entry, meaning, _)) => {
            let what = format!("{}: {}", meaning.class, brief(&meaning.message, 160));
            (format!("{what}, at {}: {}.", entry.at.clock(), meaning.meaning.unwrap_or("the last it said")), Some(what))
        }
        None => ("The cluster reports no exception. A job that fails before it runs, for want of slots or because its saved \
                  state does not fit, leaves its reason in the execution result only."
            .to_owned(), None),
    };
    Draft {
        cause: "job-not-running",
        severity: Severity::Critical,
        confidence: Confidence::Low,
        subject: facts.subject(),
        title: format!("{} does not run: it is {}", job.name, job.state),
        why,
        evidence: [text("state", &job.name, &job.state)]
            .into_iter()
            .chain(evidence.map(|what| text("exception", &job.name, what)))
            .collect(),
        instructions: vec![
            run("Read why it ended.", format!("curl -s $FLINK/jobs/{}/execution-result", job.id)),
            step(
                "Start it from its last checkpoint; where that fails too, from the last savepoint. Start it without state only \
                  if its owner agrees.",
            ),
        ],
    }
}

/// Not running, and not for a moment only.
fn not_yet(facts: &Facts) -> Option<Draft> {
    let seconds = out_of_work(facts);
    if seconds < NOT_RUNNING.value {
        return None;
    }
    let (job, cluster) = (facts.case.job(), facts.case.now().cluster);
    let no_slots = cluster.slots_available == Some(0);
    let severity = if seconds >= 5.0 * NOT_RUNNING.value || no_slots { Severity::Critical } else { Severity::Severe };
    let mut evidence = vec![text("state", &job.name, &job.state)];
    evidence.push(number("timeNotRunning", &job.name, seconds, "s", Some(&NOT_RUNNING)));
    if no_slots {
        evidence.push(number("taskSlotsAvailable", "cluster", 0.0, "", None));
        return Some(slots(facts, severity, evidence));
    }
    Some(Draft {
        cause: "job-not-running",
        severity,
        confidence: Confidence::Medium,
        subject: facts.subject(),
        title: format!("{} has not run for {seconds:.0} seconds", job.name),
        why: format!(
            "It is {} since then. Nothing is read or written meanwhile, and its lag grows by a second a second.",
            job.state
        ),
        evidence,
        instructions: vec![
            step("Look at the exceptions on this page: while one keeps coming, its finding says what to do."),
            run("Without an exception, look at what the job waits for.", format!("curl -s $FLINK/jobs/{}", job.id)),
        ],
    })
}

/// The job calls itself running, but its tasks have waited for slots for a minute.
fn waiting_for_slots(facts: &Facts) -> Option<Draft> {
    let waits = |m: &crate::case::Moment| {
        m.job.vertices.iter().any(|vertex| matches!(vertex.state.as_str(), "CREATED" | "SCHEDULED"))
    };
    let began = facts.case.run_began();
    let seconds = to_f64(facts.case.now().at().since_ms(began)) / 1000.0;
    let all = facts.case.run().iter().all(waits);
    let none_free = facts.case.now().cluster.slots_available == Some(0);
    if !all || !none_free || seconds < NOT_RUNNING.value {
        return None;
    }
    let name = &facts.case.job().name;
    let evidence = vec![
        number("timeWaitingForSlots", name, seconds, "s", Some(&NOT_RUNNING)),
        number("taskSlotsAvailable", "cluster", 0.0, "", None),
    ];
    Some(slots(facts, Severity::Critical, evidence))
}

fn slots(facts: &Facts, severity: Severity, evidence: Vec<model::Evidence>) -> Draft {
    let (job, cluster) = (facts.case.job(), facts.case.now().cluster);
    let wanted = job.vertices.iter().map(|vertex| vertex.parallelism).max().unwrap_or(1);
    let total = cluster.slots_total.map_or_else(|| "some".to_owned(), |total| total.to_string());
    Draft {
        cause: "no-slots",
        severity,
        confidence: Confidence::High,
        subject: facts.subject(),
        title: format!("{} waits for slots: the cluster has none free", job.name),
        why: format!("It needs {wanted}, one for each parallel pipeline; all {total} of the cluster are taken."),
        evidence,
        instructions: vec![
            run("Start one more task manager.", "bin/taskmanager.sh start"),
            step("Or stop a job that is not needed, or lower this job's parallelism."),
            step(
                "Expect RUNNING within a minute. If slots are free and it still waits, call the platform's owners: the job \
                  manager does not see its task managers.",
            ),
        ],
    }
}

/// Seconds since the job was last seen running, or since it was submitted.
fn out_of_work(facts: &Facts) -> f64 {
    let moments = facts.case.moments();
    let ran = moments.iter().rev().find(|moment| moment.job.state == "RUNNING").map(crate::case::Moment::at);
    let since = ran.or(facts.case.job().start).or(moments.first().map(crate::case::Moment::at));
    since.map_or(0.0, |since| to_f64(facts.case.now().at().since_ms(since)) / 1000.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::build::{JobBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    /// The causes found in a job in this state, read at these seconds.
    fn check(state: &str, seconds: &[i64], free_slots: u32, expect: &[&str]) {
        let history = history(seconds, |s| {
            let mut cluster = cluster(s).job(job("j").vertex(vertex("v", 2)));
            cluster.jobs.iter_mut().for_each(|job| job.state = state.to_owned());
            cluster.slots_available = Some(free_slots);
            cluster
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        assert_eq!(outcome.drafts.iter().map(|d| d.cause).collect::<Vec<_>>(), expect, "{state}");
    }

    #[test]
    fn a_failed_job_is_a_finding_at_once() {
        check("FAILED", &[5], 2, &["job-not-running"]);
        check("SUSPENDED", &[5], 2, &["job-not-running"]);
    }

    #[test]
    fn a_start_is_no_finding_until_it_takes_a_minute() {
        check("CREATED", &[5, 15], 2, &[]);
        check("CREATED", &[5, 65], 0, &["no-slots"]);
        check("RESTARTING", &[5, 65], 2, &["job-not-running"]);
    }

    #[test]
    fn an_end_that_somebody_asked_for_is_no_finding() {
        check("CANCELED", &[5, 500], 0, &[]);
        check("FINISHED", &[5, 500], 0, &[]);
        check("RUNNING", &[5, 500], 0, &[]);
    }

    #[test]
    fn a_failed_job_names_its_exception() {
        let mut failed = job("j").vertex(vertex("parse", 1)).exception(
            3,
            "java.lang.NumberFormatException",
            "x",
            &["a.Parse.map(A.java:1)"],
        );
        failed.state = "FAILED".into();
        let cluster = cluster(5000).job(failed);
        let outcome = super::check(&Facts::of(Case::new(&[&cluster], "j").unwrap()));
        assert_eq!(outcome.drafts[0].cause, "poison-record");
        assert_eq!(outcome.drafts[0].subject.name, "parse");
    }
}
