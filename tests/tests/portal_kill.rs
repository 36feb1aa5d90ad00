//! The portal never owns a job's life: killed and started again, it has lost no finding and disturbed no job.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use serde_json::Value;
use tests::{expect::brief, flink::Flink, pace, portal::Portal, scene::Scene, wait};

const JOB: &str = "late-departures";
/// A finding is there within a minute.
const FINDING: Duration = Duration::from_secs(60);

/// What must be the same after the portal was gone for a while.
#[derive(Debug, PartialEq)]
struct State {
    findings: Vec<String>,
    job: String,
    restarts: u64,
    /// Engines and workers: process ids.
    processes: Vec<u32>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_portal_loses_no_finding_and_disturbs_no_job() {
    let scene = Scene::new("portal-kill");
    let mut portal = Portal::start(&scene).await;
    wait::must(JOB, pace::patience(FINDING), async || portal.is_healthy(JOB).await).await;
    portal.make_example("slow-sink").await;
    wait::must("a finding", pace::patience(FINDING), async || slow_sink_is_open(&portal).await).await;
    let engine = engine_of(&portal, "local-a").await;
    let before = state(&portal, &engine).await.unwrap();
    let read = records(&engine, &before.job).await;

    portal.crash();
    // The job runs on without anybody who watches it.
    wait::must("the job reads on", pace::patience(FINDING), async || match records(&engine, &before.job).await {
        now if now > read => Ok(()),
        now => Err(format!("{now} records")),
    })
    .await;
    portal.start_again().await;

    // Until the first round of polls has told it otherwise, the portal must show what it knew; and after it, too.
    assert_eq!(state(&portal, &engine).await.unwrap(), before);
    let adopted = async || match portal.get("clusters/local-a").await? {
        cluster if cluster["seen_at"].is_string() && cluster["error"].is_null() => Ok(()),
        cluster => Err(cluster.to_string()),
    };
    wait::must("the zone's adoption", pace::patience(FINDING), adopted).await;
    tokio::time::sleep(Duration::from_secs(25)).await;
    assert_eq!(state(&portal, &engine).await.unwrap(), before);

    portal.make_example("well").await;
    wait::must("recovery", pace::patience(FINDING), async || portal.is_healthy(JOB).await).await;
    assert_eq!(portal.stop(), Some(0), "`serve` ends well when it is asked to");
    assert_eq!(portal.zone_processes(), [], "a portal that is asked to end takes its zones with it");
}

async fn slow_sink_is_open(portal: &Portal) -> Result<(), String> {
    let findings = portal.open_findings(JOB).await?;
    let found = findings.as_array().into_iter().flatten().any(|f| f["cause"] == "slow-external-call");
    if found { Ok(()) } else { Err(brief(&findings)) }
}

async fn engine_of(portal: &Portal, cluster: &str) -> Flink {
    let cluster = portal.get(&format!("clusters/{cluster}")).await.unwrap();
    Flink::at(cluster["url"].as_str().expect("a cluster has a URL").trim_end_matches('/').to_string())
}

async fn state(portal: &Portal, engine: &Flink) -> Result<State, String> {
    let open = portal.open_findings(JOB).await?;
    let slow = |f: &&Value| f["cause"] == "slow-external-call";
    let ids = open.as_array().into_iter().flatten().filter(slow).filter_map(|f| f["id"].as_str().map(String::from));
    let jobs = tests::http::get(&format!("{}/jobs/overview", engine.url)).await?;
    let running =
        jobs["jobs"].as_array().into_iter().flatten().find(|job| job["name"] == JOB && job["state"] == "RUNNING");
    let job = running.and_then(|job| job["jid"].as_str()).ok_or_else(|| format!("{JOB} does not run: {jobs}"))?;
    let metrics = tests::http::get(&format!("{}/jobs/{job}/metrics?get=numRestarts", engine.url)).await?;
    let restarts = metrics[0]["value"].as_str().and_then(|value| value.parse().ok()).unwrap_or_default();
    let mut processes: Vec<u32> = portal.zone_processes().into_iter().map(|(pid, _)| pid).collect();
    processes.sort_unstable();
    Ok(State { findings: ids.collect(), job: job.into(), restarts, processes })
}

/// Records that the job's source has read.
async fn records(engine: &Flink, job: &str) -> u64 {
    let job = engine.job(job).await.unwrap_or_else(|e| panic!("{e}"));
    job["vertices"][0]["metrics"]["write-records"].as_u64().unwrap_or_default()
}
