//! The few requests of Flink's monitoring REST API that tests make themselves; they work on an embedded engine, too.

use std::{fs, path::Path, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{http, pace, wait};

/// A job is running within seconds, on a cold cluster in about ten.
const START: Duration = Duration::from_secs(15);

/// A monitoring REST API.
#[derive(Debug, Clone)]
pub struct Flink {
    /// `http://127.0.0.1:8081`
    pub url: String,
}

impl Flink {
    /// The one at `url`.
    pub fn at(url: String) -> Flink {
        Flink { url }
    }

    /// Uploads a jar, and returns its id.
    pub async fn upload(&self, jar: &Path) -> String {
        let content = fs::read(jar).expect("the jar can be read");
        let answer = http::upload(&format!("{}/jars/upload", self.url), "jarfile", "jobs.jar", &content).await;
        let answer = answer.unwrap_or_else(|e| panic!("{e}"));
        let path = answer["filename"].as_str().expect("Flink names the uploaded file");
        path.rsplit('/').next().unwrap_or(path).to_string()
    }

    /// Runs `FaultJob` of an uploaded jar with parallelism 2 and these arguments, waits until all of it runs, and returns
    /// the job's id.
    pub async fn run_fault(&self, jar: &str, name: &str, arguments: &str) -> String {
        let arguments: Vec<&str> = ["--name", name].into_iter().chain(arguments.split_whitespace()).collect();
        let body = json!({"entryClass": "FaultJob", "parallelism": 2, "programArgsList": arguments});
        let url = format!("{}/jars/{jar}/run", self.url);
        let answer = http::json(Method::POST, &url, Some(&body)).await.unwrap_or_else(|e| panic!("{e}"));
        let job = answer["jobid"].as_str().expect("Flink names the job").to_string();
        wait::must(&format!("job {name}"), pace::patience(START), async || self.runs(&job).await).await;
        job
    }

    /// Whether all vertices of a job run; else what is seen.
    pub async fn runs(&self, job: &str) -> Result<(), String> {
        let job = self.job(job).await?;
        let vertices = job["vertices"].as_array().cloned().unwrap_or_default();
        let running = !vertices.is_empty() && vertices.iter().all(|vertex| vertex["status"] == "RUNNING");
        if running && job["state"] == "RUNNING" { Ok(()) } else { Err(format!("{}", job["state"])) }
    }

    /// `/jobs/:id`
    pub async fn job(&self, job: &str) -> Result<Value, String> {
        http::get(&format!("{}/jobs/{job}", self.url)).await
    }

    /// Cancels a job, and waits until it is.
    pub async fn cancel(&self, job: &str) {
        let answer = http::ask(Method::PATCH, &format!("{}/jobs/{job}?mode=cancel", self.url), None).await;
        answer.unwrap_or_else(|e| panic!("{e}"));
        wait::must("the job's cancellation", pace::patience(START), async || {
            match self.job(job).await?["state"].as_str() {
                Some("CANCELED" | "FAILED" | "FINISHED") => Ok(()),
                state => Err(format!("{state:?}")),
            }
        })
        .await;
    }

    /// Waits until a bounded job has read all its input.
    pub async fn finished(&self, job: &str) {
        wait::must("the job's end", pace::patience(START), async || match self.job(job).await?["state"].as_str() {
            Some("FINISHED") => Ok(()),
            Some("FAILED") => panic!("job {job} failed: {}", self.exceptions(job).await),
            Some("RESTARTING") => Err(self.exceptions(job).await),
            state => Err(format!("{state:?}")),
        })
        .await;
    }

    /// The stack trace that a job failed with, as far as it is told.
    pub async fn failure(&self, job: &str) -> String {
        let told = http::get(&format!("{}/jobs/{job}/exceptions", self.url)).await;
        let told = told.unwrap_or_else(|e| json!({"exceptionHistory": {"entries": [{"stacktrace": e}]}}));
        told["exceptionHistory"]["entries"][0]["stacktrace"].as_str().unwrap_or_default().into()
    }

    async fn exceptions(&self, job: &str) -> String {
        http::get(&format!("{}/jobs/{job}/exceptions", self.url)).await.map_or_else(|e| e, |v| v.to_string())
    }
}
