//! A session at a SQL gateway, Flink's or the embedded engine's, that keeps what came back as it came.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{json as exact, types};
use crate::http;

/// How long is waited before a result that is not ready is asked for again, and at most.
const FIRST_WAIT: Duration = Duration::from_millis(5);
const LONGEST_WAIT: Duration = Duration::from_millis(80);

/// A session.
pub struct Session {
    gateway: String,
    url: String,
}

/// What a statement gave.
#[derive(Debug, Default)]
pub struct Answer {
    /// `total DECIMAL(38, 2) NOT NULL`: name and type of each column.
    pub columns: Vec<String>,
    /// The changes in their order: `+I`, `-U`, `+U` or `-D`, and the row's JSON.
    pub changes: Vec<(&'static str, String)>,
}

/// Why a statement gave nothing.
#[derive(Debug)]
pub enum Problem {
    /// The gateway refused it, or the job failed: what it says.
    Refused(String),
    /// It was not done in time, or the gateway does not keep to the protocol.
    Broken(String),
}

impl Answer {
    /// The job that the statement started and left running.
    pub fn job(&self) -> Option<&str> {
        let [column] = self.columns.as_slice() else { return None };
        let (_, row) = self.changes.first()?;
        column.starts_with("job id ").then(|| row.trim_matches(['[', ']', '"']))
    }
}

impl Session {
    /// Opens a session with these settings.
    pub async fn open(gateway: &str, settings: &[(&str, &str)]) -> Result<Session, Problem> {
        let settings: serde_json::Map<String, Value> = settings.iter().map(|(k, v)| ((*k).into(), json!(v))).collect();
        let opened =
            ask(Method::POST, &format!("{gateway}/v1/sessions"), Some(json!({"properties": settings}))).await?;
        let handle =
            opened["sessionHandle"].as_str().ok_or_else(|| Problem::Broken(format!("no session: {opened}")))?;
        Ok(Session { gateway: gateway.into(), url: format!("{gateway}/v1/sessions/{handle}") })
    }

    /// Closes it. A session that cannot be closed is left to the gateway.
    pub async fn close(self) {
        let _ = http::ask(Method::DELETE, &self.url, None).await;
    }

    /// Runs one statement to its end, all of which must come before `deadline`.
    pub async fn run(&self, statement: &str, deadline: Instant) -> Result<Answer, Problem> {
        let started =
            ask(Method::POST, &format!("{}/statements", self.url), Some(json!({"statement": statement}))).await?;
        let operation = started["operationHandle"].as_str();
        let operation = operation.ok_or_else(|| Problem::Broken(format!("no operation: {started}")))?;
        let operation = format!("{}/operations/{operation}", self.url);
        let fetched = self.fetch(&operation, deadline).await;
        if fetched.is_err() {
            let _ = http::ask(Method::POST, &format!("{operation}/cancel"), None).await;
        }
        fetched
    }

    async fn fetch(&self, operation: &str, deadline: Instant) -> Result<Answer, Problem> {
        let mut answer = Answer::default();
        let mut next = format!("{operation}/result/0?rowFormat=JSON");
        let mut wait = FIRST_WAIT;
        loop {
            let page = ask(Method::GET, &next, None).await?;
            let had = answer.changes.len();
            answer.read(&page["results"])?;
            match (page["resultType"].as_str(), page["nextResultUri"].as_str()) {
                (Some("EOS"), _) => return Ok(answer),
                (Some("NOT_READY"), _) => {}
                (Some("PAYLOAD"), Some(uri)) => {
                    next = if uri.starts_with('/') { format!("{}{uri}", self.gateway) } else { uri.into() };
                }
                (kind, _) => return Err(Problem::Broken(format!("a page of type {kind:?} without a next one"))),
            }
            if answer.changes.len() > had {
                wait = FIRST_WAIT;
                continue;
            }
            if Instant::now() > deadline {
                return Err(Problem::Broken(format!("not done in time, after {had} changes")));
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}

impl Answer {
    fn read(&mut self, results: &Value) -> Result<(), Problem> {
        if self.columns.is_empty() {
            self.columns = results["columns"].as_array().into_iter().flatten().map(column).collect();
        }
        for change in results["data"].as_array().into_iter().flatten() {
            let kind = match change["kind"].as_str() {
                Some("INSERT") => "+I",
                Some("UPDATE_BEFORE") => "-U",
                Some("UPDATE_AFTER") => "+U",
                Some("DELETE") => "-D",
                other => return Err(Problem::Broken(format!("a change of kind {other:?}"))),
            };
            self.changes.push((kind, exact::show(&change["fields"])));
        }
        Ok(())
    }
}

fn column(column: &Value) -> String {
    let described = &column["logicalType"];
    let null = if types::is_nullable(described) { "" } else { " NOT NULL" };
    format!("{} {}{null}", column["name"].as_str().unwrap_or_default(), types::sql_type(described))
}

/// The JSON of a successful answer, its numbers as they were written.
async fn ask(method: Method, url: &str, body: Option<Value>) -> Result<Value, Problem> {
    let answer = http::ask(method, url, body.as_ref()).await.map_err(Problem::Broken)?;
    match answer.status {
        200..300 => exact::parse(&answer.text).map_err(Problem::Broken),
        _ => Err(Problem::Refused(what_is_said(&answer.json).unwrap_or(answer.text))),
    }
}

fn what_is_said(json: &Value) -> Option<String> {
    let lines: Vec<&str> = json["errors"].as_array()?.iter().filter_map(Value::as_str).collect();
    Some(lines.join("\n"))
}
