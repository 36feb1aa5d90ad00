//! The settings of a session that mean something to a job, under Flink's names.

mod checkpointing;
mod read;
mod restart;

pub use checkpointing::Checkpointing;
pub use read::Reader;
#[cfg(test)]
pub use restart::Backoff;
pub use restart::RestartStrategy;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::syntax::SqlError;

/// Settings by key.
pub type Settings = BTreeMap<String, String>;

/// The number of key groups where none is set: Flink's lower default.
pub const DEFAULT_MAX_PARALLELISM: u32 = 128;
/// The most key groups that can be set, as in Flink.
pub const UPPER_MAX_PARALLELISM: u32 = 1 << 15;
/// The most settings that a session keeps.
pub const MAX_SETTINGS: usize = 500;

/// When the rows of a sink with a primary key are brought together by that key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyedShuffle {
    /// Never.
    None,
    /// Where the sink's parallelism differs from its input's.
    Auto,
    /// Wherever the sink has more than one subtask.
    Force,
}

/// What a sink does with a NULL for a column that is NOT NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNullEnforcer {
    /// Fails the task.
    Error,
    /// Leaves the record out.
    Drop,
}

/// What becomes of text that is longer than its column in a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeLength {
    /// It is written as it is.
    Ignore,
    /// It is cut, and CHAR is filled up with spaces.
    TrimPad,
    /// The job fails.
    Error,
}

/// A job's configuration, read once at submission. Times are milliseconds.
#[derive(Debug, Clone)]
pub struct JobConfig {
    /// `pipeline.name`
    pub name: Option<String>,
    /// `table.exec.resource.default-parallelism`, else `parallelism.default`, else 1.
    pub parallelism: u32,
    /// `pipeline.max-parallelism`: the number of key groups.
    pub max_parallelism: u32,
    /// `pipeline.auto-watermark-interval`; 0: no watermarks but those that sources make.
    pub auto_watermark_interval_ms: i64,
    /// `pipeline.operator-chaining.enabled`
    pub chaining: bool,
    /// `pipeline.object-reuse` and the like mean nothing here; the time zone of the session does: `table.local-time-zone`.
    pub zone: TimeZone,
    /// `table.exec.state.ttl`; `None` keeps state for ever.
    pub state_ttl_ms: Option<i64>,
    /// `table.exec.source.idle-timeout`; `None`: never idle.
    pub source_idle_timeout_ms: Option<i64>,
    /// `table.exec.source.cdc-events-duplicate`: sources of changes may repeat themselves.
    pub source_duplicates: bool,
    /// `table.exec.sink.keyed-shuffle`
    pub keyed_shuffle: KeyedShuffle,
    /// `table.exec.sink.not-null-enforcer`
    pub not_null: NotNullEnforcer,
    /// `table.exec.sink.type-length-enforcer`
    pub type_length: TypeLength,
    /// `execution.checkpointing.*`
    pub checkpointing: Checkpointing,
    /// `table.dml-sync`: whether an `INSERT` is over only when its job is.
    pub dml_sync: bool,
    /// `slot.request.timeout`: how long the job waits for slots that others hold.
    pub slot_request_timeout_ms: i64,
    /// `restart-strategy.*`
    pub restart: RestartStrategy,
    /// `execution.state-recovery.path`, once `execution.savepoint.path`: where the job takes its state from.
    pub restore_path: Option<String>,
    /// `execution.state-recovery.ignore-unclaimed-state`: state that no operator takes is no error.
    pub ignore_unclaimed_state: bool,
}

impl JobConfig {
    /// Refuses settings that do not make sense together: they are set one after the other, and told when a job needs them.
    pub fn check_complete(settings: &Settings) -> Result<(), SqlError> {
        let read = Reader::new(settings);
        let mini_batch = read.flag("table.exec.mini-batch.enabled", false)?;
        let latency = read.millis("table.exec.mini-batch.allow-latency", 0)?;
        let size = read.number::<i64>("table.exec.mini-batch.size", "a number of rows")?.filter(|size| *size > 0);
        if mini_batch && latency <= 0 {
            let message = "When 'table.exec.mini-batch.enabled' is true, 'table.exec.mini-batch.allow-latency' must be \
                           set to a duration greater than 0, like 5 s.";
            return Err(SqlError::Config(message.to_owned()));
        }
        if mini_batch && size.is_none() {
            let message = "Key: 'table.exec.mini-batch.size' , default: -1 (fallback keys: []) must be > 0.";
            return Err(SqlError::Config(message.to_owned()));
        }
        Ok(())
    }

