//! What the Kafka source and sink share: the client's configuration, and its errors.

use std::{collections::BTreeMap, time::Duration};

use rdkafka::{ClientConfig, error::KafkaError, types::RDKafkaErrorCode};

use crate::{options::Options, runtime::Failure};

/// How long brokers may take to answer a question.
pub const ASK_TIMEOUT: Duration = Duration::from_secs(10);

/// The client's configuration: all `properties.` options, under librdkafka's names, which are mostly Java's.
pub fn client_config(options: &BTreeMap<String, String>) -> ClientConfig {
    /// Java's names that librdkafka has no use for.
    const JAVA_ONLY: [&str; 5] =
        ["key.deserializer", "value.deserializer", "key.serializer", "value.serializer", "partitioner.class"];
    let mut config = ClientConfig::new();
    for (key, value) in options {
        if let Some(property) = key.strip_prefix("properties.")
            && !JAVA_ONLY.contains(&property)
        {
            config.set(property, value);
        }
    }
    config
}

/// The topics of a table: one, or several separated by semicolons.
pub fn topics(options: Options<'_>) -> Vec<String> {
    let topics = options.get("topic").unwrap_or_default();
    topics.split(';').map(|topic| topic.trim().to_owned()).filter(|topic| !topic.is_empty()).collect()
}

/// A Kafka error as the exception that Java's client would throw.
pub fn failure(doing: &str, error: &KafkaError) -> Failure {
    let class = match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
            "org.apache.kafka.common.errors.UnknownTopicOrPartitionException"
        }
        Some(
            RDKafkaErrorCode::AllBrokersDown
            | RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::OperationTimedOut
            | RDKafkaErrorCode::RequestTimedOut
            | RDKafkaErrorCode::MessageTimedOut
            | RDKafkaErrorCode::Resolve,
        ) => "org.apache.kafka.common.errors.TimeoutException",
        Some(RDKafkaErrorCode::TopicAuthorizationFailed) => {
            "org.apache.kafka.common.errors.TopicAuthorizationException"
        }
        Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::NoOffset) => {
            "org.apache.kafka.clients.consumer.NoOffsetForPartitionException"
        }
        Some(RDKafkaErrorCode::OffsetOutOfRange) => "org.apache.kafka.clients.consumer.OffsetOutOfRangeException",
        Some(RDKafkaErrorCode::Fenced | RDKafkaErrorCode::InvalidProducerEpoch | RDKafkaErrorCode::ProducerFenced) => {
            "org.apache.kafka.common.errors.ProducerFencedException"
        }
        _ if matches!(error, KafkaError::ClientConfig(..)) => "org.apache.kafka.common.config.ConfigException",
        _ => "org.apache.kafka.common.KafkaException",
    };
    Failure::new(class, format!("{doing}: {error}"))
}

/// Errors that the client mends by itself.
pub fn is_transient(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(Code::AllBrokersDown | Code::BrokerTransportFailure | Code::OperationTimedOut | Code::Resolve)
    )
}
