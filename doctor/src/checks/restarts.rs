//! **Restarts.** Does the job fail and start again, and what of?
//!
//! Three failures within ten minutes that have not stopped are a loop: critical. The exception that is named is that of the
//! first iteration, not the newest: in a loop the newest lines show the loop. Its cause chain is walked to the deepest
//! specific cause; side effects of failing (`Checkpoint Coordinator is suspending`, cancellations) are never named. Where the
//! exception is a checkpoint's, a lost task manager's or memory's, that check names the cause and the restarts are its
//! consequence.

use model::{Confidence, ExceptionEntry, Severity};

use crate::catalogue::{Owner, Role, Speaker};
use crate::exceptions::{self, Meaning};
use crate::guidance;
use crate::outcome::{Draft, Facts, Outcome, brief, of_vertex, times};
use crate::signals::{number, text};
use crate::thresholds::{RESTART_WINDOW_MS, RESTARTS_LOOP, RESTARTS_WARN};

/// A loop whose last failure is longer ago than this, and than three times its usual pace, has stopped.
const STILL_MS: i64 = 60_000;
/// A failure longer ago than this, of a job that has run since, is history.
const HISTORY_MS: i64 = 300_000;

/// Does the job fail and start again?
pub fn check(facts: &Facts) -> Outcome {
    let job = facts.case.job();
    if job.exceptions.is_none() && !job.metrics.contains_key("numRestarts") {
        return Outcome::lacking("the job's exceptions and its numRestarts");
    }
    if matches!(job.state.as_str(), "FAILED" | "SUSPENDED" | "FINISHED" | "CANCELED" | "CANCELLING") {
        return Outcome::lacking("a job that is not over");
    }
    let count = count(facts);
    let reading = Outcome::judged(Some(number_of(count)), Some(&RESTARTS_NONE), &RESTARTS_LOOP);
    let Some(severity) = severity(facts, count) else { return reading };
    let draft = match exceptions::onset(&facts.failures) {
        Some((entry, meaning, _)) if meaning.speaker == Speaker::Restarts => draft(facts, entry, meaning, severity),
        Some((entry, meaning, _)) => consequence(facts, entry, meaning, severity, count),
        None => unexplained(facts, severity, count),
    };
    reading.with(Some(draft))
}

/// No restart at all is what is fine.
const RESTARTS_NONE: crate::thresholds::Threshold =
    crate::thresholds::Threshold { value: RESTARTS_WARN.value - 0.5, ..RESTARTS_WARN };

/// Restarts within the last ten minutes, by the exceptions and by the counter. The counter alone also counts rescalings, so it
/// is heard only beside an exception, or when it says a loop.
pub fn count(facts: &Facts) -> usize {
    let now = facts.case.now();
    let recent = facts.case.moments().iter().filter(|m| now.at().since_ms(m.at()) <= RESTART_WINDOW_MS);
    let counts: Vec<f64> = recent.filter_map(|m| m.job.metrics.get("numRestarts").copied()).collect();
    let young = now.job.start.is_some_and(|start| now.at().since_ms(start) <= RESTART_WINDOW_MS);
    let before = if young { Some(0.0) } else { counts.first().copied() };
    let counted = before.zip(counts.last()).map_or(0.0, |(before, after)| (after - before).max(0.0));
    let thrown = facts.failures.len();
    let heard = thrown > 0 || counted >= RESTARTS_LOOP.value;
    if heard { thrown.max(whole(counted)) } else { 0 }
}

/// A count read from a metric; bounded, for what a broken cluster may send.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(count: f64) -> usize {
    count.clamp(0.0, 1e6) as usize
}