    /// Reads the settings; those it does not know mean nothing to it, as in Flink.
    pub fn read(settings: &Settings) -> Result<Self, SqlError> {
        let read = Reader::new(settings);
        runtime_mode(&read)?;
        let checkpointing = Checkpointing::read(&read)?;
        let default = read.parallelism("parallelism.default")?.unwrap_or(1);
        // What the engine does without: it does not change results, but a value that is none is refused all the same.
        read.choice("table.exec.sink.upsert-materialize", &[("NONE", ()), ("AUTO", ()), ("FORCE", ())], ())?;
        read.flag("table.exec.mini-batch.enabled", false)?;
        read.millis("table.exec.mini-batch.allow-latency", 0)?;
        read.number::<i64>("table.exec.mini-batch.size", "a number of rows")?;
        Ok(Self {
            name: read.text("pipeline.name").map(str::to_owned),
            parallelism: read.parallelism("table.exec.resource.default-parallelism")?.unwrap_or(default),
            max_parallelism: read.max_parallelism()?,
            auto_watermark_interval_ms: read.millis("pipeline.auto-watermark-interval", 200)?,
            chaining: read.flag_of(&["pipeline.operator-chaining.enabled", "pipeline.operator-chaining"], true)?,
            zone: zone(&read)?,
            state_ttl_ms: Some(read.millis("table.exec.state.ttl", 0)?).filter(|ttl| *ttl > 0),
            source_idle_timeout_ms: Some(read.millis("table.exec.source.idle-timeout", 0)?).filter(|time| *time > 0),
            source_duplicates: read.flag("table.exec.source.cdc-events-duplicate", false)?,
            keyed_shuffle: read.choice(
                "table.exec.sink.keyed-shuffle",
                &[("NONE", KeyedShuffle::None), ("AUTO", KeyedShuffle::Auto), ("FORCE", KeyedShuffle::Force)],
                KeyedShuffle::Auto,
            )?,
            not_null: read.choice(
                "table.exec.sink.not-null-enforcer",
                &[("ERROR", NotNullEnforcer::Error), ("DROP", NotNullEnforcer::Drop)],
                NotNullEnforcer::Error,
            )?,
            type_length: read.choice(
                "table.exec.sink.type-length-enforcer",
                &[("IGNORE", TypeLength::Ignore), ("TRIM_PAD", TypeLength::TrimPad), ("ERROR", TypeLength::Error)],
                TypeLength::Ignore,
            )?,
            dml_sync: read.flag("table.dml-sync", false)?,
            slot_request_timeout_ms: read.millis("slot.request.timeout", 300_000)?,
            restart: RestartStrategy::read(&read, checkpointing.interval_ms.is_some())?,
            checkpointing,
            restore_path: read
                .text_of(&["execution.state-recovery.path", "execution.savepoint.path"])
                .map(str::to_owned),
            ignore_unclaimed_state: read.flag_of(
                &["execution.state-recovery.ignore-unclaimed-state", "execution.savepoint.ignore-unclaimed-state"],
                false,
            )?,
        })
    }
}

/// Streams only; what is bounded is read as a stream that ends, with the results of a stream.
fn runtime_mode(read: &Reader<'_>) -> Result<(), SqlError> {
    const KEY: &str = "execution.runtime-mode";
    let modes = [("STREAMING", true), ("AUTOMATIC", true), ("BATCH", false)];
    if read.choice(KEY, &modes, true)? {
        return Ok(());
    }
    Err(SqlError::Config(format!(
        "'{KEY}' = 'batch' is not supported by this engine. Set it to streaming: bounded tables are then read to their \
         end, and the job ends with the same last result."
    )))
}

/// `table.local-time-zone`: a name of the tz database, or an offset such as `GMT+08:00`.
fn zone(read: &Reader<'_>) -> Result<TimeZone, SqlError> {
    const KEY: &str = "table.local-time-zone";
    let Some(name) = read.text(KEY).filter(|name| *name != "default") else { return Ok(TimeZone::UTC) };
    let known = TimeZone::get(name).ok().or_else(|| offset(name));
    known.ok_or_else(|| {
        SqlError::Config(format!(
            "The supported Zone ID is either a full name such as 'America/Los_Angeles', or a custom timezone id such as \
             'GMT-08:00', but configured Zone ID is '{name}' ('{KEY}')."
        ))
    })
}

/// `GMT+8`, `UTC-08:30`, `+01:00`
fn offset(name: &str) -> Option<TimeZone> {
    let rest = name.strip_prefix("GMT").or_else(|| name.strip_prefix("UTC")).unwrap_or(name);
    let sign = match rest.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = rest[1..].split_once(':').unwrap_or((&rest[1..], "0"));
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    let valid = (0..=18).contains(&hours) && (0..60).contains(&minutes);
    let seconds = sign * (hours * 3600 + minutes * 60);
    jiff::tz::Offset::from_seconds(seconds).ok().filter(|_| valid).map(TimeZone::fixed)
}

#[cfg(test)]
mod tests;
