//! The portal, as `drsquirrel serve` starts it, and its public API.

use std::{path::PathBuf, process::Command, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    expect::brief,
    http::{self, Answer},
    pace, parts, process,
    process::{Process, free_port},
    scene::Scene,
    wait,
};

/// It answers within two seconds.
const START: Duration = Duration::from_secs(5);

/// A running portal; it and the zones that it started end when this is dropped.
pub struct Portal {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub url: String,
    process: Process,
    data: PathBuf,
    log: PathBuf,
}

impl Portal {
    /// Starts a portal in a fresh data folder of `scene`, and waits until it answers.
    pub async fn start(scene: &Scene) -> Portal {
        let address = format!("127.0.0.1:{}", free_port());
        let (data, log) = (scene.folder("portal"), scene.log("portal.log"));
        let process = Process::start("portal", serve(&address, &data), &log);
        let mut portal = Portal { url: format!("http://{address}"), process, data, log };
        portal.answers().await;
        portal
    }

    /// Kills the portal itself (SIGKILL), as a crash would: nothing is told to its zones.
    pub fn crash(&mut self) {
        self.process.kill();
    }

    /// Asks the portal to end; its exit status.
    pub fn stop(&mut self) -> Option<i32> {
        self.process.stop().and_then(|status| status.code())
    }

    /// Starts the portal again, on the same data and address.
    pub async fn start_again(&mut self) {
        // Its group must not be killed with the old handle: the zones may be in it.
        let address = self.url.trim_start_matches("http://").to_string();
        let new = Process::start("portal", serve(&address, &self.data), &self.log);
        std::mem::forget(std::mem::replace(&mut self.process, new));
        self.answers().await;
    }

    /// The processes of its embedded zones and their workers: id and command line.
    pub fn zone_processes(&self) -> Vec<(u32, String)> {
        let data = self.data.display().to_string();
        let own = self.process.pid();
        process::with_word(&data).into_iter().filter(|(pid, _)| *pid != own).collect()
    }

    /// `GET /api/v1/PATH`; an error is what was answered.
    pub async fn get(&self, path: &str) -> Result<Value, String> {
        http::get(&format!("{}/api/v1/{path}", self.url)).await
    }

    /// `POST /api/v1/PATH`
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, String> {
        http::ask(Method::POST, &format!("{}/api/v1/{path}", self.url), Some(body)).await
    }

    /// Adds a cluster; it must be taken.
    pub async fn add_cluster(&self, name: &str, url: &str) {
        let answer = self.post("clusters", &json!({"name": name, "url": url})).await.unwrap_or_else(|e| panic!("{e}"));
        assert!((200..300).contains(&answer.status), "{}: {}", answer.status, answer.text);
    }

    /// A job's open findings, worst first.
    pub async fn open_findings(&self, job: &str) -> Result<Value, String> {
        let mut list = self.get(&format!("jobs/{job}/findings?state=open")).await?;
        Ok(list["items"].take())
    }

    /// The example job's condition.
    pub async fn make_example(&self, condition: &str) {
        let answer = self.post("example", &json!({"condition": condition})).await.unwrap_or_else(|e| panic!("{e}"));
        assert!((200..300).contains(&answer.status), "{}: {}", answer.status, answer.text);
    }

    /// Whether a job is judged to be healthy, and nothing is open; else what is seen.
    pub async fn is_healthy(&self, job: &str) -> Result<(), String> {
        let findings = self.open_findings(job).await?;
        let view = self.get(&format!("jobs/{job}")).await?;
        // The judgement stands in the job's row, whether the answer is that row or has it inside.
        let verdict = view.pointer("/row/verdict").or(view.get("verdict")).cloned().unwrap_or_default();
        let nothing_open = findings.as_array().is_some_and(Vec::is_empty);
        if verdict == "healthy" && nothing_open { Ok(()) } else { Err(format!("{verdict}: {}", brief(&findings))) }
    }

    async fn answers(&mut self) {
        let url = format!("{}/api/v1/jobs", self.url);
        let process = &mut self.process;
        wait::must("the portal", pace::patience(START), async || {
            process.must_run();
            http::get(&url).await
        })
        .await;
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        if self.process.ended().is_none() {
            self.process.stop();
        }
        for (pid, _) in self.zone_processes() {
            process::signal(pid, libc::SIGKILL);
        }
    }
}

fn serve(address: &str, data: &std::path::Path) -> Command {
    let mut command = Command::new(parts::binary());
    command.args(["serve", "--listen", address, "--data"]).arg(data);
    command
}
