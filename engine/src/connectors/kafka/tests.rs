//! The source and the sinks against librdkafka's broker in memory, or against a real one: where the variable
//! `DRSQUIRREL_TEST_BROKERS` says an address, topics are made there.
#![allow(clippy::unwrap_used)]
use std::{collections::BTreeMap, time::Duration};

use rdkafka::{
    ClientConfig, Message,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    mocking::MockCluster,
    producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer},
};

use super::{
    exactly_once::{ExactlyOnceSink, KafkaSlots, Marker, Slots},
    records::MessageFormat,
    sink::{KafkaSink, KafkaSinkConfig, OutMessage},
    source::KafkaSourceConfig,
    start::Place,
};
use crate::{
    connectors::{
        format::Columns,
        layout::{Layout, ReadColumn},
        sink::{SinkTask, SinkWriter},
    },
    runtime::operator::{Chunk, Next, OperatorContext, Source, SourceFactory},
    runtime::{Stop, TaskContext},
    state::{RestoredState, SnapshotRows, SnapshotWriter},
    types::{Batch, Field, RowKind, TypeKind, Value},
};

/// A broker with a topic.
pub struct Broker {
    address: String,
    topic: String,
    _mock: Option<MockCluster<'static, DefaultProducerContext>>,
}

impl Broker {
    /// A broker with a topic of so many partitions.
    pub fn start(partitions: i32) -> Self {
        let topic = format!("test-{}", crate::ids::random());
        if let Ok(address) = std::env::var("DRSQUIRREL_TEST_BROKERS") {
            let admin: AdminClient<DefaultClientContext> =
                ClientConfig::new().set("bootstrap.servers", &address).create().unwrap();
            let made = NewTopic::new(&topic, partitions, TopicReplication::Fixed(1));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(admin.create_topics([&made], &AdminOptions::new())).unwrap();
            return Self { address, topic, _mock: None };
        }
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic(&topic, partitions, 1).unwrap();
        Self { address: mock.bootstrap_servers(), topic, _mock: Some(mock) }
    }

    /// The options of a table of the topic.
    pub fn options(&self, more: &[(&str, &str)]) -> BTreeMap<String, String> {
        let own = [("properties.bootstrap.servers", self.address.as_str()), ("topic", &self.topic), ("format", "json")];
        own.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    /// Writes messages without keys.
    pub fn produce(&self, partition: i32, values: &[&str]) {
        let producer: ThreadedProducer<DefaultProducerContext> =
            ClientConfig::new().set("bootstrap.servers", &self.address).create().unwrap();
        for value in values {
            producer
                .send(BaseRecord::<(), str>::to(&self.topic).partition(partition).payload(value))
                .map_err(|e| e.0)
                .unwrap();
        }
        producer.flush(Duration::from_secs(10)).unwrap();
    }

    /// All messages that are committed: `KEY=VALUE`.
    fn consume(&self, count: usize) -> Vec<String> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &self.address)
            .set("group.id", crate::ids::random())
            .set("auto.offset.reset", "earliest")
            .create()
            .unwrap();
        let metadata = consumer.fetch_metadata(Some(&self.topic), Duration::from_secs(10)).unwrap();
        let mut all = rdkafka::TopicPartitionList::new();
        for partition in metadata.topics()[0].partitions() {
            all.add_partition_offset(&self.topic, partition.id(), rdkafka::Offset::Beginning).unwrap();
        }
        consumer.assign(&all).unwrap();
        let mut messages = Vec::new();
        let mut silent = 0;
        // One more is waited for, which is not to come.
        while messages.len() <= count && silent < if messages.len() < count { 100 } else { 5 } {
            match consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    let text = |bytes: Option<&[u8]>| {
                        bytes.map_or("null".to_owned(), |b| String::from_utf8_lossy(b).into_owned())
                    };
                    messages.push(format!("{}={}", text(message.key()), text(message.payload())));
                }
                _ => silent += 1,
            }
        }
        messages.sort();
        messages
    }
}

/// A column of numbers.
pub fn number(name: &str) -> Field {
    Field::new(name, TypeKind::BigInt.nullable())
}

