//! `'connector' = 'kafka'` as a sink: rows are encoded as messages, and delivered at least once or exactly once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rdkafka::{
    ClientContext,
    error::{KafkaError, RDKafkaErrorCode},
    message::{Header, OwnedHeaders},
    producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer},
};

use super::{
    client::{client_config, failure},
    records::{MessageFormat, Part},
};
use crate::{
    connectors::{
        format::{Encoder, view::View},
        sink::{SinkTask, SinkWriter},
    },
    runtime::operator::OperatorContext,
    runtime::{Failure, Stop, cancel::Cancel},
    types::{Batch, Field, RowKind, TypeKind, Value},
};

/// How long a full client queue is waited for before it is tried again.
const QUEUE_FULL: Duration = Duration::from_millis(10);
/// How long each try to deliver the rest waits, between looks whether the task is to stop.
const FLUSH: Duration = Duration::from_millis(200);

/// A message that is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutMessage {
    /// The topic.
    pub topic: String,
    /// The partition, where the sink decides.
    pub partition: Option<i32>,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value; `None` deletes the key.
    pub value: Option<Vec<u8>>,
    /// Milliseconds since 1970, where the row says.
    pub timestamp: Option<i64>,
    /// Headers.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// What is written, and how.
#[derive(Debug, Clone)]
pub struct KafkaSinkConfig {
    /// The table's options: `properties.` and others.
    pub options: BTreeMap<String, String>,
    /// The topic; `None` where the rows say.
    pub topic: Option<String>,
    /// How rows are messages.
    pub format: MessageFormat,
    /// The rows' columns: fields, and the metadata that some are.
    pub columns: Vec<(Field, Option<String>)>,
    /// `sink.partitioner` = `fixed`: each subtask writes to one partition.
    pub fixed_partition: bool,
    /// `sink.delivery-guarantee` = `none`: nobody waits for the brokers.
    pub fire_and_forget: bool,
}

/// Makes messages of rows.
#[derive(Debug)]
pub struct MessageEncoder {
    key: Option<(Encoder, Vec<usize>)>,
    value: (Encoder, Vec<usize>),
    topic: Option<String>,
    upsert: bool,
    /// Where the columns of written metadata stand.
    metadata: Vec<(usize, String, TypeKind)>,
}

impl MessageEncoder {
    /// An encoder of a sink's rows.
    pub fn new(config: &KafkaSinkConfig) -> Self {
        let place = |name: &String| {
            config.columns.iter().position(|(field, metadata)| field.name == *name && metadata.is_none())
        };
        let part = |part: &Part| {
            let places: Vec<usize> = part.columns.iter().filter_map(place).collect();
            (part.format.encoder(&part.fields), places)
        };
        let metadata =
            config.columns.iter().enumerate().filter_map(|(index, (field, metadata))| {
                Some((index, metadata.clone()?, field.data_type.kind.clone()))
            });
        Self {
            key: config.format.key.as_ref().map(part),
            value: part(&config.format.value),
            topic: config.topic.clone(),
            upsert: config.format.upsert,
            metadata: metadata.collect(),
        }
    }

    /// Hands each row's message to `send`.
    pub fn encode(&self, batch: &Batch, mut send: impl FnMut(OutMessage) -> Result<(), Stop>) -> Result<(), Stop> {
        let value_columns = batch.project(&self.value.1);
        let key_columns = self.key.as_ref().map(|(encoder, places)| (encoder, batch.project(places)));
        let values = self.value.0.views(&value_columns, 0);
        let keys = key_columns.as_ref().map(|(encoder, columns)| (*encoder, encoder.views(columns, 0)));
        for row in 0..batch.rows {
            let kind = batch.kind(row);
            if self.upsert && kind == RowKind::UpdateBefore {
                continue;
            }
            let mut message = OutMessage { topic: self.topic.clone().unwrap_or_default(), ..OutMessage::default() };
            if let Some((encoder, views)) = &keys {
                message.key = encoded(encoder, views, row);
            }
            if !self.upsert || kind.adds() {
                message.value = encoded(&self.value.0, &values, row);
            }
            self.metadata(batch, row, &mut message);
            send(message)?;
        }
        Ok(())
    }

    fn metadata(&self, batch: &Batch, row: usize, message: &mut OutMessage) {
        for (column, key, kind) in &self.metadata {
            match (key.as_str(), Value::at(&batch.columns[*column], row, kind)) {
                ("timestamp", Value::Timestamp(micros)) => message.timestamp = Some(micros.div_euclid(1000)),
                ("topic", Value::Text(topic)) => message.topic = topic.to_string(),
                ("headers", Value::Map(entries)) => {
                    let header = |entry: (Value, Value)| match entry {
                        (Value::Text(key), Value::Bytes(value)) => Some((key.to_string(), value.to_vec())),
                        _ => None,
                    };
                    message.headers = entries.into_iter().filter_map(header).collect();
                }
                _ => {}
            }
        }
    }
}

fn encoded(encoder: &Encoder, views: &[View<'_>], row: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    encoder.encode(views, row, &mut bytes).then_some(bytes)
}

/// Keeps the first error of a delivery.
#[derive(Debug, Default, Clone)]
pub struct Deliveries(Arc<Mutex<Option<KafkaError>>>);

impl Deliveries {
    /// Fails where a delivery has failed.
    pub fn check(&self, topic: Option<&str>) -> Result<(), Failure> {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*failed {
            Some(error) => Err(failure(&not_sent(topic), error)),
            None => Ok(()),
        }
    }
}

/// What cannot be done.
pub fn not_sent(topic: Option<&str>) -> String {
    format!("Failed to send data to Kafka topic {}", topic.unwrap_or("of the rows"))
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
        }
    }
}

