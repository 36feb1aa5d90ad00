//! Whether a job that failed is started again: a pure decision.

use std::time::Duration;

use crate::sql::config::RestartStrategy;

/// What becomes of a job that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is started again after this time.
    Restart(Duration),
    /// It has failed, for this reason.
    GiveUp(String),
}

/// Decides after a failure; `restarts` have been made before.
pub fn decide(strategy: RestartStrategy, restarts: u64) -> Decision {
    match strategy {
        RestartStrategy::None => Decision::GiveUp("Recovery is suppressed by NoRestartBackoffTimeStrategy".to_owned()),
        RestartStrategy::FixedDelay { attempts, delay } if restarts < attempts => Decision::Restart(delay),
        RestartStrategy::FixedDelay { attempts, delay } => Decision::GiveUp(format!(
            "Recovery is suppressed by FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts={attempts}, \
             backoffTimeMS={})",
            delay.as_millis()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_until_the_attempts_are_used_up() {
        let delay = Duration::from_millis(5);
        let strategy = RestartStrategy::FixedDelay { attempts: 2, delay };
        assert_eq!(decide(strategy, 0), Decision::Restart(delay));
        assert_eq!(decide(strategy, 1), Decision::Restart(delay));
        assert!(matches!(decide(strategy, 2), Decision::GiveUp(reason) if reason.contains("Attempts=2")));
        assert!(matches!(decide(RestartStrategy::None, 0), Decision::GiveUp(_)));
    }
}
