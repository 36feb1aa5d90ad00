//! A job's checkpoints: counts, history, configuration, and for the last few who acknowledged them.

use futures::future::join_all;
use model::{Checkpoint, Checkpoints, VertexAcks};

use super::{
    cache::SnapshotCache,
    client::{Reader, log_absent},
    rest::{CheckpointConfig, CheckpointLine, CheckpointStats, instant},
    vertex::positive,
};

/// How many of the newest checkpoints are asked for who acknowledged them.
const DETAILED: usize = 3;

/// The checkpoints of `job`; `None` where they could not be read, or the job has none by its configuration.
pub(super) async fn read(reader: Reader<'_>, cache: &SnapshotCache, job: &str) -> Option<Checkpoints> {
    let path = format!("/jobs/{job}/checkpoints");
    let config_path = format!("{path}/config");
    let (stats, config) =
        futures::join!(reader.optional::<CheckpointStats>(&path, ""), reader.get::<CheckpointConfig>(&config_path, ""));
    let (stats, config) = match (stats?, config) {
        (_, Err(error)) if error.failure.is_not_found() => return None,
        (stats, config) => (stats, config.map_err(|e| log_absent(&e)).unwrap_or_default()),
    };
    let now_ms = reader.transport().now_ms();
    let mut history: Vec<Checkpoint> = stats.history.into_iter().map(|line| checkpoint(line, now_ms)).collect();
    history.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.id));
    join_all(history.iter_mut().take(DETAILED).map(|checkpoint| detail(reader, cache, job, checkpoint))).await;
    Some(Checkpoints {
        completed: stats.counts.completed,
        failed: stats.counts.failed,
        in_progress: stats.counts.in_progress,
        history,
        interval_ms: config.interval,
        timeout_ms: config.timeout,
        tolerable_failures: config.tolerable_failed_checkpoints,
    })
}

fn checkpoint(line: CheckpointLine, now_ms: i64) -> Checkpoint {
    // Of a checkpoint under way Flink gives the time until the last acknowledgement, which stands still while it hangs.
    let duration_ms = match line.status.as_str() {
        "IN_PROGRESS" => Some(now_ms.saturating_sub(line.trigger_timestamp).max(0)),
        _ => line.end_to_end_duration.filter(|duration| *duration >= 0),
    };
    let mut vertices: Vec<VertexAcks> = Vec::new();
    for (vertex, acks) in line.tasks {
        let count = |n| positive(Some(n)).unwrap_or_default();
        let (acknowledged, subtasks) = (count(acks.num_acknowledged_subtasks), count(acks.num_subtasks));
        vertices.push(VertexAcks { vertex, acknowledged, subtasks });
    }
    Checkpoint {
        id: line.id,
        status: line.status,
        triggered_at: instant(Some(line.trigger_timestamp)).unwrap_or_default(),
        duration_ms,
        state_bytes: line.state_size.filter(|bytes| *bytes >= 0),
        acknowledged: positive(line.num_acknowledged_subtasks),
        subtasks: positive(line.num_subtasks),
        failure: line.failure_message,
        vertices,
    }
}

/// Reads who acknowledged; of a checkpoint that has ended, once.
async fn detail(reader: Reader<'_>, cache: &SnapshotCache, job: &str, checkpoint: &mut Checkpoint) {
    if let Some(acks) = cache.acks(job, checkpoint.id) {
        checkpoint.vertices = acks;
        return;
    }
    let path = format!("/jobs/{job}/checkpoints/details/{}", checkpoint.id);
    let Some(line) = reader.optional::<CheckpointLine>(&path, "").await else { return };
    let ended = line.status != "IN_PROGRESS";
    checkpoint.vertices = self::checkpoint(line, 0).vertices;
    if ended {
        cache.keep_acks(job, checkpoint.id, &checkpoint.vertices);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(json: &str) -> Checkpoint {
        checkpoint(serde_json::from_str(json).unwrap(), 10_000)
    }

    #[test]
    fn one_under_way_has_taken_the_time_since_it_was_begun() {
        let hanging = r#"{"id": 2, "status": "IN_PROGRESS", "trigger_timestamp": 4000, "end_to_end_duration": 43,
            "num_subtasks": 10, "num_acknowledged_subtasks": 8,
            "tasks": {"a": {"num_subtasks": 2, "num_acknowledged_subtasks": 1}}}"#;
        let hanging = parse(hanging);
        assert_eq!((hanging.duration_ms, hanging.acknowledged, hanging.subtasks), (Some(6000), Some(8), Some(10)));
        assert_eq!(hanging.vertices, [VertexAcks { vertex: "a".into(), acknowledged: 1, subtasks: 2 }]);
    }

    #[test]
    fn minus_one_is_absent() {
        let failed = parse(r#"{"id": 3, "status": "FAILED", "end_to_end_duration": -1, "state_size": -1}"#);
        assert_eq!((failed.duration_ms, failed.state_bytes), (None, None));
    }
}
