//! Reads the partitions of one subtask.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer},
    error::KafkaError,
    message::BorrowedMessage,
};

use super::{
    KafkaSourceConfig,
    report::{Report, Telemetry},
};
use crate::{
    connectors::{
        BATCH_ROWS, PARSE_EXCEPTION,
        format::{Columns, DecodeError, Decoder},
        kafka::{
            client::{failure, is_transient},
            partitions::{Split, encode, owner, schema},
            start::{Place, TopicPartition},
        },
        split_watermarks::{Advance, SplitWatermarks},
    },
    runtime::operator::{Chunk, Next, Source},
    runtime::{Failure, Stop, TaskContext, clock::Activity},
    state::SnapshotWriter,
    types::{RowKind, Value},
};

/// How long a poll waits: also the longest that a barrier or a cancellation goes unheard.
const POLL: Duration = Duration::from_millis(50);
/// How often a source without a partition looks whether there is one.
const NOTHING_TO_READ: Duration = Duration::from_secs(1);
/// How often offsets are committed where there are no checkpoints: Kafka's own default.
const COMMIT_INTERVAL: Duration = Duration::from_secs(5);
/// Checkpoints whose end is not heard of are forgotten beyond this number.
const MAX_CHECKPOINTS: usize = 100;

/// Reads the partitions of one subtask.
pub struct KafkaSource {
    config: KafkaSourceConfig,
    consumer: BaseConsumer<Telemetry>,
    key: Option<Decoder>,
    value: Decoder,
    columns: Columns,
    splits: Vec<Split>,
    /// Which split each row of the columns is of; kept where watermarks need it.
    rows_of: Vec<usize>,
    /// The split of the last message.
    last: usize,
    watermarks: Option<SplitWatermarks>,
    /// The offsets at each checkpoint that is under way.
    checkpoints: BTreeMap<u64, Vec<(TopicPartition, i64)>>,
    committed: HashMap<TopicPartition, i64>,
    commit_due: Instant,
    discovered: Instant,
    report: Report,
    index: usize,
    read: u64,
    errors: u64,
    failed: Option<Failure>,
}

/// What became of a poll.
enum Polled {
    /// Nothing is there.
    Nothing,
    /// A message, or the end of a partition.
    Something,
}

impl KafkaSource {
    /// A source that reads these splits.
    pub fn new(
        config: KafkaSourceConfig,
        consumer: BaseConsumer<Telemetry>,
        splits: Vec<Split>,
        index: usize,
    ) -> Result<Self, Failure> {
        let (of_key, of_value) = config.layout.physical.split_at(config.of_key);
        let decoder = |part: &crate::connectors::kafka::records::Part, columns: &[crate::types::Field]| {
            part.format.decoder(&part.fields, &part.wanted(columns))
        };
        let telemetry = Telemetry::clone(consumer.context());
        let mut source = Self {
            key: config.format.key.as_ref().filter(|_| !of_key.is_empty()).map(|part| decoder(part, of_key)),
            value: decoder(&config.format.value, of_value),
            columns: config.layout.columns(),
            watermarks: config.watermark.clone().map(|spec| SplitWatermarks::new(spec, splits.len())),
            splits: Vec::new(),
            rows_of: Vec::new(),
            last: 0,
            checkpoints: BTreeMap::new(),
            committed: HashMap::new(),
            commit_due: Instant::now() + COMMIT_INTERVAL,
            discovered: Instant::now(),
            report: Report::new(telemetry, index),
            index,
            read: 0,
            errors: 0,
            failed: None,
            consumer,
            config,
        };
        source.assign(splits)?;
        Ok(source)
    }

    /// Begins to read splits, beside those that are read.
    fn assign(&mut self, splits: Vec<Split>) -> Result<(), Failure> {
        let mut assignment = TopicPartitionList::new();
        for split in splits.iter().filter(|split| !split.is_done()) {
            let TopicPartition { topic, partition } = &split.partition;
            assignment
                .add_partition_offset(topic, *partition, Offset::Offset(split.next))
                .map_err(|error| failure("The starting offset", &error))?;
        }
        self.splits.extend(splits);
        if let Some(watermarks) = &mut self.watermarks {
            watermarks.grow(self.splits.len());
            self.splits.iter().enumerate().filter(|(_, split)| split.is_done()).for_each(|(at, _)| watermarks.end(at));
        }
        if assignment.count() == 0 {
            return Ok(());
        }
        self.consumer.incremental_assign(&assignment).map_err(|error| failure("Could not assign partitions", &error))
    }

