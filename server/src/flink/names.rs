//! Which of the hundred metrics of a subtask, task manager or job are read.

/// Metrics of the task itself: load, counters, checkpoint barriers, mailbox. Most wanted first, for the bound on names.
const TASK: &[&str] = &[
    "busyTimeMsPerSecond",
    "backPressuredTimeMsPerSecond",
    "idleTimeMsPerSecond",
    "cpuTimeMsPerSecond",
    "numRecordsIn",
    "numRecordsOut",
    "numBytesIn",
    "numBytesOut",
    "currentInputWatermark",
    "checkpointStartDelayNanos",
    "checkpointAlignmentTime",
    "accumulateBusyTimeMs",
    "accumulateBackPressuredTimeMs",
    "accumulateIdleTimeMs",
    "softBackPressuredTimeMsPerSecond",
    "hardBackPressuredTimeMsPerSecond",
    "changelogBusyTimeMsPerSecond",
    "isBackPressured",
    "maxSoftBackPressureTimeMs",
    "maxHardBackPressureTimeMs",
    "mailboxLatencyMs_p95",
    "mailboxLatencyMs_max",
    "mailboxQueueSize",
    "initializationTime",
    "numRecordsInPerSecond",
    "numRecordsOutPerSecond",
    "numBytesInPerSecond",
    "numBytesOutPerSecond",
    "numFiredTimers",
    "Shuffle.Netty.Input.Buffers.inPoolUsage",
    "Shuffle.Netty.Output.Buffers.outPoolUsage",
];

/// Metrics of an operator: what comes after its name.
const OPERATOR: &[&str] = &[
    "numRecordsIn",
    "numRecordsOut",
    "currentInputWatermark",
    "currentOutputWatermark",
    "watermarkLag",
    "currentEmitEventTimeLag",
    "currentFetchEventTimeLag",
    "sourceIdleTime",
    "pendingRecords",
    "pendingBytes",
    "numRecordsInErrors",
    "numRecordsSend",
    "numRecordsSendErrors",
    "numRecordsOutErrors",
    "numLateRecordsDropped",
    "commitsSucceeded",
    "commitsFailed",
    "KafkaSourceReader.commitsSucceeded",
    "KafkaSourceReader.commitsFailed",
    "KafkaSourceReader.KafkaConsumer.connection-count",
    "KafkaSourceReader.KafkaConsumer.assigned-partitions",
    "KafkaSourceReader.KafkaConsumer.records-lag-max",
    "KafkaSourceReader.KafkaConsumer.records-consumed-total",
    "KafkaSourceReader.KafkaConsumer.fetch-total",
    "KafkaProducer.record-error-total",
    "KafkaProducer.record-retry-total",
    "KafkaProducer.connection-count",
];

/// Metrics of a split or partition, whose own name is in the middle: what comes after the operator's name begins and ends so.
const SPLIT: &[(&str, &str)] = &[
    ("split.", ".watermark.currentWatermark"),
    ("split.", ".watermark.idleTimeMsPerSecond"),
    ("KafkaSourceReader.topic.", ".currentOffset"),
    ("KafkaSourceReader.topic.", ".committedOffset"),
];

/// How badly a subtask's metric (`parse.numRecordsIn`, without the subtask's index) is wanted: 0 most; `None` not at all.
pub fn of_subtask(name: &str) -> Option<usize> {
    if let Some(rank) = TASK.iter().position(|task| *task == name) {
        return Some(rank);
    }
    // Flink replaces the dots in an operator's name, so the first one ends it.
    let (_, metric) = name.split_once('.')?;
    if let Some(rank) = OPERATOR.iter().position(|operator| *operator == metric) {
        return Some(TASK.len() + rank);
    }
    let split = SPLIT.iter().position(|(begin, end)| metric.starts_with(begin) && metric.ends_with(end))?;
    Some(TASK.len() + OPERATOR.len() + split)
}

/// Whether a task manager's metric is read.
pub fn of_task_manager(name: &str) -> bool {
    let read = ["Status.JVM.", "Status.Flink.", "Status.Shuffle.Netty.", "Process."];
    read.iter().any(|prefix| name.starts_with(prefix)) && !name.contains(".Mapped.")
}

/// Whether a job's metric is read: Flink's own, which have no dots; latency markers and user metrics have.
pub fn of_job(name: &str) -> bool {
    !name.contains('.') && name != "lastCheckpointExternalPath"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_comes_before_operators_before_splits() {
        let ranks = ["busyTimeMsPerSecond", "parse.numRecordsIn", "Source__x.split.0.watermark.currentWatermark"];
        let ranks: Vec<_> = ranks.iter().map(|name| of_subtask(name)).collect();
        assert!(ranks.iter().all(Option::is_some) && ranks.is_sorted());
    }

    #[test]
    fn noise_is_left_out() {
        for name in
            ["latency.source_id.a.latency_p99", "numBuffersOut", "Source__x.split.0.watermark.pausedTimeMsPerSecond"]
        {
            assert_eq!(of_subtask(name), None, "{name}");
        }
        assert!(of_task_manager("Status.JVM.GarbageCollector.G1_Old_Generation.Time"));
        assert!(!of_task_manager("System.Network.eth0.Bytes") && !of_job("latency.x"));
    }

    #[test]
    fn no_name_is_listed_twice() {
        for (n, name) in TASK.iter().enumerate() {
            assert!(!TASK[n + 1..].contains(name), "{name}");
        }
        for (n, name) in OPERATOR.iter().enumerate() {
            assert!(!OPERATOR[n + 1..].contains(name), "{name}");
        }
    }
}
