//! An embedded engine, as `drsquirrel engine` starts it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{
    free_address, http,
    job::{Cluster, wait_for},
    process::{Process, children},
};
use crate::{failure::Failure, place::Place};

const START: Duration = Duration::from_secs(30);

/// A running engine.
pub struct Engine {
    /// Where it is spoken to.
    pub cluster: Cluster,
    /// The process; its workers are its children.
    pub process: Process,
    /// Its data folder.
    pub data: PathBuf,
}

impl Engine {
    /// Starts one on these cores, its data in a new folder below `work`.
    pub fn start(place: &Place, work: &Path, cores: &str) -> Result<Engine, Failure> {
        let data = work.join("engine");
        fs::create_dir_all(&data).map_err(Failure::file("create", &data))?;
        let address = free_address()?;
        let mut command = Command::new(place.binary());
        command.args(["engine", "--name", "bench", "--zone", "bench", "--slots", "4"]);
        command.args(["--listen", &address.to_string(), "--data"]).arg(&data);
        let process = Process::start(&command, cores, &work.join("engine.log"))?;
        let engine = Engine { cluster: Cluster { rest: address, gateway: address }, process, data };
        wait_for("the engine", START, || http::get(address, "/overview").map(Some))?;
        Ok(engine)
    }

    /// The worker of its only job.
    pub fn worker(&self) -> Option<u32> {
        children(self.process.pid()).first().copied()
    }
}