/// A producer with the table's settings.
pub fn producer(
    options: &BTreeMap<String, String>,
    more: &[(&str, &str)],
    deliveries: &Deliveries,
) -> Result<ThreadedProducer<Deliveries>, Failure> {
    let mut config = client_config(options);
    for (key, value) in more {
        config.set(*key, *value);
    }
    if config.get("acks").is_none() {
        config.set("acks", "all");
    }
    // As Java's default: by the hash that Java's client has, so that both send a key to the same partition.
    if config.get("partitioner").is_none() {
        config.set("partitioner", "murmur2_random");
    }
    config
        .create_with_context(deliveries.clone())
        .map_err(|error| failure("Could not set up the Kafka producer", &error))
}

/// Hands a message to the client, which sends it by itself; waits while its queue is full.
pub fn send(
    producer: &ThreadedProducer<Deliveries>,
    deliveries: &Deliveries,
    message: &OutMessage,
    cancel: &Cancel,
) -> Result<(), Stop> {
    let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&message.topic);
    record.partition = message.partition;
    record.key = message.key.as_deref();
    record.payload = message.value.as_deref();
    record.timestamp = message.timestamp;
    if !message.headers.is_empty() {
        let add = |headers: OwnedHeaders, (key, value): &(String, Vec<u8>)| {
            headers.insert(Header { key, value: Some(value) })
        };
        record.headers = Some(message.headers.iter().fold(OwnedHeaders::new(), add));
    }
    loop {
        match producer.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                if cancel.wait(QUEUE_FULL) {
                    return Err(Stop::Cancelled);
                }
                deliveries.check(Some(&message.topic))?;
                record = back;
            }
            Err((error, _)) => return Err(failure(&not_sent(Some(&message.topic)), &error).into()),
        }
    }
}

/// Waits until all messages are delivered.
pub fn deliver(
    producer: &ThreadedProducer<Deliveries>,
    deliveries: &Deliveries,
    topic: Option<&str>,
    cancel: &Cancel,
) -> Result<(), Stop> {
    while producer.flush(FLUSH).is_err() {
        if cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        deliveries.check(topic)?;
    }
    Ok(deliveries.check(topic)?)
}

/// Writes the rows of one subtask at least once: at a barrier all messages before it are delivered.
pub struct KafkaSink {
    config: KafkaSinkConfig,
    encoder: MessageEncoder,
    deliveries: Deliveries,
    producer: Option<ThreadedProducer<Deliveries>>,
    partition: Option<i32>,
}

impl KafkaSink {
    /// A sink that is not open yet.
    pub fn new(config: KafkaSinkConfig) -> Self {
        let encoder = MessageEncoder::new(&config);
        Self { config, encoder, deliveries: Deliveries::default(), producer: None, partition: None }
    }

    fn producer(&self) -> Result<&ThreadedProducer<Deliveries>, Failure> {
        let missing = || Failure::new("java.lang.IllegalStateException", "The Kafka sink was not opened");
        self.producer.as_ref().ok_or_else(missing)
    }
}

/// The one partition that a subtask writes to, where each has one.
pub fn fixed_partition(
    config: &KafkaSinkConfig,
    producer: &ThreadedProducer<Deliveries>,
    subtask: u32,
) -> Result<Option<i32>, Failure> {
    let Some(topic) = config.topic.as_deref().filter(|_| config.fixed_partition) else { return Ok(None) };
    let metadata = producer
        .client()
        .fetch_metadata(Some(topic), super::client::ASK_TIMEOUT)
        .map_err(|error| failure(&format!("Failed to get metadata for topic {topic}"), &error))?;
    let count = metadata.topics().first().map_or(0, |topic| topic.partitions().len());
    Ok((count > 0).then(|| (subtask as usize % count) as i32))
}

impl SinkWriter for KafkaSink {
    fn open(&mut self, context: &mut OperatorContext<'_>) -> Result<(), Stop> {
        let producer = producer(&self.config.options, &[], &self.deliveries)?;
        self.partition = fixed_partition(&self.config, &producer, context.task.subtask)?;
        self.producer = Some(producer);
        Ok(())
    }

    fn write(&mut self, batch: &Batch, task: &SinkTask) -> Result<u64, Stop> {
        self.deliveries.check(self.config.topic.as_deref())?;
        let producer = self.producer()?;
        let mut bytes = 0;
        self.encoder.encode(batch, |mut message| {
            message.partition = self.partition;
            bytes += message.bytes();
            send(producer, &self.deliveries, &message, &task.cancel)
        })?;
        Ok(bytes)
    }

    /// The client sends by itself after its linger time; here only its errors are looked at.
    fn flush(&mut self, _: i64, _: &SinkTask) -> Result<(), Stop> {
        Ok(self.deliveries.check(self.config.topic.as_deref())?)
    }

    fn finish(&mut self, task: &SinkTask) -> Result<(), Stop> {
        if self.config.fire_and_forget {
            return Ok(());
        }
        deliver(self.producer()?, &self.deliveries, self.config.topic.as_deref(), &task.cancel)
    }
}

impl OutMessage {
    /// The bytes of its key and value.
    pub fn bytes(&self) -> u64 {
        (self.key.as_ref().map_or(0, Vec::len) + self.value.as_ref().map_or(0, Vec::len)) as u64
    }
}
