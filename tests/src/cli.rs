//! The binary's commands, run as a person or a script would.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tokio::time::timeout;

use crate::{pace, parts};

/// What a command answered.
#[derive(Debug)]
pub struct Said {
    /// The exit status; `None` where it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Standard output as one JSON document, and nothing else.
    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.out).map_err(|e| {
            let err = self.err.trim();
            format!(
                "standard output is not JSON ({e}); status {:?}; {}",
                self.code,
                err.chars().take(400).collect::<String>()
            )
        })
    }
}

/// Runs `drsquirrel WORDS…`, which may take `limit` at normal speed.
pub async fn drsquirrel(words: &[&str], limit: Duration) -> Said {
    let mut command = tokio::process::Command::new(parts::binary());
    command.args(words).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(pace::patience(limit), command.output()).await;
    let output = output.unwrap_or_else(|_| panic!("`drsquirrel {}` did not end", words.join(" ")));
    said(output.unwrap_or_else(|e| panic!("`drsquirrel {}`: {e}", words.join(" "))))
}

/// Runs another command to its end.
pub async fn run(command: Command, limit: Duration) -> Said {
    let text = brief(&command);
    let mut command = tokio::process::Command::from(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(pace::patience(limit), command.output()).await;
    let output = output.unwrap_or_else(|_| panic!("{text} did not end"));
    said(output.unwrap_or_else(|e| panic!("{text}: {e}")))
}

/// Runs another command to its end; it must succeed.
pub async fn must_run(command: Command, limit: Duration) -> Said {
    let text = brief(&command);
    let said = run(command, limit).await;
    assert_eq!(said.code, Some(0), "{text}\n{}\n{}", said.out, said.err);
    said
}

fn brief(command: &Command) -> String {
    format!("{command:?}").chars().take(200).collect()
}

/// `diagnose --recording FILE --format json`.
pub async fn diagnose_recording(file: &Path) -> Said {
    let file = file.display().to_string();
    drsquirrel(&["diagnose", "--recording", &file, "--format", "json"], Duration::from_secs(10)).await
}

/// The job that a judgement of a whole cluster is about: of those that have not ended the one with the worst score.
pub fn worst_job(diagnosis: &Value) -> Result<&Value, String> {
    let jobs = diagnosis["jobs"].as_array().ok_or("no list of jobs")?;
    let ended = |job: &&Value| job["status"] == "CANCELED" || job["status"] == "FINISHED";
    let score = |job: &&Value| job["score"].as_u64().unwrap_or(100);
    let worst = jobs.iter().filter(|job| !ended(job)).min_by_key(score).or_else(|| jobs.iter().min_by_key(score));
    worst.ok_or_else(|| "no job".into())
}

fn said(output: Output) -> Said {
    Said {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
