//! `'connector' = 'kafka'` as a source. Partitions are dealt out over the subtasks; how far each was read is in the
//! checkpoints, and told to Kafka when one is complete, for those who watch the lag.

mod reader;
mod report;

use std::{collections::BTreeMap, time::Duration};

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::{
    client::{ASK_TIMEOUT, client_config, failure},
    partitions::{Split, decode, owner},
    records::MessageFormat,
    start::{Place, TopicPartition, offsets},
};
use crate::{
    connectors::layout::Layout,
    planner::connect::SourceWatermark,
    runtime::operator::{OperatorContext, Source, SourceFactory},
    runtime::{Failure, Stop, TaskContext, clock::Activity},
};
use reader::KafkaSource;
use report::Telemetry;

/// What is read, and how.
#[derive(Debug, Clone)]
pub struct KafkaSourceConfig {
    /// The table's name.
    pub table: String,
    /// Its options: `properties.` and others.
    pub options: BTreeMap<String, String>,
    /// The topics.
    pub topics: Vec<String>,
    /// How messages are rows.
    pub format: MessageFormat,
    /// What is read: columns of the key first, then of the value.
    pub layout: Layout,
    /// How many of the layout's columns are of the key.
    pub of_key: usize,
    /// Where partitions begin that are there at the start.
    pub startup: Place,
    /// Where they end.
    pub bounded: Option<Place>,
    /// `scan.topic-partition-discovery.interval`
    pub discovery: Option<Duration>,
    /// The watermark of a row.
    pub watermark: Option<SourceWatermark>,
    /// Whether the job makes checkpoints.
    pub checkpoints: bool,
}

impl KafkaSourceConfig {
    /// A client with the table's settings.
    fn consumer(&self) -> Result<BaseConsumer<Telemetry>, Failure> {
        let mut config = client_config(&self.options);
        if !self.has_group() {
            // The client wants a group even where it is told its partitions; without one of the user's, none is committed.
            config.set("group.id", "drsquirrel");
        }
        let defaults = [("isolation.level", "read_uncommitted")];
        for (key, value) in defaults {
            if config.get(key).is_none() {
                config.set(key, value);
            }
        }
        config.set("enable.auto.commit", "false");
        config.set("enable.auto.offset.store", "false");
        config.set("enable.partition.eof", if self.bounded.is_some() { "true" } else { "false" });
        config.set("statistics.interval.ms", "1000");
        if matches!(config.get("auto.offset.reset"), Some("none") | None) {
            config.set("auto.offset.reset", "error");
        }
        config
            .create_with_context(Telemetry::default())
            .map_err(|error| failure("Could not set up the Kafka consumer", &error))
    }

    /// Whether the table names a group, in whose name offsets are committed.
    fn has_group(&self) -> bool {
        self.options.contains_key("properties.group.id")
    }

    /// Where partitions without a committed offset begin: `auto.offset.reset`.
    fn reset(&self) -> Option<Place> {
        match self.options.get("properties.auto.offset.reset").map(String::as_str) {
            Some("earliest" | "beginning" | "smallest") => Some(Place::Earliest),
            Some("latest" | "end" | "largest") => Some(Place::Latest),
            _ => None,
        }
    }

    /// The partitions that are there, of all subtasks.
    fn discover(
        &self,
        consumer: &BaseConsumer<Telemetry>,
        context: &TaskContext,
    ) -> Result<Vec<TopicPartition>, Failure> {
        let mut all = Vec::new();
        for topic in &self.topics {
            let doing = format!("Failed to get metadata for topic {topic}");
            let metadata = context.clock.during(Activity::Idle, || consumer.fetch_metadata(Some(topic), ASK_TIMEOUT));
            let metadata = metadata.map_err(|error| failure(&doing, &error))?;
            for found in metadata.topics() {
                if let Some(error) = found.error() {
                    return Err(failure(&doing, &rdkafka::error::KafkaError::MetadataFetch(error.into())));
                }
                let partition = |number: i32| TopicPartition { topic: topic.clone(), partition: number };
                all.extend(found.partitions().iter().map(|found| partition(found.id())));
            }
        }
        all.sort();
        Ok(all)
    }

    /// Splits of partitions that are new: those that were there from the start begin where the options say, later ones at
    /// their first record.
    fn begin(
        &self,
        consumer: &BaseConsumer<Telemetry>,
        partitions: Vec<TopicPartition>,
        startup: &Place,
    ) -> Result<Vec<Split>, Failure> {
        if partitions.is_empty() {
            return Ok(Vec::new());
        }
        let next = offsets(consumer, &partitions, startup, self.reset().as_ref())?;
        let ends: Vec<Option<i64>> = match &self.bounded {
            None => vec![None; partitions.len()],
            Some(place) => {
                let otherwise = Place::Latest;
                offsets(consumer, &partitions, place, Some(&otherwise))?.into_iter().map(Some).collect()
            }
        };
        let split = |((partition, next), end)| Split { partition, next, end };
        Ok(partitions.into_iter().zip(next).zip(ends).map(split).collect())
    }

    /// The splits of a subtask: those of its partitions among the elements that all subtasks wrote, and those that are new.
    pub fn splits(&self, elements: Option<&[Box<[u8]>]>, task: &TaskContext) -> Result<Vec<Split>, Failure> {
        self.splits_by(&self.consumer()?, elements, task)
    }

    fn splits_by(
        &self,
        consumer: &BaseConsumer<Telemetry>,
        elements: Option<&[Box<[u8]>]>,
        task: &TaskContext,
    ) -> Result<Vec<Split>, Failure> {
        let known = elements.map(|elements| elements.iter().map(|element| decode(element)).collect());
        let known: Option<Vec<Split>> = known.transpose()?;
        let own = |partition: &TopicPartition| owner(partition, task.parallelism) == task.subtask;
        let mut splits: Vec<Split> = known.iter().flatten().filter(|split| own(&split.partition)).cloned().collect();
        if known.is_none() || self.bounded.is_none() {
            let is_known =
                |partition: &TopicPartition| known.iter().flatten().any(|split| split.partition == *partition);
            let partitions = self.discover(consumer, task)?;
            let fresh = partitions.into_iter().filter(|partition| own(partition) && !is_known(partition)).collect();
            let startup = if known.is_some() { &Place::Earliest } else { &self.startup };
            splits.extend(self.begin(consumer, fresh, startup)?);
        }
        Ok(splits)
    }

    /// A source that reads these splits.
    pub fn read(&self, splits: Vec<Split>, index: usize) -> Result<Box<dyn Source>, Stop> {
        Ok(Box::new(KafkaSource::new(self.clone(), self.consumer()?, splits, index)?))
    }
}

impl SourceFactory for KafkaSourceConfig {
    fn open(&self, context: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        let elements = context.restored.and_then(|mut restored| restored.lists.remove("splits"));
        let consumer = self.consumer()?;
        let splits = self.splits_by(&consumer, elements.as_deref(), context.task)?;
        Ok(Box::new(KafkaSource::new(self.clone(), consumer, splits, context.index)?))
    }
}
