//! A real Flink cluster with real faults: within a minute the portal and the command line name the right cause and the
//! right operator, and the healthy job stays clean.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use tests::{
    cli,
    cluster::{Cluster, Version},
    expect::{self, Expected},
    pace,
    portal::Portal,
    scene::Scene,
    wait,
};

/// What the product promises from the moment that a fault can be seen.
const PROMISE: Duration = Duration::from_secs(60);

/// The faults, each with what makes it one on a machine of this size: at the job's own rate the hot key would leave its
/// subtask two thirds idle, and the live data would fit into the heap. The recordings were made with the like.
const FAULTS: [(&str, &str); 6] = [
    ("none", ""),
    ("slow-sink", ""),
    ("skew", "--rate 20000"),
    ("gc", "--rate 8000 --liveMb 215"),
    ("exception-loop", ""),
    ("checkpoint-fail", ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn flink_2_3_jobs_are_diagnosed_within_a_minute() {
    diagnosed("flink-2.3", Version::V2_3, &FAULTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn flink_1_20_jobs_are_diagnosed_within_a_minute() {
    diagnosed("flink-1.20", Version::V1_20, &[("slow-sink", "")]).await;
}

/// Runs one fault job after another; each is told as soon as it is judged, and all problems at the end.
async fn diagnosed(name: &str, version: Version, faults: &[(&str, &str)]) {
    let scene = Scene::new(name);
    let (Some(cluster), Some(jobs)) = (Cluster::start(&scene, version, false).await, version.jobs()) else { return };
    let portal = Portal::start(&scene).await;
    portal.add_cluster("real", &cluster.flink.url).await;
    let jar = cluster.flink.upload(&jobs).await;
    let mut problems = Vec::new();
    for (fault, arguments) in faults {
        let job = format!("orders-{fault}");
        let id = cluster.flink.run_fault(&jar, &job, &format!("--fault {fault} {arguments}")).await;
        let case = Case { portal: &portal, cluster: &cluster, expected: expect::of_fault(fault), job: &job };
        let outcome = if *fault == "none" { case.stays_clean().await } else { case.is_named().await };
        match outcome {
            Ok(told) => eprintln!("  {name} {fault}: {told}"),
            Err(problem) => problems.push(format!("{fault}: {problem}; {}", case.recorded(&scene, fault).await)),
        }
        cluster.flink.cancel(&id).await;
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// One fault job that runs.
struct Case<'a> {
    portal: &'a Portal,
    cluster: &'a Cluster,
    expected: Expected,
    job: &'a str,
}

impl Case<'_> {
    /// Portal and command line are asked at the same time, as they would be by two people.
    async fn is_named(&self) -> Result<String, String> {
        let limit = pace::at_this_pace(PROMISE);
        let (portal, terminal) = tokio::join!(self.named_by_portal(limit), self.named_by_command(limit));
        let (portal, terminal) = (portal?, terminal?);
        Ok(format!("named by the portal after {portal:.1?}, by diagnose after {terminal:.1?}"))
    }

    async fn named_by_portal(&self, limit: Duration) -> Result<Duration, String> {
        let probe = async || self.expected.check_findings(&self.portal.open_findings(self.job).await?);
        wait::until("the portal", limit, probe).await.map(|((), time)| time)
    }

    /// Each run watches for 20 s; a fault that showed only near the end of one is seen by the next.
    async fn named_by_command(&self, limit: Duration) -> Result<Duration, String> {
        let started = Instant::now();
        loop {
            let outcome = self.diagnose("20s").await;
            match outcome {
                Ok(()) if started.elapsed() <= limit => return Ok(started.elapsed()),
                Ok(()) => return Err(format!("diagnose: right, but only after {:.1?}", started.elapsed())),
                Err(problem) if started.elapsed() > limit => return Err(format!("diagnose: {problem}")),
                Err(_) => {}
            }
        }
    }

    async fn diagnose(&self, span: &str) -> Result<(), String> {
        let url = &self.cluster.flink.url;
        let words = ["diagnose", "--flink", url, "--job", self.job, "--for", span, "--format", "json"];
        let said = cli::drsquirrel(&words, Duration::from_secs(90)).await;
        let diagnosis = said.json()?;
        self.expected.check_job(cli::worst_job(&diagnosis)?)
    }

    /// Keeps a recording of what was not judged well, to be judged again without a cluster.
    async fn recorded(&self, scene: &Scene, fault: &str) -> String {
        let file = scene.log(&format!("{fault}.jsonl.gz")).display().to_string();
        let words = ["record", "--flink", &self.cluster.flink.url, "--out", &file, "--for", "30s", "--every", "10s"];
        let said = cli::drsquirrel(&words, Duration::from_secs(60)).await;
        if said.code == Some(0) { format!("recorded in {file}") } else { format!("and not recorded: {}", said.err) }
    }

    /// For a minute no look at the portal may find an alarm; at its end both must call the job healthy.
    async fn stays_clean(&self) -> Result<String, String> {
        let (looks, terminal) = tokio::join!(self.never_alarmed(), self.diagnose("60s"));
        terminal.map_err(|problem| format!("diagnose: {problem}"))?;
        let looks = looks?;
        self.portal.is_healthy(self.job).await.map_err(|seen| format!("the portal: {seen}"))?;
        Ok(format!("clean in {looks} looks over a minute, and to diagnose"))
    }

    async fn never_alarmed(&self) -> Result<u32, String> {
        let (started, mut looks) = (Instant::now(), 0);
        while started.elapsed() < PROMISE {
            // Until the collector has read the job once, the portal does not know it.
            if let Ok(findings) = self.portal.open_findings(self.job).await {
                let alarm = self.expected.check_findings(&findings);
                alarm.map_err(|problem| format!("the portal after {:.0?}: {problem}", started.elapsed()))?;
                looks += 1;
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        Ok(looks)
    }
}
