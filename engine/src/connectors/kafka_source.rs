//! `'connector' = 'kafka'` as a source: partitions dealt out over the subtasks, offsets committed for lag monitors.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rdkafka::{
    ClientContext, Message, Offset, Statistics, TopicPartitionList,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::KafkaError,
};

use super::{
    BATCH_ROWS, Next, Source,
    filesystem_source::PARSE_EXCEPTION,
    kafka::{client_config, failure, topics},
};
use crate::{
    formats::Format,
    options::Options,
    runtime::{Failure, Stop, TaskContext, clock::Activity},
    sql::{catalog::Table, value::Row},
};

/// How long a poll waits: also the longest that a cancellation goes unheard.
const POLL: Duration = Duration::from_millis(100);
/// How long brokers may take to answer the questions asked before reading.
const METADATA_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a source without a partition looks whether it is to stop.
const NOTHING_TO_READ: Duration = Duration::from_secs(1);

/// The lag that the client last reported.
#[derive(Default)]
struct Lag(Arc<Mutex<Option<i64>>>);

impl ClientContext for Lag {
    fn stats(&self, statistics: Statistics) {
        let partitions = statistics.topics.values().flat_map(|topic| topic.partitions.values());
        let lags: Vec<i64> = partitions.map(|partition| partition.consumer_lag).filter(|lag| *lag >= 0).collect();
        if !lags.is_empty() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lags.iter().sum());
        }
    }
}

impl ConsumerContext for Lag {}

/// Reads the partitions of one subtask.
pub struct KafkaSource {
    operator: String,
    format: Format,
    consumer: BaseConsumer<Lag>,
    lag: Arc<Mutex<Option<i64>>>,
    /// Partitions that have not ended; only a bounded source's end.
    open: HashSet<(String, i32)>,
    /// Where a bounded source's partitions ended when it was opened.
    ends: HashMap<(String, i32), i64>,
    bounded: bool,
    reported: Instant,
    errors: u64,
}

impl KafkaSource {
    /// Connects, and takes every n-th partition.
    pub fn open(table: &Table, context: &TaskContext) -> Result<Self, Failure> {
        let options = Options(&table.options);
        let bounded = options.get("scan.bounded.mode") == Some("latest-offset");
        let lag = Lag::default();
        let shared = Arc::clone(&lag.0);
        let consumer = consumer(table, bounded, lag)?;
        let partitions = partitions(&consumer, &topics(table), context)?;
        let mut assignment = TopicPartitionList::new();
        for (topic, partition) in &partitions {
            let added = assignment.add_partition_offset(topic, *partition, start_offset(options));
            added.map_err(|error| failure("The starting offset", &error))?;
        }
        if options.get("scan.startup.mode") == Some("timestamp") {
            assignment = consumer
                .offsets_for_times(assignment, METADATA_TIMEOUT)
                .map_err(|error| failure("Could not find the offsets of the starting time", &error))?;
        }
        consumer.assign(&assignment).map_err(|error| failure("Could not assign partitions", &error))?;
        Ok(Self {
            operator: format!("Source: {}", table.name),
            format: Format::of(table),
            lag: shared,
            ends: if bounded { ends(&consumer, &partitions)? } else { HashMap::new() },
            open: partitions.into_iter().collect(),
            consumer,
            bounded,
            reported: Instant::now(),
            errors: 0,
        })
    }

    /// Takes what was polled; `None` where nothing came.
    fn take(&mut self, wait: Duration, context: &TaskContext) -> Result<Option<Option<Row>>, Failure> {
        let polled = if wait.is_zero() {
            self.consumer.poll(wait)
        } else {
            context.clock.during(Activity::Idle, || self.consumer.poll(wait))
        };
        let message = match polled {
            None => return Ok(None),
            Some(Ok(message)) => message,
            Some(Err(KafkaError::PartitionEOF(number))) => {
                self.close_reached(number);
                return Ok(Some(None));
            }
            Some(Err(error)) if is_transient(&error) => {
                tracing::warn!(operator = self.operator, error = %error, "Kafka is not reachable; trying again");
                return Ok(None);
            }
            Some(Err(error)) => return Err(failure("Could not read", &error)),
        };
        if self.ends.get(&(message.topic().to_owned(), message.partition())).is_some_and(|end| message.offset() >= *end)
        {
            // It came after the source was opened: a bounded source leaves it out.
            self.open.remove(&(message.topic().to_owned(), message.partition()));
            return Ok(Some(None));
        }
        let payload = message.payload().unwrap_or_default();
        context.metrics.task.bytes_in.add(payload.len() as u64);
        context.metrics.operators[0].1.bytes_in.add(payload.len() as u64);
        let gauge =
            format!("KafkaSourceReader.topic.{}.partition.{}.currentOffset", message.topic(), message.partition());
        context.metrics.gauge(0, &gauge, message.offset() as f64);
        match self.format.decode(payload) {
            Ok(row) => Ok(Some(row)),
            Err(_) if self.format.ignores_errors() => {
                self.errors += 1;
                context.metrics.gauge(0, "numRecordsInErrors", self.errors as f64);
                Ok(Some(None))
            }
            Err(error) => {
                let place = format!("{}-{}", message.topic(), message.partition());
                let column = error.column.map_or_else(String::new, |column| format!(", column {column}"));
                let text = format!("{place} offset {}{column}: {}", message.offset(), error.message);
                let frame = format!("{}.deserialize({place}:{})", self.operator, message.offset());
                Err(Failure::new(PARSE_EXCEPTION, text).at(frame))
            }
        }
    }

