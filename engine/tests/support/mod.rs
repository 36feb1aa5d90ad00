//! An engine to test, and a small HTTP client.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    time::{Duration, Instant},
};

use engine::{EngineOptions, run_engine};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{runtime::Runtime, sync::oneshot, task::JoinHandle};

/// No test waits longer than this for what it expects.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An engine with 8 slots in this process; its workers are processes of their own.
pub struct Engine {
    pub data: TempDir,
    address: String,
    runtime: Runtime,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Engine {
    pub fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let mut engine = Self { data: tempfile::tempdir().unwrap(), address: String::new(), runtime, running: None };
        engine.run();
        engine
    }

    /// Starts the engine, which was stopped.
    pub fn run(&mut self) {
        let listen = "127.0.0.1:0".parse().unwrap();
        let mut options = EngineOptions::new("test", "test", listen, self.data.path().to_owned(), 8);
        options.worker = PathBuf::from(env!("CARGO_BIN_EXE_engine-alone"));
        let (stop, stopped) = oneshot::channel();
        let running = self.runtime.spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            run_engine(options, shutdown).await.unwrap();
        });
        self.running = Some((stop, running));
        let file = self.data.path().join("address");
        self.address = await_some(|| std::fs::read_to_string(&file).ok());
    }

    /// Stops the engine in order.
    pub fn stop(&mut self) {
        if let Some((stop, running)) = self.running.take() {
            let _ = stop.send(());
            let _ = self.runtime.block_on(running);
        }
    }

    /// A request's status and body.
    pub fn request(&self, method: &str, path: &str, body: Option<Value>) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let body = body.map_or_else(String::new, |body| body.to_string());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        // A server that refuses a body may close before it has read all of it.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        (head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), body.to_owned())
    }

    pub fn text(&self, path: &str) -> String {
        let (status, body) = self.request("GET", path, None);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap()
    }

    pub fn await_json(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        await_some(|| Some(self.get(path)).filter(&wanted))
    }

    pub fn await_state(&self, job: &str, state: &str) {
        self.await_json(&format!("/jobs/{job}/status"), |answer| answer["status"] == state);
    }

    pub fn open_session(&self) -> String {
        let (status, body) = self.request("POST", "/v1/sessions", Some(json!({})));
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        answer["sessionHandle"].as_str().unwrap().to_owned()
    }

    /// A session in which these were run.
    pub fn session_of(&self, statements: &[&str]) -> String {
        let session = self.open_session();
        for statement in statements {
            self.execute(&session, statement).unwrap();
        }
        session
    }

    /// Begins a statement; where its operation is.
    pub fn begin(&self, session: &str, statement: &str) -> String {
        let path = format!("/v1/sessions/{session}");
        let (status, body) = self.request("POST", &format!("{path}/statements"), Some(json!({"statement": statement})));
        assert_eq!(status, 200, "{body}");
        let operation: Value = serde_json::from_str(&body).unwrap();
        format!("{path}/operations/{}", operation["operationHandle"].as_str().unwrap())
    }

    /// The first page of a statement's result, or the errors that are answered instead.
    pub fn execute(&self, session: &str, statement: &str) -> Result<Value, String> {
        let operation = self.begin(session, statement);
        let (status, body) = self.request("GET", &format!("{operation}/result/0?rowFormat=JSON"), None);
        let state = self.get(&format!("{operation}/status"));
        assert_eq!(state["status"], if status == 200 { "FINISHED" } else { "ERROR" });
        let answer: Value = serde_json::from_str(&body).unwrap();
        if status == 200 { Ok(answer) } else { Err(answer["errors"][1].as_str().unwrap().to_owned()) }
    }

    /// Runs the statements in a session of their own; the rows that the last one's changes leave.
    pub fn rows(&self, statements: &[&str]) -> Vec<Value> {
        let session = self.open_session();
        let mut rows: Vec<Value> = Vec::new();
        let mut page = Value::Null;
        for statement in statements {
            page = self.execute(&session, statement).unwrap();
        }
        loop {
            for change in page["results"]["data"].as_array().into_iter().flatten() {
                let fields = &change["fields"];
                match change["kind"].as_str() {
                    Some("INSERT" | "UPDATE_AFTER") => rows.push(fields.clone()),
                    _ => {
                        let place = rows.iter().position(|row| row == fields).unwrap();
                        rows.swap_remove(place);
                    }
                }
            }
            let Some(next) = page["nextResultUri"].as_str() else { return rows };
            page = self.get(next);
            if page["resultType"] == "NOT_READY" {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Runs the statements in a session of their own; the id of the job that the last one submits.
    pub fn submit(&self, statements: &[&str]) -> String {
        let session = self.open_session();
        let mut last = Value::Null;
        for statement in statements {
            last = self.execute(&session, statement).unwrap();
        }
        last["jobID"].as_str().unwrap().to_owned()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Asks until there is an answer.
fn await_some<T>(ask: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "it never came to be");
        std::thread::sleep(Duration::from_millis(20));
    }
}
