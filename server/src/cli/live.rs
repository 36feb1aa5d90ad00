//! What the commands that watch a live cluster share.

use std::time::Duration;

use serde::Deserialize;

use super::duration;
use crate::flink::{FlinkClient, FlinkError, SnapshotCache};

/// How often Flink fetches its metrics from the task managers unless it is configured otherwise.
const FETCHED_EVERY: Duration = Duration::from_secs(10);

/// How long Flink takes to fetch metrics once a read has made it do so.
const FETCH: Duration = Duration::from_secs(1);

/// The bounds on the time between two snapshots of a command that a person waits for.
const STEP: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(15));

/// Reads the cluster once for nothing: the read that makes Flink fetch metrics still answers the old ones.
///
/// # Errors
/// Where the cluster cannot be read.
pub async fn warm_up(client: &FlinkClient) -> Result<(), FlinkError> {
    client.snapshot(&SnapshotCache::default()).await?;
    tokio::time::sleep(FETCH).await;
    Ok(())
}

/// How long to wait between snapshots so that each finds metrics that the one before has not seen.
pub async fn step(client: &FlinkClient) -> Duration {
    #[derive(Deserialize)]
    struct Entry {
        key: String,
        value: String,
    }
    let config: Vec<Entry> = client.get("/jobmanager/config", "").await.unwrap_or_default();
    let told = config.iter().find(|entry| entry.key == "metrics.fetcher.update-interval");
    let every = told.map_or(Some(FETCHED_EVERY), |entry| interval(&entry.value)).unwrap_or(FETCHED_EVERY);
    (every + FETCH / 2).clamp(STEP.0, STEP.1)
}

/// An interval in Flink's configuration; a plain number is milliseconds.
fn interval(value: &str) -> Option<Duration> {
    value.parse().map(Duration::from_millis).ok().or_else(|| duration::parse(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flink_spells_intervals_in_two_ways() {
        assert_eq!(interval("1000"), Some(Duration::from_secs(1)));
        assert_eq!(interval("10 s"), Some(Duration::from_secs(10)));
        assert_eq!(interval("often"), None);
    }
}
