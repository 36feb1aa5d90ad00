//! **Skew.** Does one subtask do the work of all?
//!
//! Data is skewed where one subtask takes more than three times the records of the others, is saturated by them, and the
//! others have time to spare. Uneven records alone are no finding: most keys are uneven. Where the hot subtask holds others up
//! it is severe; where it is full, or takes more than five times the others' records by key and works for a fifth of its time,
//! moderate: it will be the first to be full, and no parallelism helps it then.

use model::{Confidence, Severity};

use crate::checks::lag;
use crate::flow::Flow;
use crate::guidance;
use crate::load::{VertexLoad, most};
use crate::names;
use crate::nature::{self, Kind, Skew};
use crate::outcome::{Draft, Facts, Outcome, of_vertex};
use crate::signals::{self, number};
use crate::thresholds::{BACKPRESSURE_BAD, BUSY_SATURATED, SKEW_LOAD, SKEW_LOPSIDED};

/// Does one subtask do the work of all?
pub fn check(facts: &Facts) -> Outcome {
    let Some(flow) = &facts.flow else { return Outcome::lacking(facts.too_early()) };
    let ratios = flow.loads.iter().map(|load| {
        let rates: Option<Vec<f64>> = load.subtasks.iter().map(|s| s.records_in).collect();
        signals::ratio(&rates?)
    });
    let mut outcome = Outcome::read(most(ratios));
    if lag::catching_up(facts) {
        return outcome;
    }
    for load in &flow.loads {
        let Some(skew) = nature::uneven(load) else { continue };
        let culprit =
            flow.culprits.iter().find(|c| c.load.vertex.id == load.vertex.id && c.nature.kind == Kind::Skewed);
        if culprit.is_some() || skew.busy >= BUSY_SATURATED.value || lopsided(load, &skew) {
            outcome.drafts.push(draft(facts, flow, load, &skew, culprit.is_some()));
        }
    }
    outcome
}

/// One key, or few, is most of the work, although it is kept up with.
fn lopsided(load: &VertexLoad, skew: &Skew) -> bool {
    let by_key = load.vertex.inputs.iter().any(|input| input.ship == "HASH");
    by_key && skew.ratio >= SKEW_LOPSIDED.value && skew.busy >= SKEW_LOAD.value
}

fn draft(facts: &Facts, flow: &Flow, load: &VertexLoad, skew: &Skew, holds_back: bool) -> Draft {
    let name = &load.vertex.name;
    let hot = names::subtask(load.vertex, skew.hot);
    let culprit = flow.culprits.iter().find(|c| c.load.vertex.id == load.vertex.id);
    let mut evidence = skew.evidence(load);
    let held = culprit.and_then(|culprit| {
        let held = flow.loads.iter().filter(|l| culprit.holds_back.contains(&l.vertex.id));
        held.filter_map(|l| Some((l.vertex.name.as_str(), l.pressed()?))).max_by(|a, b| a.1.total_cmp(&b.1))
    });
    evidence
        .extend(held.map(|(name, pressed)| number(signals::PRESSED, name, pressed, "ms/s", Some(&BACKPRESSURE_BAD))));
    let outlook = match (holds_back, skew.busy >= BUSY_SATURATED.value) {
        (true, _) => "The whole job runs at the pace of that one.",
        (false, true) => "It has no room left for more.",
        (false, false) => "It keeps up; but it will be the first to be full, and more subtasks will not help it then.",
    };
    Draft {
        cause: "data-skew",
        severity: if holds_back { Severity::Severe } else { Severity::Moderate },
        confidence: Confidence::High,
        subject: of_vertex(load.vertex).at(skew.hot),
        title: format!("One subtask of {name} gets {:.0} % of the records", 100.0 * skew.share),
        why: format!(
            "{hot} is busy for {:.0} % of the time, the others for {:.0} %: most records have the same key. {outlook}",
            skew.busy / 10.0,
            skew.others_busy / 10.0
        ),
        evidence,
        instructions: guidance::skewed(name, skew.share, &hot, facts.case.now().cluster.embedded),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::Severity;

    use crate::build::{JobBuilder, VertexBuilder, cluster, history, job, refs, vertex};
    use crate::case::Case;
    use crate::outcome::Facts;

    /// The severity found for `agg` with these records a second and busy times below a source held back this much.
    fn check(rates: [f64; 4], busy: [f64; 4], held: f64, expect: Option<Severity>) {
        let history = history(&[20, 30, 40], |s| {
            let second = f64::from(i32::try_from(s).unwrap());
            let agg = vertex("agg", 4)
                .after("s", "HASH")
                .gauge("numRecordsIn", &rates.map(|r| r * second))
                .gauge("busyTimeMsPerSecond", &busy);
            cluster(s).job(job("j").vertex(vertex("s", 1).load(20.0, held)).vertex(agg))
        });
        let history = refs(&history);
        let outcome = super::check(&Facts::of(Case::new(&history, "j").unwrap()));
        assert_eq!(outcome.drafts.first().map(|d| d.severity), expect);
        assert!(outcome.drafts.iter().all(|d| d.cause == "data-skew" && d.subject.subtask == Some(1)));
    }

    #[test]
    fn one_hot_subtask_that_holds_others_up_is_severe() {
        check([10.0, 190.0, 9.0, 11.0], [40.0, 995.0, 30.0, 50.0], 950.0, Some(Severity::Severe));
    }

    #[test]
    fn one_that_is_just_full_is_moderate() {
        check([10.0, 190.0, 9.0, 11.0], [40.0, 995.0, 30.0, 50.0], 0.0, Some(Severity::Moderate));
    }

    #[test]
    fn uneven_but_unhurried_is_none() {
        check([10.0, 190.0, 9.0, 11.0], [1.0, 150.0, 1.0, 2.0], 0.0, None);
        check([50.0, 190.0, 49.0, 51.0], [80.0, 400.0, 70.0, 90.0], 0.0, None);
    }

    #[test]
    fn one_key_that_is_most_of_the_work_is_moderate_though_it_keeps_up() {
        check([10.0, 190.0, 9.0, 11.0], [4.0, 400.0, 3.0, 5.0], 0.0, Some(Severity::Moderate));
    }

    #[test]
    fn even_and_saturated_is_none() {
        check([90.0, 110.0, 95.0, 100.0], [990.0, 999.0, 985.0, 995.0], 950.0, None);
    }
}