/// A source of the topic's numbers, and their offsets before them.
pub fn kafka_source(broker: &Broker, startup: Place, bounded: Option<Place>) -> KafkaSourceConfig {
    let options = broker.options(&[("properties.group.id", &format!("group-{}", broker.topic))]);
    let offset = ReadColumn::Metadata("offset".to_owned(), number("o"));
    KafkaSourceConfig {
        table: "t".to_owned(),
        topics: vec![broker.topic.clone()],
        format: MessageFormat::new(&options, &[number("n")], &[], false).unwrap(),
        layout: Layout::new(&[offset, ReadColumn::Physical(number("n"))]),
        of_key: 0,
        startup,
        bounded,
        discovery: None,
        watermark: None,
        checkpoints: true,
        options,
    }
}

fn open(config: &KafkaSourceConfig, task: &TaskContext, state: Option<Vec<Box<[u8]>>>) -> Box<dyn Source> {
    let restored = state.map(|elements| {
        let mut restored = RestoredState::default();
        restored.lists.insert("splits".to_owned(), elements);
        restored
    });
    config.open(OperatorContext { task, index: 0, restored }).unwrap()
}

/// Reads until `count` rows came, or the source has ended: `offset:number`.
fn read(source: &mut dyn Source, task: &TaskContext, count: usize) -> Result<Vec<String>, Stop> {
    let types = [TypeKind::BigInt.nullable(), TypeKind::BigInt.nullable()];
    let mut rows = Vec::new();
    for _ in 0..2000 {
        match source.next(task)? {
            Next::Chunk(Chunk::Batch(batch)) => {
                let shown = |row| match batch.row(row, &types).as_slice() {
                    [Value::Integer(offset), Value::Integer(number)] => format!("{offset}:{number}"),
                    other => format!("{other:?}"),
                };
                rows.extend((0..batch.rows).map(shown));
            }
            Next::End => break,
            _ => {}
        }
        if rows.len() >= count {
            break;
        }
    }
    rows.sort();
    Ok(rows)
}

fn splits(source: &mut dyn Source, id: u64) -> Vec<Box<[u8]>> {
    let mut writer = SnapshotWriter::default();
    writer.id = id;
    source.snapshot(&mut writer).unwrap();
    match writer.states.remove("splits").unwrap().rows {
        SnapshotRows::List(elements) => elements,
        SnapshotRows::Table { .. } => unreachable!("it is a list"),
    }
}

