//! One cluster as benches see it: an address for jobs, one for SQL, and the process that does the work.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::http;
use crate::failure::Failure;

/// A job that takes longer is given up.
const GIVE_UP: Duration = Duration::from_secs(600);
const POLL: Duration = Duration::from_millis(25);
/// A job that was just submitted may not be known yet.
const UNKNOWN: Duration = Duration::from_secs(5);

/// Where a cluster is spoken to.
#[derive(Debug, Clone, Copy)]
pub struct Cluster {
    /// Its monitoring REST API.
    pub rest: SocketAddr,
    /// Its SQL gateway.
    pub gateway: SocketAddr,
}

/// A session of a SQL gateway.
pub struct Session {
    gateway: SocketAddr,
    path: String,
}

impl Cluster {
    /// Opens a session with these settings.
    pub fn session(&self, settings: &[(&str, &str)]) -> Result<Session, Failure> {
        let settings: Value = settings.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        let opened = http::post(self.gateway, "/v1/sessions", &json!({"properties": settings}))?;
        let handle = opened["sessionHandle"].as_str().unwrap_or_default();
        Ok(Session { gateway: self.gateway, path: format!("/v1/sessions/{handle}") })
    }

    /// What is known of a job.
    pub fn job(&self, id: &str) -> Result<Value, Failure> {
        http::get(self.rest, &format!("/jobs/{id}"))
    }

    /// Waits until a bounded job has ended, and says what is known of it then; `meanwhile` is called now and then.
    pub fn finish(&self, id: &str, mut meanwhile: impl FnMut()) -> Result<Value, Failure> {
        let begun = Instant::now();
        while begun.elapsed() < GIVE_UP {
            let job = match self.job(id) {
                Err(_) if begun.elapsed() < UNKNOWN => json!({}),
                known => known?,
            };
            match job["state"].as_str() {
                Some("FINISHED") => return Ok(job),
                Some("FAILED" | "CANCELED" | "RESTARTING") => {
                    let told = http::get(self.rest, &format!("/jobs/{id}/exceptions"))?;
                    return Err(Failure::Other(format!("a job failed: {told}")));
                }
                _ => {}
            }
            meanwhile();
            thread::sleep(POLL);
        }
        Err(Failure::Other(format!("job {id} did not end within {} s", GIVE_UP.as_secs())))
    }

    /// Ends a job.
    pub fn cancel(&self, id: &str) -> Result<(), Failure> {
        http::ask(self.rest, "PATCH", &format!("/jobs/{id}?mode=cancel"), Some(&json!({})))?;
        wait_for("the job's cancellation", GIVE_UP, || Ok((self.job(id)?["state"] == "CANCELED").then_some(())))
    }
}

impl Session {
    /// Runs one statement, and returns the rows that its result adds, in order.
    pub fn run(&self, statement: &str) -> Result<Vec<Value>, Failure> {
        let started = http::post(self.gateway, &format!("{}/statements", self.path), &json!({"statement": statement}))?;
        let operation = started["operationHandle"].as_str().unwrap_or_default();
        let mut next = format!("{}/operations/{operation}/result/0?rowFormat=JSON", self.path);
        let mut added = Vec::new();
        loop {
            let page = http::get(self.gateway, &next)?;
            let rows = page["results"]["data"].as_array();
            let adds = |row: &&Value| row["kind"] != "UPDATE_BEFORE" && row["kind"] != "DELETE";
            added.extend(rows.into_iter().flatten().filter(adds).map(|row| row["fields"].clone()));
            match (page["resultType"].as_str(), page["nextResultUri"].as_str()) {
                (Some("NOT_READY"), _) => thread::sleep(POLL),
                (Some("PAYLOAD"), Some(uri)) => {
                    if rows.is_none_or(Vec::is_empty) {
                        thread::sleep(POLL);
                    }
                    uri.clone_into(&mut next);
                }
                _ => return Ok(added),
            }
        }
    }

    /// Runs a script, and returns the id of the job that its last statement started.
    pub fn submit(&self, script: &[String]) -> Result<String, Failure> {
        let rows = self.run_all(script)?;
        let id = rows.last().and_then(|row| row[0].as_str());
        id.map(String::from).ok_or_else(|| Failure::Other("a script started no job".into()))
    }

    /// Runs a script, and returns the rows of its last statement.
    pub fn run_all(&self, script: &[String]) -> Result<Vec<Value>, Failure> {
        script.iter().try_fold(Vec::new(), |_, statement| self.run(statement))
    }
}

/// Asks again and again until there is an answer.
pub fn wait_for<T>(
    what: &str,
    patience: Duration,
    mut ask: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    let begun = Instant::now();
    loop {
        match ask() {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) if begun.elapsed() > patience => {
                return Err(Failure::Other(format!("{what} did not come within {} s", patience.as_secs())));
            }
            Err(error) if begun.elapsed() > patience => return Err(error),
            _ => thread::sleep(POLL),
        }
    }
}
