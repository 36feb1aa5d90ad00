//! Slots in Kafka: a transactional producer, and a consumer group whose one offset is the marker.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    producer::{Producer, ThreadedProducer},
};

use super::Marker;
use crate::{
    connectors::kafka::{
        client::{ASK_TIMEOUT, client_config, failure},
        sink::{Deliveries, OutMessage, deliver, producer, send},
    },
    runtime::{Failure, Stop, cancel::Cancel},
};

/// Opens slots.
pub trait Slots: Send {
    /// Takes a slot over: what an earlier holder left open is aborted, and whatever it tries later is refused.
    fn take_over(&mut self, sink_id: &str, subtask: u32, cancel: &Cancel) -> Result<Box<dyn Slot>, Stop>;
}

/// A slot that was taken over.
pub trait Slot: Send {
    /// The marker; `None` where there is none.
    fn marker(&mut self) -> Result<Option<Marker>, Stop>;

    /// Writes messages and marker in one transaction. After an error it is not known whether they are written: the slot is
    /// to be taken over again.
    fn commit(&mut self, messages: &[&OutMessage], marker: &Marker) -> Result<(), Stop>;
}

/// How long each call waits, between looks whether the task is to stop.
const STEP: Duration = Duration::from_secs(1);
/// How long brokers may take for a step of a transaction in all.
const PATIENCE: Duration = Duration::from_secs(60);

/// Slots in Kafka.
#[derive(Debug, Clone)]
pub struct KafkaSlots {
    /// The table's options.
    pub options: BTreeMap<String, String>,
    /// `sink.transactional-id-prefix`
    pub prefix: String,
    /// The topic whose first partition stands for the marker in its group.
    pub topic: String,
}

struct KafkaSlot {
    topic: String,
    producer: ThreadedProducer<Deliveries>,
    deliveries: Deliveries,
    consumer: BaseConsumer,
    cancel: Cancel,
}

impl Slots for KafkaSlots {
    fn take_over(&mut self, sink_id: &str, subtask: u32, cancel: &Cancel) -> Result<Box<dyn Slot>, Stop> {
        let id = format!("{}-{sink_id}-{subtask}", self.prefix);
        let deliveries = Deliveries::default();
        let more = [("transactional.id", id.as_str()), ("enable.idempotence", "true"), ("acks", "all")];
        let producer = producer(&self.options, &more, &deliveries)?;
        let mut config = client_config(&self.options);
        config.set("group.id", &id).set("enable.auto.commit", "false");
        // Offsets of transactions that are not committed are not read.
        config.set("isolation.level", "read_committed");
        let consumer = config
            .create()
            .map_err(|error| failure("Could not set up the Kafka consumer of the sink's markers", &error))?;
        retry("Could not take over the transactions of the sink", cancel, || producer.init_transactions(STEP))?;
        Ok(Box::new(KafkaSlot { topic: self.topic.clone(), producer, deliveries, consumer, cancel: cancel.clone() }))
    }
}

/// Tries again while Kafka says that it may help.
fn retry(doing: &str, cancel: &Cancel, mut step: impl FnMut() -> Result<(), KafkaError>) -> Result<(), Stop> {
    let begun = Instant::now();
    loop {
        let error = match step() {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let retriable = matches!(&error, KafkaError::Transaction(error) if error.is_retriable());
        if cancel.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        if !retriable || begun.elapsed() > PATIENCE {
            return Err(failure(doing, &error).into());
        }
    }
}

impl KafkaSlot {
    fn offset(&self) -> Result<TopicPartitionList, Failure> {
        let mut asked = TopicPartitionList::new();
        asked.add_partition(&self.topic, 0);
        self.consumer
            .committed_offsets(asked, ASK_TIMEOUT)
            .map_err(|error| failure("Could not read the sink's marker", &error))
    }

    fn send_all(&mut self, messages: &[&OutMessage], marker: &Marker) -> Result<(), Stop> {
        for message in messages {
            send(&self.producer, &self.deliveries, message, &self.cancel)?;
        }
        deliver(&self.producer, &self.deliveries, Some(&self.topic), &self.cancel)?;
        let mut offsets = TopicPartitionList::new();
        let wrong = |error| failure("The sink's marker", &error);
        let mut element = offsets.add_partition(&self.topic, 0);
        element.set_offset(Offset::Offset(i64::try_from(marker.newest()).unwrap_or(i64::MAX))).map_err(wrong)?;
        element.set_metadata(marker.text());
        let group = self.consumer.group_metadata().ok_or_else(|| {
            Failure::new("java.lang.IllegalStateException", "The consumer of the sink's markers has no group")
        })?;
        retry("Could not write the sink's marker", &self.cancel, || {
            self.producer.send_offsets_to_transaction(&offsets, &group, STEP)
        })?;
        retry("Could not commit the transaction", &self.cancel, || self.producer.commit_transaction(STEP))
    }
}

impl Slot for KafkaSlot {
    fn marker(&mut self) -> Result<Option<Marker>, Stop> {
        let found = self.offset()?;
        let Some(element) = found.find_partition(&self.topic, 0) else { return Ok(None) };
        element.error().map_err(|error| failure("Could not read the sink's marker", &error))?;
        match element.offset() {
            Offset::Offset(offset) if offset >= 0 => {
                let text = element.metadata().to_owned();
                let broken = || {
                    let message = format!("The sink's marker in Kafka is not one: '{text}'");
                    Failure::new("java.lang.IllegalStateException", message)
                };
                Ok(Some(Marker::parse(&text).ok_or_else(broken)?))
            }
            _ => Ok(None),
        }
    }

    fn commit(&mut self, messages: &[&OutMessage], marker: &Marker) -> Result<(), Stop> {
        self.producer.begin_transaction().map_err(|error| failure("Could not begin a transaction", &error))?;
        let sent = self.send_all(messages, marker);
        if sent.is_err() {
            // Whoever takes the slot over aborts it too; this is only sooner.
            let _ = self.producer.abort_transaction(STEP);
        }
        sent
    }
}
