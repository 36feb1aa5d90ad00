//! One job's history, as the checks see it: the snapshots it is in, the run it is in now, and the window that is judged.

use model::{ClusterSnapshot, JobSnapshot, Timestamp, VertexSnapshot};

use crate::thresholds::{GRACE_MS, WARM_MS};

/// How many intervals between snapshots are judged together. One alone may be a spike; more would be slow to notice.
const INTERVALS: usize = 2;
/// A single interval is judged only when it is at least this long.
const LONE_INTERVAL_MS: i64 = 8_000;

/// One job in one snapshot.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The whole cluster then.
    pub cluster: &'a ClusterSnapshot,
    /// The job then.
    pub job: &'a JobSnapshot,
}

impl Moment<'_> {
    /// When it was.
    pub fn at(&self) -> Timestamp {
        self.cluster.at
    }
}

/// One job's history, oldest first.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    moments: Vec<Moment<'a>>,
    now: Moment<'a>,
}

impl<'a> Case<'a> {
    /// The history of the job with this id; `None` where no snapshot has it.
    pub fn new(history: &[&'a ClusterSnapshot], job_id: &str) -> Option<Case<'a>> {
        let moments: Vec<Moment<'a>> = history
            .iter()
            .filter_map(|&cluster| Some(Moment { cluster, job: cluster.jobs.iter().find(|job| job.id == job_id)? }))
            .collect();
        let now = *moments.last()?;
        Some(Case { moments, now })
    }

    /// Every snapshot that has the job, oldest first.
    pub fn moments(&self) -> &[Moment<'a>] {
        &self.moments
    }

    /// The newest.
    pub fn now(&self) -> Moment<'a> {
        self.now
    }

    /// The job as it is now.
    pub fn job(&self) -> &'a JobSnapshot {
        self.now.job
    }

    /// The vertex with this id, as it is now.
    pub fn vertex(&self, id: &str) -> Option<&'a VertexSnapshot> {
        self.job().vertices.iter().find(|vertex| vertex.id == id)
    }

    /// Whether the job runs now, by its own word.
    pub fn running(&self) -> bool {
        self.job().state == "RUNNING"
    }

    /// The snapshots of the present run: counters and gauges of earlier attempts are another story.
    pub fn run(&self) -> &[Moment<'a>] {
        let same = |m: &Moment| {
            m.job.state == "RUNNING"
                && m.job.running_since == self.job().running_since
                && m.job.metrics.get("numRestarts") == self.job().metrics.get("numRestarts")
                && attempts(m.job) == attempts(self.job())
        };
        let begin = self.moments.iter().rposition(|m| !same(m)).map_or(0, |last_other| last_other + 1);
        self.moments.get(begin..).unwrap_or_default()
    }

    /// When the present run began; where the cluster does not say, the first snapshot of it.
    pub fn run_began(&self) -> Timestamp {
        let seen = self.run().first().map_or(self.now.at(), Moment::at);
        self.job().running_since.or(self.job().start).unwrap_or(seen)
    }

    /// The last snapshots of the present run that are fit to judge throughput by, as a window; `None` right after a start,
    /// and where there are too few.
    pub fn window(&self) -> Option<Window<'a>> {
        let began = self.run_began();
        if !self.running() || self.now.at().since_ms(began) < GRACE_MS {
            return None;
        }
        let fit: Vec<Moment<'a>> = self.run().iter().copied().filter(|m| m.at().since_ms(began) >= WARM_MS).collect();
        let moments = fit.get(fit.len().saturating_sub(INTERVALS + 1)..).unwrap_or_default().to_vec();
        let span = match (moments.first(), moments.last()) {
            (Some(first), Some(last)) => last.at().since_ms(first.at()),
            _ => 0,
        };
        let enough = moments.len() > 2 && span > 0 || moments.len() == 2 && span >= LONE_INTERVAL_MS;
        enough.then_some(Window { moments })
    }
}

/// Which attempt each subtask is in: a restart that falls between two snapshots shows here when nowhere else.
fn attempts(job: &JobSnapshot) -> Vec<Option<u32>> {
    job.vertices.iter().flat_map(|vertex| vertex.subtasks.iter().map(|subtask| subtask.attempt)).collect()
}

/// Two or three snapshots of one run, to be judged together.
#[derive(Debug, Clone)]
pub struct Window<'a> {
    moments: Vec<Moment<'a>>,
}

impl<'a> Window<'a> {
    /// The snapshots, oldest first; at least two.
    pub fn moments(&self) -> &[Moment<'a>] {
        &self.moments
    }

    /// The pairs of neighbours.
    pub fn intervals(&self) -> impl Iterator<Item = (Moment<'a>, Moment<'a>)> + '_ {
        self.moments.iter().copied().zip(self.moments.iter().copied().skip(1))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::build::{cluster, history, job, refs};

    use super::Case;

    /// How many snapshots the window of a job has that started at 0 and was read at these seconds.
    fn check(seconds: &[i64], expect: Option<usize>) {
        let history = history(seconds, |s| cluster(s).job(job("j")));
        let history = refs(&history);
        let case = Case::new(&history, "j").unwrap();
        assert_eq!(case.window().map(|w| w.moments().len()), expect, "{seconds:?}");
    }

    #[test]
    fn judges_the_last_two_intervals_once_the_start_is_over() {
        check(&[10, 20, 30, 40, 50], Some(3));
        check(&[10, 20], Some(2));
    }

    #[test]
    fn does_not_judge_a_start_a_lone_snapshot_or_a_short_lone_interval() {
        check(&[1, 11], None);
        check(&[4, 12], None);
        check(&[100], None);
        check(&[100, 103], None);
    }

    #[test]
    fn a_restart_begins_a_new_run() {
        let before = cluster(30).job(job("j"));
        let mut after = cluster(40).job(job("j"));
        after.jobs.iter_mut().for_each(|j| j.running_since = Some(model::Timestamp(35_000)));
        let case = Case::new(&[&before, &after], "j").unwrap();
        assert_eq!(case.run().len(), 1);
        assert!(case.window().is_none());
    }
}
