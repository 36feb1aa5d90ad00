//! Which of a cluster's job instances are the jobs of today.
//!
//! A cluster lists every run it remembers. A job is known by its name, so of several runs of one name the newest live one
//! counts, else the newest ended one; older ended runs are history. A second *live* run of the same name is not hidden:
//! it is listed as `name@` and the first digits of its id.

use std::collections::BTreeMap;

use model::JobSnapshot;

/// How many digits of the id tell a second live instance apart.
const ID_DIGITS: usize = 8;

/// Whether a run in this state is over for good.
pub fn is_ended(state: &str) -> bool {
    matches!(state, "FINISHED" | "CANCELED" | "FAILED")
}

/// The jobs of today by the name they are listed under.
pub fn current(jobs: &[JobSnapshot]) -> BTreeMap<String, &JobSnapshot> {
    let mut by_name: BTreeMap<&str, Vec<&JobSnapshot>> = BTreeMap::new();
    for job in jobs {
        by_name.entry(&job.name).or_default().push(job);
    }
    let mut current = BTreeMap::new();
    for (name, mut runs) in by_name {
        // Live ones first, newest first; the id settles ties so that the choice does not flap.
        runs.sort_by_key(|job| (is_ended(&job.state), std::cmp::Reverse((job.start, job.id.clone()))));
        for (i, job) in runs.into_iter().enumerate() {
            if i == 0 {
                current.insert(name.to_owned(), job);
            } else if !is_ended(&job.state) {
                let digits: String = job.id.chars().take(ID_DIGITS).collect();
                current.insert(format!("{name}@{digits}"), job);
            }
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use model::{JobSnapshot, Timestamp};

    use super::current;

    fn check(runs: &[(&str, &str, &str, i64)], expect: &[(&str, &str)]) {
        let jobs: Vec<JobSnapshot> = runs
            .iter()
            .map(|(id, name, state, start)| JobSnapshot {
                id: (*id).into(),
                name: (*name).into(),
                state: (*state).into(),
                start: Some(Timestamp(*start)),
                ..JobSnapshot::default()
            })
            .collect();
        let found = current(&jobs);
        let found: Vec<(&str, &str)> = found.iter().map(|(name, job)| (name.as_str(), job.id.as_str())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn older_ended_runs_are_history() {
        check(&[("a", "x", "CANCELED", 1), ("b", "x", "RUNNING", 2), ("c", "x", "FAILED", 0)], &[("x", "b")]);
        check(&[("a", "x", "CANCELED", 1), ("b", "x", "FAILED", 2)], &[("x", "b")]);
    }

    #[test]
    fn a_live_run_counts_before_a_newer_ended_one() {
        check(&[("a", "x", "RESTARTING", 1), ("b", "x", "CANCELED", 2)], &[("x", "a")]);
    }

    #[test]
    fn a_second_live_run_is_listed_too() {
        let runs = [("0123456789ab", "x", "RUNNING", 1), ("b", "x", "RUNNING", 2), ("c", "y", "FINISHED", 1)];
        check(&runs, &[("x", "b"), ("x@01234567", "0123456789ab"), ("y", "c")]);
    }
}
