#![allow(clippy::unwrap_used)]

use super::*;

fn read(settings: &[(&str, &str)]) -> Result<JobConfig, String> {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    JobConfig::read(&settings).map_err(|error| error.to_string())
}

#[test]
fn defaults_are_flinks_but_for_a_second_checkpoint() {
    let config = read(&[("a.key.nobody.knows", "x")]).unwrap();
    assert_eq!((config.parallelism, config.max_parallelism, config.auto_watermark_interval_ms), (1, 128, 200));
    assert_eq!(config.restart, RestartStrategy::None);
    assert_eq!((config.state_ttl_ms, config.checkpointing.interval_ms), (None, None));
    assert_eq!((config.checkpointing.timeout_ms, config.checkpointing.retained), (600_000, 2));
}

#[test]
fn checkpoints_bring_exponential_restarts() {
    let config = read(&[("execution.checkpointing.interval", "10 s")]).unwrap();
    assert!(matches!(config.restart, RestartStrategy::ExponentialDelay(Backoff { initial_ms: 1000, .. })));
}

#[test]
fn old_keys_mean_the_same() {
    let config = read(&[
        ("state.savepoints.dir", "file:///s"),
        ("state.checkpoints.num-retained", "3"),
        ("execution.savepoint.path", "file:///s/1"),
        ("restart-strategy", "failure-rate"),
    ])
    .unwrap();
    assert_eq!(config.checkpointing.savepoint_directory.as_deref(), Some("file:///s"));
    assert_eq!(config.checkpointing.retained, 3);
    assert_eq!(config.restore_path.as_deref(), Some("file:///s/1"));
    assert_eq!(config.restart, RestartStrategy::FailureRate { most: 1, interval_ms: 60_000, delay_ms: 1000 });
}

#[test]
fn a_bad_value_names_its_key() {
    for (key, value, says) in [
        ("parallelism.default", "0", "a number from 1 to 128"),
        ("parallelism.default", "many", "'parallelism.default'"),
        ("pipeline.max-parallelism", "99999", "a number from 1 to 32768"),
        ("table.exec.state.ttl", "soon", "a duration"),
        ("execution.checkpointing.interval", "0", "larger than or equal to 10 ms"),
        ("execution.checkpointing.mode", "TWICE", "EXACTLY_ONCE, AT_LEAST_ONCE"),
        ("execution.runtime-mode", "batch", "Set it to streaming"),
        ("execution.runtime-mode", "wavy", "one of: STREAMING"),
        ("restart-strategy.type", "prayer", "none, fixed-delay, exponential-delay, failure-rate"),
        ("table.local-time-zone", "Mars/Olympus", "'Mars/Olympus'"),
        ("table.exec.sink.not-null-enforcer", "MAYBE", "one of: ERROR, DROP"),
        ("table.exec.mini-batch.enabled", "perhaps", "'table.exec.mini-batch.enabled'"),
    ] {
        let error = read(&[(key, value)]).unwrap_err();
        assert!(error.contains(says), "{key} = {value}: {error}");
    }
}

#[test]
fn zones_are_names_and_offsets() {
    for (name, seconds) in [("UTC", 0), ("GMT+08:00", 8 * 3600), ("GMT-8", -8 * 3600), ("+01:30", 5400)] {
        let config = read(&[("table.local-time-zone", name)]).unwrap();
        assert_eq!(config.zone.to_offset(jiff::Timestamp::UNIX_EPOCH).seconds(), seconds, "{name}");
    }
    assert!(read(&[("table.local-time-zone", "Europe/Berlin")]).is_ok());
}