    /// The end of a partition of this number was reached: closes those that were read up to where they ended.
    fn close_reached(&mut self, number: i32) {
        let Ok(positions) = self.consumer.position() else { return };
        let ends = &self.ends;
        self.open.retain(|(topic, partition)| {
            let position = positions.find_partition(topic, *partition).map(|found| found.offset());
            match (position, ends.get(&(topic.clone(), *partition))) {
                (Some(Offset::Offset(position)), Some(end)) => position < *end,
                // Nothing was read from it, and there is nothing to read.
                _ => *partition != number,
            }
        });
    }

    fn report(&mut self, context: &TaskContext) {
        if self.reported.elapsed() >= NOTHING_TO_READ {
            self.reported = Instant::now();
            if let Some(lag) = *self.lag.lock().unwrap_or_else(PoisonError::into_inner) {
                context.metrics.gauge(0, "pendingRecords", lag as f64);
            }
        }
    }
}

impl Source for KafkaSource {
    fn next(&mut self, rows: &mut Vec<Row>, context: &TaskContext) -> Result<Next, Stop> {
        if self.open.is_empty() {
            return Ok(if self.bounded { Next::End } else { Next::Wait(NOTHING_TO_READ) });
        }
        self.report(context);
        let mut wait = POLL;
        while rows.len() < BATCH_ROWS && !self.open.is_empty() {
            match self.take(wait, context)? {
                Some(row) => rows.extend(row),
                None => break,
            }
            // Only the first poll of a batch waits.
            wait = Duration::ZERO;
        }
        Ok(Next::Rows)
    }
}

fn consumer(table: &Table, bounded: bool, lag: Lag) -> Result<BaseConsumer<Lag>, Failure> {
    let mut config = client_config(table);
    let grouped = config.get("group.id").is_some();
    if !grouped {
        // The client wants a group even where it is told its partitions; without one of the user's, none is committed.
        config.set("group.id", "drsquirrel");
    }
    config.set("enable.auto.commit", if grouped { "true" } else { "false" });
    config.set("enable.partition.eof", if bounded { "true" } else { "false" });
    config.set("statistics.interval.ms", "1000");
    match config.get("auto.offset.reset") {
        Some("none") | None => {
            config.set("auto.offset.reset", "error");
        }
        Some(_) => {}
    }
    config.create_with_context(lag).map_err(|error| failure("Could not set up the Kafka consumer", &error))
}

/// The partitions of this subtask, over all topics.
fn partitions(
    consumer: &BaseConsumer<Lag>,
    topics: &[String],
    context: &TaskContext,
) -> Result<Vec<(String, i32)>, Failure> {
    let mut all = Vec::new();
    for topic in topics {
        let doing = format!("Failed to get metadata for topic {topic}");
        let metadata = context.clock.during(Activity::Idle, || consumer.fetch_metadata(Some(topic), METADATA_TIMEOUT));
        let metadata = metadata.map_err(|error| failure(&doing, &error))?;
        for found in metadata.topics() {
            if let Some(error) = found.error() {
                return Err(failure(&doing, &KafkaError::MetadataFetch(error.into())));
            }
            all.extend(found.partitions().iter().map(|partition| (topic.clone(), partition.id())));
        }
    }
    all.sort();
    Ok(all.into_iter().skip(context.subtask as usize).step_by(context.parallelism as usize).collect())
}

/// Where each partition ends now.
fn ends(consumer: &BaseConsumer<Lag>, partitions: &[(String, i32)]) -> Result<HashMap<(String, i32), i64>, Failure> {
    let mut ends = HashMap::new();
    for (topic, partition) in partitions {
        let (_, end) = consumer
            .fetch_watermarks(topic, *partition, METADATA_TIMEOUT)
            .map_err(|error| failure(&format!("Could not find the end of {topic}-{partition}"), &error))?;
        ends.insert((topic.clone(), *partition), end);
    }
    Ok(ends)
}

fn start_offset(options: Options<'_>) -> Offset {
    match options.get("scan.startup.mode") {
        Some("earliest-offset") => Offset::Beginning,
        Some("latest-offset") => Offset::End,
        // Looked up by `offsets_for_times`, which reads the time where an offset stands.
        Some("timestamp") => Offset::Offset(options.number("scan.startup.timestamp-millis").unwrap_or(0)),
        _ => Offset::Stored,
    }
}

/// Errors that the client mends by itself.
fn is_transient(error: &KafkaError) -> bool {
    use rdkafka::types::RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(Code::AllBrokersDown | Code::BrokerTransportFailure | Code::OperationTimedOut | Code::Resolve)
    )
}
