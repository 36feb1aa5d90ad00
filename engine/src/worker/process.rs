//! What this process takes of the machine.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::runtime::metrics::Values;

/// Reads the process' own accounts again and again, and makes a rate of the processor's.
pub struct ProcessSampler {
    sampled: Instant,
    cpu: Duration,
}

impl ProcessSampler {
    /// A sampler whose first rate is since now.
    pub fn new() -> Self {
        Self { sampled: Instant::now(), cpu: cpu_time() }
    }

    /// `Process.ResidentBytes`, `Process.CpuMsPerSecond`, `Process.OpenFiles`; what cannot be read is left out.
    pub fn sample(&mut self) -> Values {
        let (now, cpu) = (Instant::now(), cpu_time());
        let seconds = (now - self.sampled).as_secs_f64().max(1e-3);
        let mut values = Values::new();
        let rate = cpu.saturating_sub(self.cpu).as_secs_f64() * 1000.0 / seconds;
        values.insert("Process.CpuMsPerSecond".to_owned(), rate);
        (self.sampled, self.cpu) = (now, cpu);
        if let Some(bytes) = resident_bytes() {
            values.insert("Process.ResidentBytes".to_owned(), bytes as f64);
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            values.insert("Process.OpenFiles".to_owned(), files.count() as f64);
        }
        values
    }
}

/// Processor time of all threads, in user and kernel mode.
fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writing, and the clock is every process' own.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) } != 0;
    if failed { Duration::ZERO } else { Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32) }
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}
