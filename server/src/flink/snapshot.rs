//! A cluster at one instant, put together from some hundred answers. A part that fails is absent; the rest goes on.

use std::time::Duration;

use futures::future::join_all;
use model::{ClusterSnapshot, JobSnapshot, TaskManagerSnapshot, Timestamp};
use tokio::time::Instant;

use super::{
    cache::SnapshotCache,
    client::{FlinkClient, Reader},
    error::FlinkError,
    job, metrics,
    rest::{JobsOverview, Overview, TaskManagers},
    vertex::positive,
};

/// How long a snapshot may take in all; what has not been read by then is absent from it.
const SNAPSHOT_TIMEOUT: Duration = Duration::from_secs(9);

/// How many of the newest ended jobs are kept: a cluster lists its ended jobs for ever.
const ENDED_KEPT: usize = 100;

/// How many of the newest failed jobs are asked why.
const FAILED_READ: usize = 10;

/// The name of the jobs behind the rows that the SQL page shows: no one's jobs, so no snapshot has them.
pub const PREVIEW_JOB: &str = "sql-preview";

impl FlinkClient {
    /// Reads the whole cluster. `cache` is kept from one snapshot to the next by whoever polls.
    ///
    /// # Errors
    /// [`FlinkError`] only where the list of jobs cannot be read; any other part that fails is absent.
    pub async fn snapshot(&self, cache: &SnapshotCache) -> Result<ClusterSnapshot, FlinkError> {
        let reader = self.reader(Instant::now() + SNAPSHOT_TIMEOUT);
        let at = Timestamp(reader.transport().now_ms());
        // The first request of every snapshot is the same one: by it a recording is told apart into snapshots.
        let overview: Overview = reader.optional("/overview", "").await.unwrap_or_default();
        let listed: JobsOverview = reader.get("/jobs/overview", "").await?;
        let embedded = overview.engine.as_deref() == Some("drsquirrel");
        let (live, failed, ended) = sort(listed.jobs.into_iter().map(job::outline).collect());
        let (task_managers, live, failed) = futures::join!(
            task_managers(reader, cache),
            join_all(live.into_iter().map(async |mut job| {
                job::fill(reader, cache, &mut job, embedded).await;
                job
            })),
            join_all(failed.into_iter().map(async |mut job| {
                job::fill_failed(reader, cache, &mut job).await;
                job
            })),
        );
        Ok(ClusterSnapshot {
            at,
            version: overview.flink_version,
            embedded,
            slots_total: positive(overview.slots_total),
            slots_available: positive(overview.slots_available),
            task_managers,
            jobs: live.into_iter().chain(failed).chain(ended).collect(),
        })
    }
}

/// Live jobs, failed jobs that are asked why, and ended jobs that are only listed; each newest first, none a preview.
fn sort(mut jobs: Vec<JobSnapshot>) -> (Vec<JobSnapshot>, Vec<JobSnapshot>, Vec<JobSnapshot>) {
    jobs.retain(|job| job.name != PREVIEW_JOB);
    jobs.sort_by_key(|job| std::cmp::Reverse(job.start));
    let (mut ended, live): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job::ended(&job.state));
    ended.sort_by_key(|job| std::cmp::Reverse(job.end));
    ended.truncate(ENDED_KEPT);
    let mut failed_read = 0;
    let (failed, ended) = ended.into_iter().partition(|job| {
        let read = job.state == "FAILED" && failed_read < FAILED_READ;
        failed_read += usize::from(read);
        read
    });
    (live, failed, ended)
}

async fn task_managers(reader: Reader<'_>, cache: &SnapshotCache) -> Option<Vec<TaskManagerSnapshot>> {
    let listed: TaskManagers = reader.optional("/taskmanagers", "").await?;
    let read = listed.taskmanagers.into_iter().map(async |line| TaskManagerSnapshot {
        metrics: metrics::of_task_manager(reader, cache, &line.id).await,
        slots: positive(line.slots_number),
        free_slots: positive(line.free_slots),
        id: line.id,
    });
    Some(join_all(read).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: u32, state: &str, end: i64) -> JobSnapshot {
        JobSnapshot { id: id.to_string(), state: state.into(), end: Some(Timestamp(end)), ..Default::default() }
    }

    #[test]
    fn ended_jobs_are_bounded_and_only_the_newest_failures_are_read() {
        let mut jobs: Vec<_> = (0..200u32).map(|n| job(n, "FAILED", i64::from(n))).collect();
        jobs.push(job(999, "RUNNING", 0));
        let (live, failed, ended) = sort(jobs);
        assert_eq!((live.len(), failed.len(), ended.len()), (1, FAILED_READ, ENDED_KEPT - FAILED_READ));
        assert_eq!((failed[0].id.as_str(), ended[0].id.as_str()), ("199", "189"));
    }

    #[test]
    fn previews_are_in_no_snapshot() {
        let named = |name: &str, state| JobSnapshot { name: name.into(), ..job(1, state, 0) };
        let jobs = ["RUNNING", "FAILED", "CANCELED"].map(|state| named(PREVIEW_JOB, state));
        let (live, failed, ended) = sort(jobs.into_iter().chain([named("ads", "RUNNING")]).collect());
        assert_eq!(live.iter().map(|job| job.name.as_str()).collect::<Vec<_>>(), ["ads"]);
        assert!(failed.is_empty() && ended.is_empty());
    }
}
