//! What a Kafka source tells of itself, under the names that Flink's connector has.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rdkafka::{ClientContext, Statistics, TopicPartitionList, consumer::ConsumerContext, error::KafkaResult};

use super::super::{partitions::Split, start::TopicPartition};
use crate::runtime::TaskContext;

/// How often gauges are set.
const INTERVAL: Duration = Duration::from_secs(1);

/// What the client reports from its own threads; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Telemetry(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Behind the last record of each partition.
    ends: Mutex<HashMap<(String, i32), i64>>,
    connections: AtomicU64,
    fetches: AtomicU64,
    commits: AtomicU64,
    failed_commits: AtomicU64,
}

impl ClientContext for Telemetry {
    fn stats(&self, statistics: Statistics) {
        let mut ends = self.0.ends.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, topic) in &statistics.topics {
            for partition in topic.partitions.values().filter(|partition| partition.ls_offset >= 0) {
                ends.insert((name.clone(), partition.partition), partition.ls_offset.max(partition.hi_offset));
            }
        }
        let up = statistics.brokers.values().filter(|broker| broker.state == "UP").count();
        let fetches: i64 = statistics.brokers.values().filter_map(|broker| broker.req.get("Fetch")).sum();
        self.0.connections.store(up as u64, Ordering::Relaxed);
        self.0.fetches.store(fetches.max(0) as u64, Ordering::Relaxed);
    }
}

impl ConsumerContext for Telemetry {
    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        match result {
            Ok(()) => self.0.commits.fetch_add(1, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(error = %error, "could not commit offsets; the next checkpoint does");
                self.0.failed_commits.fetch_add(1, Ordering::Relaxed)
            }
        };
    }
}

/// Sets the gauges now and then.
#[derive(Debug)]
pub struct Report {
    telemetry: Telemetry,
    index: usize,
    reported: Option<Instant>,
}

impl Report {
    /// A report of the operator at `index`.
    pub fn new(telemetry: Telemetry, index: usize) -> Self {
        Self { telemetry, index, reported: None }
    }

    /// Sets the gauges, if it is time.
    pub fn set(
        &mut self,
        splits: &[Split],
        committed: &HashMap<TopicPartition, i64>,
        read: u64,
        context: &TaskContext,
    ) {
        if self.reported.is_some_and(|reported| reported.elapsed() < INTERVAL) {
            return;
        }
        self.reported = Some(Instant::now());
        let set = |name: &str, value: f64| context.metrics.gauge(self.index, name, value);
        let shared = &self.telemetry.0;
        let ends = shared.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut pending, mut most, mut known) = (0, 0, splits.is_empty());
        for split in splits {
            let TopicPartition { topic, partition } = &split.partition;
            let scope = format!("KafkaSourceReader.topic.{topic}.partition.{partition}");
            set(&format!("{scope}.currentOffset"), (split.next - 1) as f64);
            if let Some(committed) = committed.get(&split.partition) {
                set(&format!("{scope}.committedOffset"), *committed as f64);
            }
            if let Some(end) = ends.get(&(topic.clone(), *partition)) {
                let lag = (end - split.next).max(0);
                set(
                    &format!("KafkaSourceReader.KafkaConsumer.topic.{topic}.partition.{partition}.records-lag"),
                    lag as f64,
                );
                pending += lag;
                most = most.max(lag);
                known = true;
            }
        }
        if known {
            set("pendingRecords", pending as f64);
            set("KafkaSourceReader.KafkaConsumer.records-lag-max", most as f64);
        }
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        set("KafkaSourceReader.commitsSucceeded", number(&shared.commits));
        set("KafkaSourceReader.commitsFailed", number(&shared.failed_commits));
        set("KafkaSourceReader.KafkaConsumer.connection-count", number(&shared.connections));
        set("KafkaSourceReader.KafkaConsumer.fetch-total", number(&shared.fetches));
        set("KafkaSourceReader.KafkaConsumer.assigned-partitions", splits.len() as f64);
        set("KafkaSourceReader.KafkaConsumer.records-consumed-total", read as f64);
    }
}
