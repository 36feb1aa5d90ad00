//! `restart-strategy.*`

use super::read::{Reader, bad};
use crate::syntax::SqlError;

/// What happens to a job whose task has failed. Times are milliseconds; defaults are Flink's.
#[derive(Debug, Clone, PartialEq)]
pub enum RestartStrategy {
    /// The job fails: Flink's default where checkpoints are off.
    None,
    /// It is started again after `delay_ms`, up to `attempts` times in all.
    FixedDelay {
        /// How many restarts are allowed.
        attempts: u64,
        /// The pause before each.
        delay_ms: i64,
    },
    /// It is started again after a pause that grows: Flink's default where checkpoints are on.
    ExponentialDelay(Backoff),
    /// It is started again unless it fails too often.
    FailureRate {
        /// How many failures within the interval are allowed.
        most: u32,
        /// The interval.
        interval_ms: i64,
        /// The pause before each restart.
        delay_ms: i64,
    },
}

/// A pause that grows.
#[derive(Debug, Clone, PartialEq)]
pub struct Backoff {
    /// The first pause.
    pub initial_ms: i64,
    /// The longest.
    pub max_ms: i64,
    /// By what each is longer than the one before.
    pub multiplier: f64,
    /// After so long without a failure it begins anew.
    pub reset_after_ms: i64,
    /// By which part of itself a pause may be longer or shorter, by chance.
    pub jitter: f64,
    /// How many restarts are allowed before it begins anew; `None`: any number.
    pub attempts: Option<u64>,
}

impl RestartStrategy {
    /// Reads the settings.
    pub fn read(read: &Reader<'_>, checkpoints: bool) -> Result<Self, SqlError> {
        let keys = ["restart-strategy.type", "restart-strategy"];
        let key = read.key_of(&keys);
        let Some(kind) = read.text(key) else {
            return if checkpoints { exponential(read) } else { Ok(Self::None) };
        };
        match kind.to_lowercase().as_str() {
            "none" | "off" | "disable" => Ok(Self::None),
            "fixed-delay" | "fixeddelay" => Ok(Self::FixedDelay {
                attempts: read.number("restart-strategy.fixed-delay.attempts", "a number of restarts")?.unwrap_or(1),
                delay_ms: read.millis("restart-strategy.fixed-delay.delay", 1000)?,
            }),
            "exponential-delay" | "exponentialdelay" => exponential(read),
            "failure-rate" | "failurerate" => Ok(Self::FailureRate {
                most: read
                    .number("restart-strategy.failure-rate.max-failures-per-interval", "a number of failures")?
                    .unwrap_or(1),
                interval_ms: read.millis("restart-strategy.failure-rate.failure-rate-interval", 60_000)?,
                delay_ms: read.millis("restart-strategy.failure-rate.delay", 1000)?,
            }),
            _ => Err(bad(key, kind, "one of: none, fixed-delay, exponential-delay, failure-rate")),
        }
    }

    /// As `/jobs/:id/config` words it.
    pub fn describe(&self) -> String {
        match self {
            Self::None => "Restart deactivated.".to_owned(),
            Self::FixedDelay { attempts, delay_ms } => {
                format!("Restart with fixed delay ({delay_ms} ms). #{attempts} restart attempts.")
            }
            Self::ExponentialDelay(backoff) => format!(
                "Restart with exponential delay. initialBackoff: {} ms. maxBackoff: {} ms. backoffMultiplier: {}. \
                 resetBackoffThreshold: {} ms. jitterFactor: {}",
                backoff.initial_ms, backoff.max_ms, backoff.multiplier, backoff.reset_after_ms, backoff.jitter
            ),
            Self::FailureRate { most, interval_ms, delay_ms } => format!(
                "Failure rate restart with maximum of {most} failures within interval {interval_ms} ms and fixed delay \
                 {delay_ms} ms."
            ),
        }
    }
}

fn exponential(read: &Reader<'_>) -> Result<RestartStrategy, SqlError> {
    let key = |name: &str| format!("restart-strategy.exponential-delay.{name}");
    let attempts = key("attempts-before-reset-backoff");
    Ok(RestartStrategy::ExponentialDelay(Backoff {
        initial_ms: read.millis(&key("initial-backoff"), 1000)?,
        max_ms: read.millis(&key("max-backoff"), 60_000)?,
        multiplier: read.number_in(&key("backoff-multiplier"), 1.5, 1.0..=1e6)?,
        reset_after_ms: read.millis(&key("reset-backoff-threshold"), 3_600_000)?,
        jitter: read.number_in(&key("jitter-factor"), 0.1, 0.0..=1.0)?,
        attempts: match read.text(&attempts) {
            None | Some("infinite") => None,
            Some(_) => read.number(&attempts, "a number of restarts, or infinite")?,
        },
    }))
}
