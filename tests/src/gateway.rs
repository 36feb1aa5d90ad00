//! A SQL gateway's client: the same requests for Flink's own and for the embedded engine's.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{http, pace, wait};

/// The first statement of a session loads classes for 5 s.
const STATEMENT: Duration = Duration::from_secs(10);

/// A session.
pub struct Gateway {
    session: String,
}

impl Gateway {
    /// Opens a session at the gateway `url`.
    pub async fn open(url: &str) -> Gateway {
        let answer = http::json(Method::POST, &format!("{url}/v1/sessions"), Some(&json!({}))).await;
        let answer = answer.unwrap_or_else(|e| panic!("{e}"));
        let handle = answer["sessionHandle"].as_str().expect("the gateway names the session");
        Gateway { session: format!("{url}/v1/sessions/{handle}") }
    }

    /// Runs the statements of a script, and returns the id of the job that its `INSERT` started.
    pub async fn run(&self, script: &str) -> Result<String, String> {
        let mut job = None;
        for statement in script.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            let rows = self.execute(statement).await?;
            if statement.to_uppercase().starts_with("INSERT") {
                job = rows.first().and_then(|row| row[0].as_str()).map(String::from);
            }
        }
        job.ok_or_else(|| "the script started no job".into())
    }

    /// Runs one statement to its end, and returns the rows of its result.
    pub async fn execute(&self, statement: &str) -> Result<Vec<Value>, String> {
        let url = format!("{}/statements", self.session);
        let answer = http::json(Method::POST, &url, Some(&json!({"statement": statement}))).await?;
        let operation = answer["operationHandle"].as_str().ok_or("the gateway names no operation")?;
        let mut next = format!("{}/operations/{operation}/result/0?rowFormat=JSON", self.session);
        let mut rows = Vec::new();
        loop {
            let page = self.page(&next).await?;
            rows.extend(page["results"]["data"].as_array().into_iter().flatten().map(|row| row["fields"].clone()));
            match (page["resultType"].as_str(), page["nextResultUri"].as_str()) {
                (Some("EOS"), _) | (_, None) => return Ok(rows),
                (_, Some(uri)) => next = self.absolute(uri),
            }
        }
    }

    /// One page of a result, once it is ready.
    async fn page(&self, url: &str) -> Result<Value, String> {
        let mut failed = None;
        let page = wait::must("a statement's result", pace::patience(STATEMENT), async || match http::get(url).await {
            Ok(page) if page["resultType"] == "NOT_READY" => Err("NOT_READY".into()),
            Ok(page) => Ok(page),
            Err(e) => {
                failed = Some(e);
                Ok(Value::Null)
            }
        });
        let page = page.await;
        failed.map_or(Ok(page), Err)
    }

    fn absolute(&self, uri: &str) -> String {
        match self.session.find("/v1/") {
            Some(at) if uri.starts_with('/') => format!("{}{uri}", &self.session[..at]),
            _ => uri.into(),
        }
    }
}