/// A count as a number to compare.
fn number_of(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// How bad this many restarts are; `None` where there were none.
fn severity(facts: &Facts, count: usize) -> Option<Severity> {
    let running = facts.case.running();
    let now = facts.case.now().at();
    let since = facts.failures.first().map(|(entry, _)| now.since_ms(entry.at));
    let pace = match (facts.failures.first(), facts.failures.last()) {
        (Some((newest, _)), Some((oldest, _))) if facts.failures.len() > 1 => {
            newest.at.since_ms(oldest.at) / i64::try_from(facts.failures.len() - 1).unwrap_or(1)
        }
        _ => 0,
    };
    let goes_on = !running || since.is_none_or(|since| since <= STILL_MS.max(pace.saturating_mul(3)));
    match count {
        0 => None,
        _ if goes_on && number_of(count) >= RESTARTS_LOOP.value => Some(Severity::Critical),
        2.. if goes_on => Some(Severity::Severe),
        _ if since.is_some_and(|since| since > HISTORY_MS) && running => Some(Severity::Low),
        _ => Some(Severity::Moderate),
    }
}

/// Who throws what: `parse cannot read a record`.
pub fn headline(facts: &Facts, entry: &ExceptionEntry, meaning: &Meaning) -> String {
    let who = place(facts, entry, meaning).map_or_else(|| "it".to_owned(), |(_, name)| name);
    match meaning.cause {
        "poison-record" => format!("{who} cannot read a record"),
        _ => match meaning.meaning {
            Some(words) => words.to_owned(),
            None => format!("{who} throws {}", meaning.class),
        },
    }
}

/// The finding that an exception makes.
pub fn draft(facts: &Facts, entry: &ExceptionEntry, meaning: &Meaning, severity: Severity) -> Draft {
    let place = place(facts, entry, meaning);
    let count = count(facts).max(1);
    let what = format!("{}: {}", meaning.class, brief(&meaning.message, 160));
    let at_frame = meaning.frame.as_ref().map_or_else(String::new, |frame| {
        let place = frame.place.as_ref().map_or_else(String::new, |place| format!(", {place}"));
        format!(" in {}{place}", frame.short())
    });
    let repeats = match meaning.transient {
        true => "It may pass by itself; while it does not, each restart loses the work since the last checkpoint.",
        false => "Each restart reads the same input again and fails again.",
    };
    let mut evidence = vec![text("exception", &facts.case.job().name, &what)];
    if let Some(frame) = &meaning.frame {
        let place = frame.place.as_ref().map_or_else(String::new, |place| format!("({place})"));
        evidence.push(text("stack frame", &facts.case.job().name, format!("{}{place}", frame.short())));
    }
    evidence.push(number("numRestarts", &facts.case.job().name, number_of(count), "", Some(&RESTARTS_LOOP)));
    let loops = if count > 1 {
        format!(", and the job restarts: {} in 10 minutes", times(count))
    } else {
        ", and the job restarted".to_owned()
    };
    let name = place.as_ref().map_or_else(|| facts.case.job().name.clone(), |(_, name)| name.clone());
    Draft {
        cause: meaning.cause,
        severity,
        confidence: confidence(meaning, place.is_some()),
        subject: place.map_or_else(|| facts.subject(), |(subject, _)| subject),
        title: format!("{}{loops}", capital(&headline(facts, entry, meaning))),
        why: format!("{what}, thrown{at_frame} at {} for the first time. {repeats}", entry.at.clock()),
        evidence,
        instructions: guidance::exception(&name, meaning, facts.case.now().cluster.embedded),
    }
}

/// The vertex it was thrown in as a subject, and the name to say: that of the operator where it is known. The subject carries
/// the operator's name, which the exception itself tells and which therefore does not change from poll to poll.
fn place(facts: &Facts, entry: &ExceptionEntry, meaning: &Meaning) -> Option<(model::Subject, String)> {
    let (vertex, operator) = exceptions::vertex_of(&facts.case, entry, meaning)?;
    let name = operator.unwrap_or_else(|| vertex.name.clone());
    let mut subject = of_vertex(vertex);
    subject.name.clone_from(&name);
    Some((subject, name))
}

fn confidence(meaning: &Meaning, placed: bool) -> Confidence {
    match (meaning.role, placed || meaning.owner != Owner::User) {
        (Role::Trigger, true) => Confidence::High,
        (Role::Trigger, false) => Confidence::Medium,
        _ => Confidence::Low,
    }
}

/// Restarts whose cause another check names.
fn consequence(facts: &Facts, entry: &ExceptionEntry, meaning: &Meaning, severity: Severity, count: usize) -> Draft {
    let job = &facts.case.job().name;
    Draft {
        cause: "restart-loop",
        severity,
        confidence: Confidence::High,
        subject: facts.subject(),
        title: format!("The job restarts: {} in 10 minutes", times(count)),
        why: format!(
            "Each time because {}; the first time at {}.",
            meaning.meaning.unwrap_or("of the same exception"),
            entry.at.clock()
        ),
        evidence: vec![
            number("numRestarts", job, number_of(count), "", Some(&RESTARTS_LOOP)),
            text("exception", job, format!("{}: {}", meaning.class, brief(&meaning.message, 160))),
        ],
        instructions: vec![crate::outcome::step("Follow the cause; the restarts end with it.")],
    }
}

/// Restarts without any exception to show for them.
fn unexplained(facts: &Facts, severity: Severity, count: usize) -> Draft {
    let job = facts.case.job();
    Draft {
        cause: "undetermined",
        severity,
        confidence: Confidence::Low,
        subject: facts.subject(),
        title: format!("The job restarts without saying why: {} in 10 minutes", times(count)),
        why: "The cluster counts restarts but keeps no exception of them. The job manager's log has what is missing."
            .to_owned(),
        evidence: vec![number("numRestarts", &job.name, number_of(count), "", Some(&RESTARTS_LOOP))],
        instructions: vec![
            crate::outcome::run("Keep more exceptions.", "web.exception-history-size: 32"),
            crate::outcome::step(
                "Search the job manager's log for `switched from RUNNING to FAILED`; the lines below the first one name the exception.",
            ),
        ],
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    // The name of an operator stays as it is written; only plain words are capitalised.
    match chars.next() {
        Some(first)
            if text.starts_with("a ")
                || text.starts_with("the ")
                || text.starts_with("it ")
                || text.starts_with("an ") =>
        {
            first.to_uppercase().collect::<String>() + chars.as_str()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::{JobSnapshot, Severity};

    use crate::build::{JobBuilder, cluster, job, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    const PARSE: [&str; 2] = ["Orders$Parse.flatMap(Orders.java:69)", "org.apache.flink.X.emitRecord(X.java:1)"];

    fn failing(seconds: &[i64]) -> JobSnapshot {
        let vertices = job("j").vertex(vertex("Source: s", 1)).vertex(vertex("parse -> watermarks", 1));
        let failed = |job: JobSnapshot, s: &i64| {
            job.exception(*s, "java.lang.IllegalStateException", "malformed record", &PARSE)
        };
        let count = f64::from(u32::try_from(seconds.len()).unwrap());
        seconds.iter().fold(vertices, failed).restarts(count, seconds.last().copied().unwrap_or(0) + 2)
    }

    fn check(job: JobSnapshot, now: i64, expect: Option<(&str, Severity, &str)>) {
        let cluster = cluster(now).job(job);
        let outcome = super::check(&Facts::of(Case::new(&[&cluster], "j").unwrap()));
        let found = outcome.drafts.first().map(|d| (d.cause, d.severity, d.subject.name.as_str()));
        assert_eq!(found, expect);
    }

    #[test]
    fn three_failures_that_go_on_are_a_loop() {
        check(failing(&[10, 20, 30]), 40, Some(("poison-record", Severity::Critical, "parse")));
        check(failing(&[10, 20]), 30, Some(("poison-record", Severity::Severe, "parse")));
        check(failing(&[10]), 20, Some(("poison-record", Severity::Moderate, "parse")));
    }

    #[test]
    fn a_loop_that_stopped_is_no_longer_one() {
        check(failing(&[10, 20, 30]), 200, Some(("poison-record", Severity::Moderate, "parse")));
        check(failing(&[10]), 500, Some(("poison-record", Severity::Low, "parse")));
        check(failing(&[10]), 700, None);
    }

    #[test]
    fn a_healthy_job_and_a_rescaled_one_are_none() {
        check(job("j"), 40, None);
        check(job("j").restarts(1.0, 20), 40, None);
    }

    #[test]
    fn a_loop_without_exceptions_is_undetermined() {
        check(job("j").restarts(9.0, 39), 40, Some(("undetermined", Severity::Critical, "j")));
    }

    #[test]
    fn a_checkpoints_failure_is_left_to_the_checkpoints() {
        let mut job = job("j").restarts(4.0, 38);
        for second in [10, 20, 30, 36] {
            job = job.exception(
                second,
                "java.io.IOException",
                "Could not perform checkpoint 8 for operator x (1/2)#3.",
                &[],
            );
        }
        check(job, 40, Some(("restart-loop", Severity::Critical, "j")));
    }

    #[test]
    fn says_what_is_missing() {
        let mut blind = job("j");
        blind.exceptions = None;
        blind.metrics.clear();
        let cluster = cluster(40).job(blind);
        let outcome = super::check(&Facts::of(Case::new(&[&cluster], "j").unwrap()));
        assert_eq!(outcome.missing.len(), 1);
    }
}
