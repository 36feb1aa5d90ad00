//! A pinned process, and what the kernel knows of any.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::failure::Failure;

/// A process that ends when this is dropped.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts `command` on these cores, a list as `taskset` takes it; what it writes goes to the file `log`.
    pub fn start(command: &Command, cores: &str, log: &Path) -> Result<Process, Failure> {
        let file = File::create(log).map_err(Failure::file("create", log))?;
        let errors = file.try_clone().map_err(Failure::file("open", log))?;
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", cores]);
        pinned.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                pinned.env(name, value);
            }
        }
        if let Some(folder) = command.get_current_dir() {
            pinned.current_dir(folder);
        }
        let child = pinned.stdin(Stdio::null()).stdout(file).stderr(errors).spawn();
        let program = pinned.get_program().to_string_lossy().into_owned();
        Ok(Process { child: child.map_err(|source| Failure::Program { program, source })? })
    }

    /// Its id: `taskset` becomes what it starts.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended cannot be killed, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes that `pid` started and that run.
pub fn children(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| stat(*id).and_then(|fields| fields.get(1)?.parse().ok()) == Some(pid)).collect()
}

/// How long a process and the children that it has waited for ran on a processor.
pub fn processor_time(pid: u32) -> Duration {
    const TICKS_A_SECOND: u64 = 100;
    let fields = stat(pid).unwrap_or_default();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((11..15).map(ticks).sum::<u64>() * (1000 / TICKS_A_SECOND))
}

/// A line of `/proc/PID/status` in mebibytes: `VmRSS`, or `VmHWM`, which is the most it ever was.
pub fn memory_mib(pid: u32, line: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    line.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// The fields of `/proc/PID/stat` after the name, which may hold spaces.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split_whitespace().map(String::from).collect())
}
