//! One embedded engine by itself, as `drsquirrel engine` starts it.

use std::{process::Command, time::Duration};

use crate::{
    flink::Flink,
    http, pace, parts,
    process::{Process, free_port},
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
}

impl Engine {
    /// Starts one with `slots`, and waits until it answers.
    pub async fn start(scene: &Scene, slots: u32) -> Engine {
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(parts::binary());
        command.args(["engine", "--name", "test-a", "--zone", "test", "--listen", &address]);
        command.arg("--data").arg(scene.folder("engine")).args(["--slots", &slots.to_string()]);
        let mut process = Process::start("engine", command, &scene.log("engine.log"));
        let flink = Flink::at(format!("http://{address}"));
        wait::must("the engine", pace::patience(START), async || {
            process.must_run();
            http::get(&format!("{}/overview", flink.url)).await
        })
        .await;
        Engine { flink, process }
    }
}