    /// Looks for partitions that are new, now and then.
    fn discover(&mut self, context: &TaskContext) -> Result<(), Failure> {
        let Some(interval) = self.config.discovery.filter(|_| self.config.bounded.is_none()) else { return Ok(()) };
        if self.discovered.elapsed() < interval {
            return Ok(());
        }
        self.discovered = Instant::now();
        let found = match self.config.discover(&self.consumer, context) {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(table = self.config.table, error = error.message, "could not look for new partitions");
                return Ok(());
            }
        };
        let own = |partition: &TopicPartition| {
            owner(partition, context.parallelism) == context.subtask
                && !self.splits.iter().any(|split| split.partition == *partition)
        };
        let fresh: Vec<TopicPartition> = found.into_iter().filter(own).collect();
        let splits = self.config.begin(&self.consumer, fresh, &Place::Earliest)?;
        self.assign(splits)
    }

    /// Takes one message.
    fn poll(&mut self, wait: Duration, context: &TaskContext) -> Result<Polled, Failure> {
        let Self { config, key, value, columns, splits, rows_of, last, watermarks, .. } = self;
        // The message borrows the consumer.
        let consumer = &self.consumer;
        let polled = if wait.is_zero() {
            consumer.poll(wait)
        } else {
            context.clock.during(Activity::Idle, || consumer.poll(wait))
        };
        let message = match polled {
            None => return Ok(Polled::Nothing),
            Some(Ok(message)) => message,
            Some(Err(KafkaError::PartitionEOF(number))) => {
                close_reached(splits, watermarks, number);
                return Ok(Polled::Something);
            }
            Some(Err(error)) if is_transient(&error) => {
                tracing::warn!(table = config.table, error = %error, "Kafka is not reachable; trying again");
                return Ok(Polled::Nothing);
            }
            Some(Err(error)) => return Err(failure("Could not read", &error)),
        };
        let is_of = |split: &Split| {
            split.partition.partition == message.partition() && split.partition.topic == message.topic()
        };
        if !splits.get(*last).is_some_and(is_of) {
            let Some(place) = splits.iter().position(is_of) else { return Ok(Polled::Something) };
            *last = place;
        }
        let split = &mut splits[*last];
        if split.is_done() || split.end.is_some_and(|end| message.offset() >= end) {
            // It came after the source was opened: a bounded source leaves it out.
            finish(split, *last, watermarks, consumer);
            return Ok(Polled::Something);
        }
        split.next = message.offset() + 1;
        self.read += 1;
        let bytes = (message.key_len() + message.payload_len()) as u64;
        context.metrics.task.bytes_in.add(bytes);
        context.metrics.operators[self.index].1.bytes_in.add(bytes);
        match decode(config, key.as_mut(), value, columns, &message) {
            Ok(Some(kind)) => {
                write_metadata(config, columns, &message);
                columns.end_row_of(kind);
                if watermarks.is_some() {
                    rows_of.push(*last);
                }
            }
            Ok(None) => columns.undo_row(),
            Err(error) => {
                columns.undo_row();
                let place = split.partition.to_string();
                let offset = message.offset();
                let failure = Failure::new(PARSE_EXCEPTION, error.at(&format!("{place} offset {offset}")));
                let frame = format!("Source: {}.deserialize({place}:{offset})", config.table);
                self.failed = Some(failure.at(frame));
            }
        }
        if split.is_done() {
            finish(split, *last, watermarks, consumer);
        }
        Ok(Polled::Something)
    }

    /// Skips a record that cannot be read where that was asked for.
    fn skip_failed(&mut self, context: &TaskContext) {
        if self.failed.is_some() && self.config.format.value.format.ignores_errors() {
            self.failed = None;
            self.errors += 1;
            context.metrics.gauge(self.index, "numRecordsInErrors", self.errors as f64);
        }
    }

    fn commit(&mut self, offsets: &[(TopicPartition, i64)]) {
        if !self.config.has_group() || offsets.is_empty() {
            return;
        }
        let mut list = TopicPartitionList::new();
        for (TopicPartition { topic, partition }, offset) in offsets {
            // An offset from 0 is one that the list takes.
            let _ = list.add_partition_offset(topic, *partition, Offset::Offset(*offset));
        }
        match self.consumer.commit(&list, CommitMode::Async) {
            Ok(()) => self.committed.extend(offsets.iter().cloned()),
            Err(error) => tracing::warn!(table = self.config.table, error = %error, "could not commit offsets"),
        }
    }

    fn positions(&self) -> Vec<(TopicPartition, i64)> {
        self.splits.iter().map(|split| (split.partition.clone(), split.next)).collect()
    }

    fn now_and_then(&mut self, context: &TaskContext) -> Result<(), Failure> {
        self.discover(context)?;
        if !self.config.checkpoints && self.commit_due <= Instant::now() {
            self.commit_due = Instant::now() + COMMIT_INTERVAL;
            self.commit(&self.positions());
        }
        self.report.set(&self.splits, &self.committed, self.read, context);
        Ok(())
    }
}

/// Stops reading a split that has come to its end.
fn finish(
    split: &mut Split,
    place: usize,
    watermarks: &mut Option<SplitWatermarks>,
    consumer: &BaseConsumer<Telemetry>,
) {
    split.next = split.end.unwrap_or(split.next).max(split.next);
    if let Some(watermarks) = watermarks {
        watermarks.end(place);
    }
    let mut list = TopicPartitionList::new();
    list.add_partition(&split.partition.topic, split.partition.partition);
    // Where it cannot be paused, its messages are left out one by one.
    let _ = consumer.pause(&list);
}

