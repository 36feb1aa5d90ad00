//! The portal as a whole, with its zones and its example job, through what a person may do to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than anything here should take, on a machine with other work.
const LIMIT: Duration = Duration::from_secs(90);

struct Portal {
    child: Child,
    url: String,
    http: reqwest::Client,
}

impl Portal {
    fn start(data: &Path) -> Portal {
        let mut child = Command::new(env!("CARGO_BIN_EXE_drsquirrel"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let url = ready.split_whitespace().find(|word| word.starts_with("http://")).expect("an address").to_owned();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Portal { child, url, http }
    }

    async fn job(&self) -> Option<Value> {
        let response = self.http.get(format!("{}/api/v1/jobs/late-departures", self.url)).send().await.ok()?;
        response.status().is_success().then_some(response.json().await.ok()?)
    }

    /// The job's page as soon as it is as wanted.
    async fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let job = self.job().await;
            if let Some(job) = job.as_ref().filter(|job| wanted(job)) {
                return job.clone();
            }
            assert!(begun.elapsed() < LIMIT, "not {what} in time: {job:?}");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    async fn suffer(&self, condition: &str) {
        let request = self.http.post(format!("{}/api/v1/example", self.url)).json(&json!({"condition": condition}));
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    fn signal(mut self, signal: i32) -> std::process::ExitStatus {
        // SAFETY: the child is ours and has not been waited for, so the id is its own.
        unsafe { libc::kill(self.child.id().cast_signed(), signal) };
        self.child.wait().unwrap()
    }
}

fn zone_pid(data: &Path) -> String {
    std::fs::read_to_string(data.join("zones/local-a/pid")).unwrap()
}

fn runs(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
}

fn causes(job: &Value) -> Vec<&str> {
    job["findings"].as_array().unwrap().iter().map(|f| f["cause"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_killed_portal_loses_no_finding_and_disturbs_no_job_and_a_stopped_one_takes_its_zones_along() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let portal = Portal::start(data);
    portal.until("well", |job| job["row"]["verdict"] == "healthy").await;
    portal.suffer("slow-sink").await;
    let sick = portal.until("diagnosed", |job| causes(job).contains(&"slow-external-call")).await;
    let zone = zone_pid(data);

    portal.signal(libc::SIGKILL);
    assert!(runs(&zone), "the zone lives without its portal");
    let portal = Portal::start(data);
    let again = portal.until("back", |_| true).await;
    assert_eq!(zone_pid(data), zone, "the zone was adopted");
    assert_eq!(again["row"]["id"], sick["row"]["id"], "the same instance runs on");
    assert_eq!(again["findings"][0]["id"], sick["findings"][0]["id"]);
    assert_eq!(again["findings"][0]["opened_at"], sick["findings"][0]["opened_at"]);
    assert_eq!(again["example"]["condition"], "slow-sink");

    portal.suffer("well").await;
    let well = portal.until("cleared", |job| causes(job).is_empty() && job["row"]["verdict"] == "healthy").await;
    assert!(well["closed"].as_array().unwrap().iter().any(|f| f["id"] == sick["findings"][0]["id"]));

    let status = portal.signal(libc::SIGTERM);
    assert!(status.success(), "{status}");
    assert!(!runs(&zone), "a portal that is stopped in good order stops its zones");
}
