//! One job: a live one in full, one that failed as far as it explains itself, any other ended one by its line alone.

use futures::future::{OptionFuture, join_all};
use model::{Checkpoints, JobSnapshot, VertexSnapshot};

use super::{
    cache::{Ended, SnapshotCache},
    checkpoints,
    client::Reader,
    exceptions, metrics,
    rest::{JobDetail, JobLine, instant},
    stacks, vertex,
};

/// Whether a job in `state` has ended for good.
pub(super) fn ended(state: &str) -> bool {
    matches!(state, "FINISHED" | "CANCELED" | "FAILED")
}

/// What `/jobs/overview` says of a job.
pub(super) fn outline(line: JobLine) -> JobSnapshot {
    let (start, end) = (instant(line.start_time), instant(line.end_time));
    JobSnapshot { id: line.jid, name: line.name, state: line.state, start, end, ..Default::default() }
}

/// Reads a job that has not ended into `job`.
pub(super) async fn fill(reader: Reader<'_>, cache: &SnapshotCache, job: &mut JobSnapshot, embedded: bool) {
    let id = job.id.clone();
    let (checkpoints, exceptions, metrics, running) = futures::join!(
        checkpoints::read(reader, cache, &id),
        exceptions::read(reader, &id, None),
        metrics::of_job(reader, cache, &id),
        vertices(reader, cache, &id),
    );
    (job.checkpoints, job.exceptions, job.metrics) = (checkpoints, exceptions, metrics);
    let Some((detail, vertices)) = running else { return };
    job.vertices = vertices;
    if job.state == "RUNNING" {
        job.running_since = instant(detail.timestamps.get("RUNNING").copied());
    }
    // The embedded engine has no flame graphs; asking would only cost it an answer.
    if !embedded {
        let checkpoints = job.checkpoints.as_ref();
        join_all(job.vertices.iter_mut().map(|vertex| sample(reader, cache, &id, vertex, checkpoints))).await;
    }
}

/// Reads why a job failed, once: an ended job does not change.
pub(super) async fn fill_failed(reader: Reader<'_>, cache: &SnapshotCache, job: &mut JobSnapshot) {
    let known = match cache.failed(&job.id) {
        Some(known) => known,
        None => {
            let at = job.end.or(job.start).unwrap_or_default();
            let path = format!("/jobs/{}", job.id);
            let (detail, exceptions) =
                futures::join!(reader.optional::<JobDetail>(&path, ""), exceptions::read(reader, &job.id, Some(at)));
            let vertices = detail.map(|d| vertex::outlines(d.vertices, d.plan.as_ref())).unwrap_or_default();
            let read = Ended { vertices, exceptions };
            if read.exceptions.is_some() {
                cache.keep_failed(&job.id, read.clone());
            }
            read
        }
    };
    (job.vertices, job.exceptions) = (known.vertices, known.exceptions);
}

async fn vertices(reader: Reader<'_>, cache: &SnapshotCache, job: &str) -> Option<(JobDetail, Vec<VertexSnapshot>)> {
    let mut detail: JobDetail = reader.optional(&format!("/jobs/{job}"), "").await?;
    let mut vertices = vertex::outlines(std::mem::take(&mut detail.vertices), detail.plan.as_ref());
    join_all(vertices.iter_mut().map(|vertex| vertex::fill(reader, cache, job, vertex))).await;
    Some((detail, vertices))
}

async fn sample(
    reader: Reader<'_>,
    cache: &SnapshotCache,
    job: &str,
    vertex: &mut VertexSnapshot,
    checkpoints: Option<&Checkpoints>,
) {
    let wanted = !reader.transport().live() || stacks::worthwhile(vertex, waited_for(&vertex.id, checkpoints));
    let read: OptionFuture<_> = wanted.then(|| stacks::read(reader, cache, job, &vertex.id)).into();
    vertex.stacks = read.await.flatten();
}

/// Whether the newest checkpoint that is not complete lacks an acknowledgement of `vertex`.
fn waited_for(vertex: &str, checkpoints: Option<&Checkpoints>) -> bool {
    let newest =
        checkpoints.and_then(|checkpoints| checkpoints.history.first()).filter(|newest| newest.status != "COMPLETED");
    let acks = newest.and_then(|newest| newest.vertices.iter().find(|acks| acks.vertex == vertex));
    acks.is_some_and(|acks| acks.acknowledged < acks.subtasks)
}
