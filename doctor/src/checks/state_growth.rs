//! **State growth.** Does the state grow without end?
//!
//! Completed checkpoints, oldest to newest, each larger than the one before by at least 5 %, at least four in a row, and tens
//! of megabytes at least. A state that grows as fast as its input is new looks the same: the finding is moderate, and says so.

use model::{Confidence, Severity};

use crate::load::to_f64;
use crate::outcome::{Draft, Facts, Outcome, run, step};
use crate::signals::number;
use crate::thresholds::{STATE_FLOOR_BYTES, STATE_GROWTH};

/// How many checkpoints in a row must each be larger.
const IN_A_ROW: usize = 4;

/// Does the state grow without end?
pub fn check(facts: &Facts) -> Outcome {
    let sizes: Vec<f64> = facts
        .case
        .job()
        .checkpoints
        .iter()
        .flat_map(|all| all.history.iter().rev())
        .filter(|checkpoint| checkpoint.status == "COMPLETED")
        .filter_map(|checkpoint| checkpoint.state_bytes.map(to_f64))
        .collect();
    let Some(last) = sizes.last().copied() else { return Outcome::lacking("the size of any completed checkpoint") };
    let outcome = Outcome::read(Some(last));
    let recent = sizes.get(sizes.len().saturating_sub(IN_A_ROW)..).unwrap_or_default();
    let grows = recent.windows(2).all(|pair| matches!(pair, [a, b] if *b > a * (1.0 + STATE_GROWTH.value)));
    if recent.len() < IN_A_ROW || !grows || last < STATE_FLOOR_BYTES {
        return outcome;
    }
    let first = recent.first().copied().unwrap_or(last);
    outcome.with(Some(draft(facts, first, last, recent.len())))
}

fn draft(facts: &Facts, first: f64, last: f64, count: usize) -> Draft {
    let job = &facts.case.job().name;
    let mb = |bytes: f64| bytes / 1e6;
    let growth =
        (last / first.max(1.0)).powf(1.0 / f64::from(u32::try_from(count.saturating_sub(1).max(1)).unwrap_or(1))) - 1.0;
    Draft {
        cause: "state-growth",
        severity: Severity::Moderate,
        confidence: Confidence::Medium,
        subject: facts.subject(),
        title: format!("The state grows with every checkpoint: {:.0} to {:.0} MB over the last {count}", mb(first), mb(last)),
        why: "Each is larger than the one before. A job that is filling its state for the first time looks the same, but levels off.".to_owned(),
        evidence: vec![
            number("lastCheckpointSize", job, last, "B", None),
            number("state growth a checkpoint", job, growth, "", Some(&STATE_GROWTH)),
        ],
        instructions: vec![
            step("See which operator's state it is, on the checkpoint's page, and whether its keys ever end."),
            run("Let state that is not used expire.", "table.exec.state.ttl: 1 d   // DataStream: StateTtlConfig.newBuilder(Duration.ofDays(1))"),
            run("Keep it outside the heap while it is large.", "state.backend.type: rocksdb"),
            step("Expect the size to level off within the time-to-live. If windows never close, look at the watermarks first."),
        ],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::build::{JobBuilder, cluster, job};
    use crate::case::Case;
    use crate::outcome::Facts;

    fn check(megabytes: &[i64], expect: &[&str]) {
        let mut job = job("j");
        for (id, size) in (1_u64..).zip(megabytes) {
            job = job.checkpoint(id, "COMPLETED", 10, 20, None);
            job.checkpoints.as_mut().unwrap().history[0].state_bytes = Some(size * 1_000_000);
        }
        let cluster = cluster(60).job(job);
        let outcome = super::check(&Facts::of(Case::new(&[&cluster], "j").unwrap()));
        assert_eq!(outcome.drafts.iter().map(|d| d.cause).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn growth_without_end_is_a_finding() {
        check(&[57, 71, 85, 99, 113], &["state-growth"]);
    }

    #[test]
    fn small_level_or_short_is_none() {
        check(&[1, 2, 3, 4, 5], &[]);
        check(&[100, 101, 100, 102, 101], &[]);
        check(&[80, 90, 100], &[]);
    }
}
