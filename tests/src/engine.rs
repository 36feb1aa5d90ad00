//! One embedded engine by itself, as `drsquirrel engine` starts it.

use std::{path::PathBuf, process::Command, time::Duration};

use reqwest::Method;
use serde_json::Value;

use crate::{
    flink::Flink,
    http, pace, parts,
    process::{self, Process, free_port},
    scene::Scene,
    wait,
};

/// It listens within a second.
const START: Duration = Duration::from_secs(3);

/// A running engine; it and its workers end when this is dropped.
pub struct Engine {
    /// Its APIs: monitoring and SQL gateway have the same address.
    pub flink: Flink,
    /// The process.
    pub process: Process,
    options: Options,
}

/// How it is started, and again after a crash.
struct Options {
    data: PathBuf,
    log: PathBuf,
    slots: u32,
    variables: Vec<(String, String)>,
}

impl Engine {
    /// Starts one with `slots`, and waits until it answers.
    pub async fn start(scene: &Scene, slots: u32) -> Engine {
        Engine::start_with(scene, slots, &[]).await
    }

    /// The same with these environment variables.
    pub async fn start_with(scene: &Scene, slots: u32, variables: &[(&str, &str)]) -> Engine {
        let address = format!("127.0.0.1:{}", free_port());
        let (data, log) = (scene.folder("engine"), scene.log("engine.log"));
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = Options { data, log, slots, variables };
        let process = options.launch(&address);
        let mut engine = Engine { flink: Flink::at(format!("http://{address}")), process, options };
        engine.answers().await;
        engine
    }

    /// Its address: `127.0.0.1:8081`.
    pub fn address(&self) -> &str {
        self.flink.url.trim_start_matches("http://")
    }

    /// Kills the engine itself (SIGKILL), as a crash would: nothing is told to its workers.
    pub fn crash(&mut self) {
        self.process.kill();
    }

    /// Starts it again after a crash, on the same data and address.
    pub async fn start_again(&mut self) {
        self.process = self.options.launch(self.address());
        self.answers().await;
    }

    /// Kills the worker of its one job (SIGKILL); `false` where there is none at this moment.
    pub async fn crash_worker(&self) -> bool {
        let workers = http::get(&format!("{}/taskmanagers", self.flink.url)).await.unwrap_or_default();
        let Some(id) = workers["taskmanagers"][0]["processId"].as_u64() else { return false };
        process::signal(u32::try_from(id).expect("a process id"), libc::SIGKILL);
        true
    }

    /// Asks for every vertex of a job to run with so many subtasks; an error where the job does not run at this moment.
    pub async fn rescale(&self, job: &str, parallelism: u32) -> Result<Value, String> {
        let url = format!("{}/jobs/{job}/resource-requirements", self.flink.url);
        let mut wanted = http::get(&url).await?;
        for vertex in wanted.as_object_mut().into_iter().flat_map(|vertices| vertices.values_mut()) {
            vertex["parallelism"]["upperBound"] = parallelism.into();
        }
        http::json(Method::PUT, &url, Some(&wanted)).await
    }

    async fn answers(&mut self) {
        wait::must("the engine", pace::patience(START), async || {
            self.process.must_run();
            http::get(&format!("{}/overview", self.flink.url)).await
        })
        .await;
    }
}

impl Options {
    fn launch(&self, address: &str) -> Process {
        let mut command = Command::new(parts::binary());
        command.args(["engine", "--name", "test-a", "--zone", "test", "--listen", address]);
        command.arg("--data").arg(&self.data).args(["--slots", &self.slots.to_string()]);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Process::start("engine", command, &self.log)
    }
}
