//! **Late records.** Does the job drop records because they came too late?
//!
//! The dropped share of what a window operator took within the judged window of time: above 1 % the results are wrong.

use model::{Confidence, Metrics, Severity, VertexSnapshot};

use crate::case::Window;
use crate::load::{most, rate, seconds};
use crate::outcome::{Draft, Facts, Outcome, of_vertex, run, step};
use crate::signals::number;
use crate::thresholds::LATE_RATIO;

const DROPPED: &str = "numLateRecordsDropped";

/// Does the job drop records because they came too late?
pub fn check(facts: &Facts) -> Outcome {
    let Some(window) = &facts.window else { return Outcome::lacking(facts.too_early()) };
    let found: Vec<(&VertexSnapshot, f64, f64)> =
        facts.case.job().vertices.iter().filter_map(|v| dropped(window, v).map(|(late, all)| (v, late, all))).collect();
    let ratio = |late: f64, all: f64| late / all.max(f64::MIN_POSITIVE);
    let worst = most(found.iter().map(|(_, late, all)| Some(ratio(*late, *all))));
    let mut outcome = Outcome::judged(worst.or(Some(0.0)), None, &LATE_RATIO);
    let over = found.iter().filter(|(_, late, all)| ratio(*late, *all) > LATE_RATIO.value);
    outcome.drafts.extend(over.map(|(vertex, late, all)| draft(vertex, *late, *all)));
    outcome
}

/// Records dropped and taken a second by a vertex; `None` where it counts no late ones, or takes none.
fn dropped(window: &Window, vertex: &VertexSnapshot) -> Option<(f64, f64)> {
    let (first, last) = (window.moments().first()?, window.moments().last()?);
    let (mut late, mut all) = (0.0, 0.0);
    for subtask in &vertex.subtasks {
        let before = crate::load::metrics(first, &vertex.id, subtask.index)?;
        let counter = counter(&subtask.metrics)?;
        late += rate(before, &subtask.metrics, seconds(first, last), counter)?;
        all += rate(before, &subtask.metrics, seconds(first, last), "numRecordsIn")?;
    }
    (all > 0.0).then_some((late, all))
}

fn counter(metrics: &Metrics) -> Option<&str> {
    metrics.keys().map(String::as_str).find(|name| name.rsplit('.').next() == Some(DROPPED))
}

fn draft(vertex: &VertexSnapshot, late: f64, all: f64) -> Draft {
    let name = &vertex.name;
    let share = 100.0 * late / all;
    Draft {
        cause: "late-records",
        severity: Severity::Severe,
        confidence: Confidence::High,
        subject: of_vertex(vertex),
        title: format!("{name} drops {share:.0} % of its records as late"),
        why: format!(
            "{late:.0} of {all:.0} records a second come after the watermark has passed their window; they are missing from the results."
        ),
        evidence: vec![
            number("late share of the records", name, late / all, "", Some(&LATE_RATIO)),
            number(DROPPED, name, late, "records/s", None),
        ],
        instructions: vec![
            step("See how late they are, by key and by partition: one slow producer is the usual reason."),
            run(
                "Wait longer for them.",
                "WatermarkStrategy.<T>forBoundedOutOfOrderness(Duration.ofMinutes(2))   // SQL: WATERMARK FOR ts AS ts - INTERVAL '2' MINUTE",
            ),
            run(
                "Or take them in after the first result, and keep the rest.",
                ".allowedLateness(Duration.ofMinutes(2)).sideOutputLateData(LATE)",
            ),
            step(
                "Expect the share below 0.1 %. The results of the windows so far stay wrong: run them again from the input.",
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

    fn check(late_per_second: f64, expect: &[&str]) {
        let history = history(&[40, 50, 60], |s| {
            let second = f64::from(i32::try_from(s).unwrap());
            let late = vertex("window", 1).gauge("window.numLateRecordsDropped", &[late_per_second * second]);
            cluster(s).job(job("j").vertex(late.gauge("numRecordsIn", &[100.0 * second])))
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        assert_eq!(outcome.drafts.iter().map(|d| d.cause).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn a_fifth_late_is_a_finding_and_a_few_are_none() {
        check(20.0, &["late-records"]);
        check(0.5, &[]);
        check(0.0, &[]);
    }
}
