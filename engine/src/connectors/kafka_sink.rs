//! `'connector' = 'kafka'` as a sink: at least once, batched by the client.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rdkafka::{
    ClientContext,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer},
};

use super::{
    Sink,
    kafka::{client_config, failure, topics},
};
use crate::{
    formats::Format,
    runtime::{Failure, Stop, TaskContext},
    sql::{catalog::Table, value::Row},
};

/// How long a full client queue is waited for before it is tried again.
const QUEUE_FULL: Duration = Duration::from_millis(10);
/// How long each try to deliver the rest waits, between looks whether the task is to stop.
const FLUSH: Duration = Duration::from_millis(200);

/// Keeps the first error of a delivery.
#[derive(Default)]
struct Deliveries(Arc<Mutex<Option<KafkaError>>>);

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
        }
    }
}

/// Writes the rows of one subtask.
pub struct KafkaSink {
    format: Format,
    topic: String,
    producer: ThreadedProducer<Deliveries>,
    failed: Arc<Mutex<Option<KafkaError>>>,
    payload: Vec<u8>,
}

impl KafkaSink {
    /// Sets up the producer; it connects by itself.
    pub fn open(table: &Table, _: &TaskContext) -> Result<Self, Failure> {
        let mut config = client_config(table);
        if config.get("acks").is_none() {
            config.set("acks", "all");
        }
        let deliveries = Deliveries::default();
        let failed = Arc::clone(&deliveries.0);
        let producer = config
            .create_with_context(deliveries)
            .map_err(|error| failure("Could not set up the Kafka producer", &error))?;
        let topic = topics(table).into_iter().next().unwrap_or_default();
        Ok(Self { format: Format::of(table), topic, producer, failed, payload: Vec::new() })
    }

    fn check(&self) -> Result<(), Failure> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        match &*failed {
            Some(error) => Err(failure(&format!("Failed to send data to Kafka topic {}", self.topic), error)),
            None => Ok(()),
        }
    }
}

impl Sink for KafkaSink {
    fn write(&mut self, row: &Row, context: &TaskContext) -> Result<u64, Stop> {
        self.check()?;
        self.payload.clear();
        self.format.encode(row, &mut self.payload);
        let mut record: BaseRecord<'_, (), [u8]> = BaseRecord::to(&self.topic).payload(&self.payload);
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(self.payload.len() as u64),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    if context.cancel.wait(QUEUE_FULL) {
                        return Err(Stop::Cancelled);
                    }
                    self.check()?;
                    record = back;
                }
                Err((error, _)) => {
                    let doing = format!("Failed to send data to Kafka topic {}", self.topic);
                    return Err(failure(&doing, &error).into());
                }
            }
        }
    }

    /// The client sends by itself after its linger time; here only its errors are looked at.
    fn flush(&mut self, _: &TaskContext) -> Result<(), Stop> {
        Ok(self.check()?)
    }

    fn finish(&mut self, context: &TaskContext) -> Result<(), Stop> {
        while self.producer.flush(FLUSH).is_err() {
            if context.cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            self.check()?;
        }
        Ok(self.check()?)
    }
}