#[test]
fn a_bounded_source_reads_what_is_there() {
    let broker = Broker::start(2);
    broker.produce(0, &[r#"{"n":1}"#, r#"{"n":2}"#]);
    broker.produce(1, &[r#"{"n":3}"#]);
    let task = TaskContext::for_test();
    let mut source = open(&kafka_source(&broker, Place::Earliest, Some(Place::Latest)), &task, None);
    broker.produce(1, &[r#"{"n":4}"#]);
    assert_eq!(read(&mut *source, &task, usize::MAX).unwrap(), ["0:1", "0:3", "1:2"]);
}

#[test]
fn a_source_goes_on_from_its_checkpoint_and_commits_it() {
    let broker = Broker::start(1);
    broker.produce(0, &[r#"{"n":1}"#, r#"{"n":2}"#, "x"]);
    let config = kafka_source(&broker, Place::Earliest, None);
    let task = TaskContext::for_test();
    let mut first = open(&config, &task, None);
    assert_eq!(read(&mut *first, &task, 2).unwrap(), ["0:1", "1:2"]);
    let Err(Stop::Failed(failure)) = read(&mut *first, &task, 3) else { unreachable!("it is wrong") };
    assert!(
        failure.message.starts_with(&format!("{}-0 offset 2: not valid JSON", broker.topic)),
        "{}",
        failure.message
    );
    broker.produce(0, &[r#"{"n":3}"#]);
    let state = splits(&mut *first, 7);
    first.checkpoint_complete(7).unwrap();
    let mut second = open(&config, &task, Some(state));
    assert_eq!(read(&mut *second, &task, 1).unwrap(), ["3:3"]);
    drop((first, second));
    // What was committed is where another job of the group begins.
    let mut grouped = open(&kafka_source(&broker, Place::Group, Some(Place::Latest)), &task, None);
    assert_eq!(read(&mut *grouped, &task, usize::MAX).unwrap(), ["3:3"]);
}

fn sink_config(broker: &Broker, upsert: bool) -> KafkaSinkConfig {
    let options =
        broker.options(if upsert { &[("key.format", "raw"), ("value.fields-include", "EXCEPT_KEY")] } else { &[] });
    let fields = [Field::new("k", TypeKind::STRING.nullable()), number("n")];
    KafkaSinkConfig {
        topic: Some(broker.topic.clone()),
        format: MessageFormat::new(&options, &fields, &[0], upsert).unwrap(),
        columns: fields.into_iter().map(|field| (field, None)).collect(),
        options,
        fixed_partition: false,
        fire_and_forget: false,
    }
}

fn batch(rows: &[(RowKind, &str, i64)]) -> Batch {
    let mut columns = Columns::new(&[Field::new("k", TypeKind::STRING.nullable()), number("n")]);
    for (kind, key, number) in rows {
        columns.writers[0].push(&Value::Text((*key).into()));
        columns.writers[1].push(&Value::Integer(*number));
        columns.end_row_of(*kind);
    }
    columns.finish().unwrap()
}

fn sink_task() -> SinkTask {
    let task = TaskContext::for_test();
    SinkTask { cancel: task.cancel.clone(), metrics: std::sync::Arc::clone(&task.metrics), index: 0 }
}

#[test]
fn rows_become_messages_and_changes_become_upserts() {
    let (task, context) = (sink_task(), TaskContext::for_test());
    for (upsert, expect) in
        [(false, vec![r#"null={"k":"a","n":1}"#]), (true, vec![r#"a={"n":1}"#, r#"a={"n":2}"#, "b=null"])]
    {
        let broker = Broker::start(1);
        let mut sink = KafkaSink::new(sink_config(&broker, upsert));
        sink.open(&mut OperatorContext { task: &context, index: 0, restored: None }).unwrap();
        let mut rows = vec![(RowKind::Insert, "a", 1)];
        if upsert {
            use RowKind::{Delete, UpdateAfter, UpdateBefore};
            rows.extend([(UpdateBefore, "a", 1), (UpdateAfter, "a", 2), (Delete, "b", 3)]);
        }
        sink.write(&batch(&rows), &task).unwrap();
        sink.finish(&task).unwrap();
        assert_eq!(broker.consume(expect.len()), expect);
    }
}

#[test]
fn messages_and_marker_are_of_one_transaction() {
    let broker = Broker::start(1);
    let config = sink_config(&broker, false);
    let slots = KafkaSlots { options: config.options.clone(), prefix: "p".to_owned(), topic: broker.topic.clone() };
    let (task, context) = (sink_task(), TaskContext::for_test());
    let mut sink = ExactlyOnceSink::new(&config, Box::new(slots.clone()));
    sink.open(&mut OperatorContext { task: &context, index: 0, restored: None }).unwrap();
    sink.write(&batch(&[(RowKind::Insert, "a", 1)]), &task).unwrap();
    let mut writer = SnapshotWriter::default();
    writer.id = 4;
    sink.snapshot(&mut writer).unwrap();
    sink.write(&batch(&[(RowKind::Insert, "b", 2)]), &task).unwrap();
    sink.checkpoint_complete(4, &task).unwrap();
    assert_eq!(broker.consume(1), [r#"null={"k":"a","n":1}"#]);
    if broker._mock.is_some() {
        // librdkafka's broker keeps no offsets of transactions, and does not refuse who was shut out.
        return;
    }
    // Whoever takes the slot over finds the marker, and shuts out who had it.
    let mut slots = slots;
    let mut slot = slots.take_over(&context.attempt_id, 0, &task.cancel).unwrap();
    assert_eq!(slot.marker().unwrap(), Some(Marker::default().with(&context.attempt_id, 4)));
    let message = OutMessage { topic: broker.topic.clone(), value: Some(b"new".to_vec()), ..OutMessage::default() };
    slot.commit(&[&message], &Marker::default().with("other", 9)).unwrap();
    assert_eq!(slot.marker().unwrap().unwrap().newest(), 9);
    let mut late = SnapshotWriter::default();
    late.id = 5;
    sink.snapshot(&mut late).unwrap();
    sink.checkpoint_complete(5, &task).unwrap_err();
    assert_eq!(broker.consume(2), ["null=new", r#"null={"k":"a","n":1}"#]);
}
