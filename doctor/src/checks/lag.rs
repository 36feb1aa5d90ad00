//! **Lag.** Does the job fall behind its input?
//!
//! Event-time lag of the worst source subtask (`watermarkLag`, else `currentEmitEventTimeLag`). Kafka's `pendingRecords` is
//! not used: it is the lag at the last fetch, and falls while the true lag grows. A lag above a minute that grows is a
//! finding; with a bottleneck it is the consequence. A lag that falls in every interval of the window is a job that catches
//! up after a start or an outage: nothing is wrong with it, however backpressured it is meanwhile.

use model::{Confidence, Severity, VertexSnapshot};

use crate::case::{Moment, Window};
use crate::load::seconds;
use crate::outcome::{Draft, Facts, Outcome, of_vertex, step};
use crate::signals::{number, operator_metric};
use crate::thresholds::LAG;

/// The signals of event-time lag, the more trustworthy first.
const SIGNALS: [&str; 2] = ["watermarkLag", "currentEmitEventTimeLag"];
/// A lag below this, in milliseconds, is no backlog to work off.
const BACKLOG_MS: f64 = 10_000.0;

/// A lag grows when it does so by at least this share of the time that passes; less is the noise of batches.
const PACE: f64 = 0.1;

/// Does the job fall behind its input?
pub fn check(facts: &Facts) -> Outcome {
    let Some(window) = &facts.window else { return Outcome::lacking(facts.too_early()) };
    let Some(worst) = worst(&facts.case.now()) else {
        return Outcome::lacking("an event-time lag of the sources (watermarkLag, currentEmitEventTimeLag)");
    };
    let outcome = Outcome::judged(Some(worst.lag), None, &LAG);
    let before = window.moments().first().and_then(self::worst).map_or(worst.lag, |first| first.lag);
    if catching_up(facts) {
        return outcome.with(Some(catching(facts, &worst, before)));
    }
    // Old records replayed at their own pace lag by years, and well so: behind is only who has more to read.
    let waits = facts.flow.as_ref().is_some_and(|flow| !flow.culprits.is_empty()) || pending(&facts.case.now());
    if worst.lag <= LAG.value || !grows(window) || !waits {
        return outcome;
    }
    outcome.with(Some(growing(facts, &worst, before)))
}

/// Whether any source knows of records that it has not read yet.
fn pending(moment: &Moment) -> bool {
    let subtasks = moment.job.vertices.iter().filter(|v| v.inputs.is_empty()).flat_map(|v| &v.subtasks);
    subtasks.filter_map(|s| operator_metric(&s.metrics, "pendingRecords")).any(|records| records > 0.0)
}

/// The lag of the worst source subtask at one moment.
struct Worst<'a> {
    vertex: &'a VertexSnapshot,
    signal: &'static str,
    lag: f64,
}

fn worst<'a>(moment: &Moment<'a>) -> Option<Worst<'a>> {
    SIGNALS.iter().find_map(|signal| {
        let sources = moment.job.vertices.iter().filter(|vertex| vertex.inputs.is_empty());
        let lags = sources.flat_map(|vertex| {
            vertex
                .subtasks
                .iter()
                .filter_map(move |s| Some(Worst { vertex, signal, lag: operator_metric(&s.metrics, signal)? }))
        });
        lags.max_by(|a, b| a.lag.total_cmp(&b.lag))
    })
}

/// Whether the lag grows over the window.
pub fn grows(window: &Window) -> bool {
    let (Some(first), Some(last)) = (window.moments().first(), window.moments().last()) else { return false };
    let passed = 1000.0 * seconds(first, last);
    worst(first).zip(worst(last)).is_some_and(|(before, after)| after.lag - before.lag > PACE * passed)
}

/// Whether the job works off a backlog: it has one, which fell in every interval, and is less than when the run began to be
/// watched. A slow consumer turns from partition to partition, and its lag falls for a moment as it does; over the run it
/// grows all the same.
pub fn catching_up(facts: &Facts) -> bool {
    let Some(window) = &facts.window else { return false };
    let lags: Option<Vec<f64>> = window.moments().iter().map(|moment| Some(worst(moment)?.lag)).collect();
    let Some(lags) = lags else { return false };
    let falls = lags.windows(2).all(|pair| matches!(pair, [before, after] if after < before));
    let begin = facts.case.run().iter().find_map(worst);
    let less = begin.zip(lags.last()).is_some_and(|(begin, now)| *now < begin.lag);
    falls && less && lags.first().is_some_and(|lag| *lag > BACKLOG_MS)
}

fn catching(facts: &Facts, worst: &Worst, before: f64) -> Draft {
    Draft {
        cause: "catching-up",
        severity: Severity::Low,
        confidence: Confidence::High,
        subject: of_vertex(worst.vertex),
        title: format!("{} catches up: {:.0} s behind, and less every time", facts.case.job().name, worst.lag / 1000.0),
        why: format!(
            "It was {:.0} s behind a moment ago. It reads as fast as it can until the backlog is gone.",
            before / 1000.0
        ),
        evidence: vec![number(worst.signal, &worst.vertex.name, worst.lag, "ms", Some(&LAG))],
        instructions: vec![step("Wait. If the lag stops falling, this page will say what holds the job up.")],
    }
}

fn growing(facts: &Facts, worst: &Worst, before: f64) -> Draft {
    let bottleneck = facts.flow.as_ref().is_some_and(|flow| !flow.culprits.is_empty());
    let name = &worst.vertex.name;
    Draft {
        cause: "lag-growing",
        severity: if worst.lag > 3.0 * LAG.value { Severity::Severe } else { Severity::Moderate },
        confidence: if bottleneck { Confidence::High } else { Confidence::Low },
        subject: of_vertex(worst.vertex),
        title: format!("{name} is {:.0} s behind its input, and falls back further", worst.lag / 1000.0),
        why: format!("A moment ago it was {:.0} s: more comes in than the job takes.", before / 1000.0),
        evidence: vec![number(worst.signal, name, worst.lag, "ms", Some(&LAG))],
        instructions: vec![
            step("Remove what slows the job down, where this page names it; the lag then falls by itself."),
            step(
                "Where nothing holds the job up, look at the topic: did its input jump, or do its brokers throttle? Watch the \
                  retention meanwhile: records older than that are lost.",
            ),
        ],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::build::{JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    fn check(lag: impl Fn(i64) -> i64, pending: f64, expect: &[&str]) {
        let history = history(&[40, 50, 60], |s| {
            let lag = f64::from(i32::try_from(lag(s)).unwrap());
            let source = vertex("Source: s", 2).gauge("Source__s.watermarkLag", &[2000.0, lag]);
            cluster(s).job(job("j").vertex(source.gauge("Source__s.pendingRecords", &[0.0, pending])))
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        assert_eq!(outcome.drafts.iter().map(|d| d.cause).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn a_lag_above_a_minute_that_grows() {
        check(|s| 1000 * s + 60_000, 9.0, &["lag-growing"]);
        check(|s| 1000 * s, 9.0, &[]);
        check(|_| 90_000, 9.0, &[]);
    }

    #[test]
    fn old_records_at_their_own_pace_are_no_lag() {
        check(|s| 400_000_000 + 1000 * s, 0.0, &[]);
    }

    #[test]
    fn a_lag_that_falls_is_a_job_that_catches_up() {
        check(|s| 500_000 - 2000 * s, 9.0, &["catching-up"]);
        check(|s| 2300 - s, 9.0, &[]);
    }
}
