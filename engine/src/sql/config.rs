//! The settings of a session that mean something to a job, under Flink's names.

use std::{collections::BTreeMap, time::Duration};

use super::SqlError;
use crate::options::{parse_bool, parse_duration};

/// Settings by key.
pub type Settings = BTreeMap<String, String>;

/// The most subtasks that a vertex can have, and the number of key groups: Flink's lower default.
pub const MAX_PARALLELISM: u32 = 128;
/// The most settings that a session keeps.
pub const MAX_SETTINGS: usize = 500;

/// What happens to a job whose task has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartStrategy {
    /// The job fails: Flink's default where checkpoints are off.
    None,
    /// It is started again after `delay`, up to `attempts` times in all.
    FixedDelay {
        /// How many restarts are allowed.
        attempts: u64,
        /// The pause before each.
        delay: Duration,
    },
}

impl RestartStrategy {
    /// As `/jobs/:id/config` words it.
    pub fn describe(&self) -> String {
        match self {
            Self::None => "Restart deactivated.".to_owned(),
            Self::FixedDelay { attempts, delay } => {
                format!("Restart with fixed delay ({} ms). #{attempts} restart attempts.", delay.as_millis())
            }
        }
    }
}

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

/// A job's configuration, read once at submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobConfig {
    /// `pipeline.name`
    pub name: Option<String>,
    /// `table.exec.resource.default-parallelism`, else `parallelism.default`, else 1.
    pub parallelism: u32,
    /// `restart-strategy.type` and its options.
    pub restart: RestartStrategy,
    /// `table.exec.sink.keyed-shuffle`
    pub keyed_shuffle: KeyedShuffle,
    /// `table.exec.sink.not-null-enforcer`
    pub not_null: NotNullEnforcer,
    /// `pipeline.operator-chaining.enabled`
    pub chaining: bool,
}

impl JobConfig {
    /// Reads the settings; those it does not know mean nothing to it, as in Flink.
    pub fn read(settings: &Settings) -> Result<Self, SqlError> {
        let get = |key: &str| settings.get(key).map(|value| value.trim());
        let default = parallelism(settings, "parallelism.default")?.filter(|n| *n > 0).unwrap_or(1);
        let table = parallelism(settings, "table.exec.resource.default-parallelism")?.filter(|n| *n > 0);
        Ok(Self {
            name: get("pipeline.name").map(str::to_owned),
            parallelism: table.unwrap_or(default) as u32,
            restart: restart(settings)?,
            keyed_shuffle: match get("table.exec.sink.keyed-shuffle").unwrap_or("AUTO").to_uppercase().as_str() {
                "NONE" => KeyedShuffle::None,
                "AUTO" => KeyedShuffle::Auto,
                "FORCE" => KeyedShuffle::Force,
                other => return Err(not_one_of("table.exec.sink.keyed-shuffle", other, "NONE, AUTO or FORCE")),
            },
            not_null: match get("table.exec.sink.not-null-enforcer").unwrap_or("ERROR").to_uppercase().as_str() {
                "ERROR" => NotNullEnforcer::Error,
                "DROP" => NotNullEnforcer::Drop,
                other => return Err(not_one_of("table.exec.sink.not-null-enforcer", other, "ERROR or DROP")),
            },
            chaining: match get("pipeline.operator-chaining.enabled").or(get("pipeline.operator-chaining")) {
                Some(value) => parse_bool(value)
                    .ok_or_else(|| not_one_of("pipeline.operator-chaining.enabled", value, "true or false"))?,
                None => true,
            },
        })
    }
}

fn parallelism(settings: &Settings, key: &str) -> Result<Option<i64>, SqlError> {
    let Some(value) = settings.get(key) else { return Ok(None) };
    let read = value.trim().parse::<i64>().ok().filter(|n| *n == -1 || (1..=i64::from(MAX_PARALLELISM)).contains(n));
    read.map(Some).ok_or_else(|| not_one_of(key, value, &format!("a number from 1 to {MAX_PARALLELISM}")))
}

fn restart(settings: &Settings) -> Result<RestartStrategy, SqlError> {
    let key = if settings.contains_key("restart-strategy.type") { "restart-strategy.type" } else { "restart-strategy" };
    match settings.get(key).map_or("none", |value| value.trim()) {
        "none" | "off" | "disable" => Ok(RestartStrategy::None),
        "fixed-delay" | "fixeddelay" => {
            let attempts = settings.get("restart-strategy.fixed-delay.attempts").map_or("1", |value| value.trim());
            let delay = settings.get("restart-strategy.fixed-delay.delay").map_or("1 s", |value| value.trim());
            Ok(RestartStrategy::FixedDelay {
                attempts: attempts.parse().map_err(|_| {
                    not_one_of("restart-strategy.fixed-delay.attempts", attempts, "a number of restarts")
                })?,
                delay: parse_duration(delay)
                    .ok_or_else(|| not_one_of("restart-strategy.fixed-delay.delay", delay, "a duration like 2 s"))?,
            })
        }
        other => Err(not_one_of(key, other, "fixed-delay or none; this engine has no other strategy yet")),
    }
}

fn not_one_of(key: &str, value: &str, right: &str) -> SqlError {
    SqlError::Config(format!("Could not parse value '{value}' for key '{key}'. Set it to {right}."))
}
