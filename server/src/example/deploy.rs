//! Puts a script in the place of what runs: at no moment do two instances of the job run.

use std::time::Duration;

use model::ApiError;
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::collect::client;
use crate::flink::{Failure, FlinkClient, FlinkError, Gateway, Live};
use crate::store::ClusterRecord;
use crate::watch::is_ended;

/// How long a job may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(20);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(200);
/// How long the request to stop it may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Jobs {
    jobs: Vec<Job>,
}

#[derive(Deserialize)]
struct Job {
    jid: String,
    name: String,
    state: String,
}

/// Stops every instance of `job` on the cluster, waits until they have ended, and submits `script`.
///
/// # Errors
/// What the cluster answered; `job_not_stopped` where an instance did not end in time. Nothing is submitted then.
pub async fn replace(cluster: &ClusterRecord, job: &str, script: &str) -> Result<(), ApiError> {
    let reader = client(&cluster.name, &cluster.url)?;
    let live = Live::new(&cluster.url).map_err(|failure| refused(cluster, "the cluster's address", failure))?;
    for id in running(&reader, job).await? {
        let path = format!("/jobs/{id}");
        let reply = live.patch(&path, "mode=cancel", REQUEST_LIMIT).await;
        let reply = reply.map_err(|failure| refused(cluster, &format!("PATCH {path}"), failure))?;
        // 404 and 409: it ended by itself in the meantime.
        if !matches!(reply.status, 200..=299 | 404 | 409) {
            let message = String::from_utf8_lossy(&reply.body).chars().take(200).collect();
            return Err(refused(cluster, &format!("PATCH {path}"), Failure::Status { status: reply.status, message }));
        }
    }
    ended(&reader, cluster, job).await?;
    let url = cluster.gateway_url.as_ref().unwrap_or(&cluster.url);
    Gateway::new(&cluster.name, url)?.run_script(script).await?;
    Ok(())
}

async fn running(reader: &FlinkClient, job: &str) -> Result<Vec<String>, ApiError> {
    let all: Jobs = reader.get("/jobs/overview", "").await?;
    let live = all.jobs.into_iter().filter(|j| j.name == job && !is_ended(&j.state));
    Ok(live.map(|j| j.jid).collect())
}

async fn ended(reader: &FlinkClient, cluster: &ClusterRecord, job: &str) -> Result<(), ApiError> {
    let deadline = Instant::now() + STOP_LIMIT;
    while !running(reader, job).await?.is_empty() {
        if Instant::now() > deadline {
            return Err(ApiError::external(
                "job_not_stopped",
                format!("The job {job} on {} did not stop within {} s", cluster.name, STOP_LIMIT.as_secs()),
                "Try again, or look into the cluster's log",
            ));
        }
        sleep(LOOK).await;
    }
    Ok(())
}

fn refused(cluster: &ClusterRecord, request: &str, failure: Failure) -> ApiError {
    FlinkError { cluster: cluster.name.clone(), request: request.to_owned(), failure }.into()
}
