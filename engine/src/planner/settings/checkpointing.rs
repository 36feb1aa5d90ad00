//! `execution.checkpointing.*`

use super::read::{Reader, bad};
use crate::syntax::SqlError;

/// What a checkpoint promises of records that sinks see after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointMode {
    /// Each takes part in the results once.
    ExactlyOnce,
    /// Each takes part once or more.
    AtLeastOnce,
}

/// When checkpoints are made, and where. Times are milliseconds; defaults are Flink's, but for
/// the number that is retained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpointing {
    /// `interval`; `None`: only when asked.
    pub interval_ms: Option<i64>,
    /// `timeout`
    pub timeout_ms: i64,
    /// `min-pause`: between the end of one and the start of the next.
    pub min_pause_ms: i64,
    /// `tolerable-failed-checkpoints`: how many may fail one after the other before the job does.
    pub tolerable_failures: u32,
    /// `max-concurrent-checkpoints`
    pub max_concurrent: u32,
    /// `mode`
    pub mode: CheckpointMode,
    /// `num-retained`: how many complete ones are kept.
    pub retained: u32,
    /// `externalized-checkpoint-retention` = `RETAIN_ON_CANCELLATION`
    pub retain_on_cancel: bool,
    /// `dir`: a path or URI.
    pub directory: Option<String>,
    /// `savepoint-dir`: a path or URI.
    pub savepoint_directory: Option<String>,
    /// `incremental`
    pub incremental: bool,
}

/// Flink retains one; here a newest one that turns out to be damaged has one before it.
const RETAINED: u32 = 2;
/// Flink takes no shorter interval.
const LEAST_INTERVAL_MS: i64 = 10;

impl Checkpointing {
    /// Reads the settings.
    pub fn read(read: &Reader<'_>) -> Result<Self, SqlError> {
        let key = |name: &str| format!("execution.checkpointing.{name}");
        let own = |name: &str, old: &'static str| {
            let new = key(name);
            read.text(&new).or_else(|| read.text(old)).map(str::to_owned)
        };
        let retained = read.key_of(&["execution.checkpointing.num-retained", "state.checkpoints.num-retained"]);
        let concurrent =
            ["execution.checkpointing.max-concurrent-checkpoints", "execution.checkpointing.max-concurrent"];
        let incremental = ["execution.checkpointing.incremental", "state.backend.incremental"];
        Ok(Self {
            interval_ms: interval(read)?,
            timeout_ms: timeout(read)?,
            min_pause_ms: read.millis(&key("min-pause"), 0)?,
            tolerable_failures: read.number_in(&key("tolerable-failed-checkpoints"), 0, 0..=i32::MAX as u32)?,
            max_concurrent: read.number_in(read.key_of(&concurrent), 1, 1..=i32::MAX as u32)?,
            mode: read.choice(
                &key("mode"),
                &[
                    ("EXACTLY_ONCE", CheckpointMode::ExactlyOnce),
                    ("AT_LEAST_ONCE", CheckpointMode::AtLeastOnce),
                    ("EXACTLY-ONCE", CheckpointMode::ExactlyOnce),
                    ("AT-LEAST-ONCE", CheckpointMode::AtLeastOnce),
                ],
                CheckpointMode::ExactlyOnce,
            )?,
            retained: read.number_in(retained, RETAINED, 1..=i32::MAX as u32)?,
            retain_on_cancel: read.choice(
                &key("externalized-checkpoint-retention"),
                &[
                    ("RETAIN_ON_CANCELLATION", true),
                    ("DELETE_ON_CANCELLATION", false),
                    ("NO_EXTERNALIZED_CHECKPOINTS", false),
                ],
                false,
            )?,
            directory: own("dir", "state.checkpoints.dir"),
            savepoint_directory: own("savepoint-dir", "state.savepoints.dir"),
            incremental: read.flag_of(&incremental, false)?,
        })
    }
}

fn interval(read: &Reader<'_>) -> Result<Option<i64>, SqlError> {
    const KEY: &str = "execution.checkpointing.interval";
    if read.text(KEY).is_none() {
        return Ok(None);
    }
    let interval = read.millis(KEY, 0)?;
    if interval < LEAST_INTERVAL_MS {
        let message = format!(
            "Checkpoint interval must be larger than or equal to {LEAST_INTERVAL_MS} ms ('{KEY}'). RESET '{KEY}' turns \
             checkpoints off."
        );
        return Err(SqlError::Config(message));
    }
    Ok(Some(interval))
}

fn timeout(read: &Reader<'_>) -> Result<i64, SqlError> {
    const KEY: &str = "execution.checkpointing.timeout";
    let timeout = read.millis(KEY, 600_000)?;
    if timeout < LEAST_INTERVAL_MS {
        return Err(bad(KEY, &format!("{timeout} ms"), "a duration of 10 ms or more"));
    }
    Ok(timeout)
}
