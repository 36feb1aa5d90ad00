//! Whether a job that failed is started again: a pure decision.

use std::time::Duration;

use crate::planner::settings::RestartStrategy;

/// What becomes of a job that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is started again after this time.
    Restart(Duration),
    /// It has failed, for this reason.
    GiveUp(String),
}

/// Decides after a failure at `now_ms`. `restarts` have been made before; `failures_ms` are the times of all failures that are
/// remembered, oldest first, this one last; `random` is from 0 to 1.
pub fn decide(strategy: &RestartStrategy, restarts: u64, failures_ms: &[i64], random: f64) -> Decision {
    match strategy {
        RestartStrategy::None => Decision::GiveUp("Recovery is suppressed by NoRestartBackoffTimeStrategy".to_owned()),
        RestartStrategy::FixedDelay { attempts, delay_ms } if restarts < *attempts => after(*delay_ms as f64),
        RestartStrategy::FixedDelay { attempts, delay_ms } => Decision::GiveUp(format!(
            "Recovery is suppressed by FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts={attempts}, \
             backoffTimeMS={delay_ms})"
        )),
        RestartStrategy::ExponentialDelay(backoff) => {
            let in_a_row = failures_in_a_row(failures_ms, backoff.reset_after_ms);
            if let Some(attempts) = backoff.attempts.filter(|attempts| in_a_row > *attempts) {
                return Decision::GiveUp(format!(
                    "Recovery is suppressed by \
                     ExponentialDelayRestartBackoffTimeStrategy(attemptsBeforeResetBackoff={attempts})"
                ));
            }
            let max = backoff.max_ms as f64;
            let grown = backoff.initial_ms as f64 * backoff.multiplier.powi(in_a_row.min(1000) as i32 - 1);
            after((grown.min(max) * (1.0 + backoff.jitter * (2.0 * random - 1.0))).min(max))
        }
        RestartStrategy::FailureRate { most, interval_ms, delay_ms } => {
            let now = failures_ms.last().copied().unwrap_or_default();
            let recent = failures_ms.iter().filter(|at| now - **at <= *interval_ms).count();
            if recent <= *most as usize {
                return after(*delay_ms as f64);
            }
            Decision::GiveUp(format!(
                "Recovery is suppressed by FailureRateRestartBackoffTimeStrategy(failuresIntervalMS={interval_ms}, \
                 backoffTimeMS={delay_ms}, maxFailuresPerInterval={most})"
            ))
        }
    }
}

fn after(millis: f64) -> Decision {
    Decision::Restart(Duration::from_micros((millis * 1000.0) as u64))
}

/// How many failures there were, this one included, since the last time that was quiet.
fn failures_in_a_row(failures_ms: &[i64], quiet_ms: i64) -> u64 {
    let pairs = failures_ms.windows(2).rev();
    1 + pairs.take_while(|pair| pair[1] - pair[0] < quiet_ms).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planner::settings::Backoff;

    #[test]
    fn restarts_until_the_attempts_are_used_up() {
        let delay = Duration::from_millis(5);
        let strategy = RestartStrategy::FixedDelay { attempts: 2, delay_ms: 5 };
        assert_eq!(decide(&strategy, 0, &[0], 0.5), Decision::Restart(delay));
        assert_eq!(decide(&strategy, 1, &[0, 9], 0.5), Decision::Restart(delay));
        assert!(matches!(decide(&strategy, 2, &[0], 0.5), Decision::GiveUp(reason) if reason.contains("Attempts=2")));
        assert!(matches!(decide(&RestartStrategy::None, 0, &[0], 0.5), Decision::GiveUp(_)));
    }

    #[test]
    fn the_pause_grows_to_a_bound_and_begins_anew_after_a_quiet_time() {
        let strategy = RestartStrategy::ExponentialDelay(Backoff {
            initial_ms: 1000,
            max_ms: 5000,
            multiplier: 2.0,
            reset_after_ms: 60_000,
            jitter: 0.0,
            attempts: Some(4),
        });
        let seconds = |failures: &[i64]| match decide(&strategy, 0, failures, 0.3) {
            Decision::Restart(pause) => Some(pause.as_secs()),
            Decision::GiveUp(_) => None,
        };
        assert_eq!(seconds(&[0]), Some(1));
        assert_eq!(seconds(&[0, 10_000]), Some(2));
        assert_eq!(seconds(&[0, 10_000, 20_000, 30_000]), Some(5));
        assert_eq!(seconds(&[0, 1, 2, 3, 4]), None);
        assert_eq!(seconds(&[0, 10_000, 80_000]), Some(1));
    }

    #[test]
    fn too_many_failures_within_the_interval_are_too_many() {
        let delay = Duration::from_millis(5);
        let strategy = RestartStrategy::FailureRate { most: 2, interval_ms: 1000, delay_ms: 5 };
        assert_eq!(decide(&strategy, 9, &[0, 500], 0.0), Decision::Restart(delay));
        assert_eq!(decide(&strategy, 9, &[0, 500, 1001], 0.0), Decision::Restart(delay));
        assert!(matches!(decide(&strategy, 9, &[0, 500, 900], 0.0), Decision::GiveUp(_)));
    }
}