/// The end of a partition of this number was reached: what lies before the end of its split was read, for the rest are
/// marks of transactions. Of several topics with such a partition, those are meant whose end it was.
fn close_reached(splits: &mut [Split], watermarks: &mut Option<SplitWatermarks>, number: i32) {
    let open = |split: &&mut Split| split.partition.partition == number && !split.is_done();
    let count = splits.iter_mut().filter(open).count();
    for (place, split) in splits.iter_mut().enumerate() {
        let Some(end) = split.end.filter(|end| split.partition.partition == number && split.next < *end) else {
            continue;
        };
        if count == 1 {
            split.next = end;
            if let Some(watermarks) = watermarks {
                watermarks.end(place);
            }
        }
    }
}

/// Appends the row of a message, not ended; what it does, or `None` where it has no row.
fn decode(
    config: &KafkaSourceConfig,
    key: Option<&mut Decoder>,
    value: &mut Decoder,
    columns: &mut Columns,
    message: &BorrowedMessage<'_>,
) -> Result<Option<RowKind>, Box<DecodeError>> {
    if let Some(decoder) = key
        && !decoder.decode(message.key().unwrap_or_default(), columns, 0)?
        && config.format.upsert
    {
        return Err(DecodeError::record("the message has no key"));
    }
    match message.payload() {
        Some(payload) => Ok(value.decode(payload, columns, config.of_key)?.then_some(RowKind::Insert)),
        None if config.format.upsert => Ok(Some(RowKind::Delete)),
        None => Ok(None),
    }
}

fn write_metadata(config: &KafkaSourceConfig, columns: &mut Columns, message: &BorrowedMessage<'_>) {
    if config.layout.metadata.is_empty() {
        return;
    }
    let row = columns.rows();
    let first = config.layout.physical.len();
    for ((key, _), writer) in config.layout.metadata.iter().zip(&mut columns.writers[first..]) {
        writer.fill(row);
        writer.push(&metadata(key, message));
    }
}

fn metadata(key: &str, message: &BorrowedMessage<'_>) -> Value {
    use rdkafka::{Timestamp, message::Headers as _};
    match key {
        "topic" => Value::Text(message.topic().into()),
        "partition" => Value::Integer(message.partition().into()),
        "offset" => Value::Integer(message.offset()),
        "timestamp" => message.timestamp().to_millis().map_or(Value::Null, |millis| Value::Timestamp(millis * 1000)),
        "timestamp-type" => Value::Text(
            match message.timestamp() {
                Timestamp::CreateTime(_) => "CreateTime",
                Timestamp::LogAppendTime(_) => "LogAppendTime",
                Timestamp::NotAvailable => "NoTimestampType",
            }
            .into(),
        ),
        "headers" => {
            let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
            let entry = |header: rdkafka::message::Header<'_, &[u8]>| {
                (Value::Text(header.key.into()), Value::Bytes(header.value.unwrap_or_default().into()))
            };
            Value::Map(headers.map(entry).collect())
        }
        // The client does not tell the leader's epoch.
        _ => Value::Null,
    }
}

impl Source for KafkaSource {
    fn next(&mut self, context: &TaskContext) -> Result<Next, Stop> {
        if let Some(failure) = self.failed.take() {
            return Err(failure.into());
        }
        match self.watermarks.as_mut().and_then(SplitWatermarks::advance) {
            Some(Advance::To(watermark)) => return Ok(Next::Watermark(watermark)),
            Some(Advance::Idle) => return Ok(Next::Idle),
            None => {}
        }
        self.now_and_then(context)?;
        if self.config.bounded.is_some() && self.splits.iter().all(Split::is_done) {
            return Ok(Next::End);
        }
        if self.splits.is_empty() {
            return Ok(Next::Wait(NOTHING_TO_READ));
        }
        // Only the first poll of a batch waits. A bound on messages too, for not each has a row.
        let mut wait = POLL;
        for _ in 0..BATCH_ROWS {
            if matches!(self.poll(wait, context)?, Polled::Nothing) {
                break;
            }
            self.skip_failed(context);
            if self.failed.is_some() {
                break;
            }
            wait = Duration::ZERO;
        }
        if self.columns.rows() == 0 {
            return Ok(Next::Wait(Duration::ZERO));
        }
        let batch = self.config.layout.finish(&mut self.columns)?;
        if let Some(watermarks) = &mut self.watermarks {
            watermarks.observe(&batch, &self.rows_of, &context.eval)?;
            self.rows_of.clear();
        }
        Ok(Next::Chunk(Chunk::Batch(batch)))
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        writer.list("splits", schema(), self.splits.iter().map(encode).collect());
        self.checkpoints.insert(writer.id, self.positions());
        while self.checkpoints.len() > MAX_CHECKPOINTS {
            self.checkpoints.pop_first();
        }
        Ok(())
    }

    fn checkpoint_complete(&mut self, checkpoint: u64) -> Result<(), Stop> {
        let later = self.checkpoints.split_off(&checkpoint.saturating_add(1));
        let covered = std::mem::replace(&mut self.checkpoints, later);
        if let Some((_, offsets)) = covered.into_iter().next_back() {
            self.commit(&offsets);
        }
        Ok(())
    }
}
