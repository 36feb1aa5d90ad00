//! Tables whose connectors need somebody else, from the statement to the rows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use rdkafka::{
    ClientConfig,
    mocking::MockCluster,
    producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer},
};
use support::Engine;

/// A feature service that knows every topic but that of pin 3; its address.
fn feature_service() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut request = String::new();
            while !request.ends_with("\r\n\r\n") && stream.read_line(&mut request).unwrap() > 0 {}
            let pin = request.split("id=").nth(1).unwrap().split([' ', '&']).next().unwrap();
            let (status, body) = match pin {
                "3" => ("404 Not Found", String::new()),
                _ => ("200 OK", format!("{{\"id\": {pin}, \"topic\": \"topic-{pin}\"}}")),
            };
            let length = body.len();
            let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("http://{address}/features")
}

#[test]
fn a_lookup_join_asks_a_service() {
    let engine = Engine::start();
    let features = format!(
        "CREATE TABLE features (id INT, topic STRING) WITH ('connector' = 'rest-lookup', 'url' = '{}', 'format' = 'json')",
        feature_service()
    );
    let mut rows = engine.rows(&[
        "CREATE TABLE saves (pin INT, t AS PROCTIME()) WITH ('connector' = 'datagen', 'fields.pin.kind' = 'sequence', \
         'fields.pin.start' = '1', 'fields.pin.end' = '4')",
        &features,
        "SELECT s.pin, f.topic FROM saves AS s LEFT JOIN features FOR SYSTEM_TIME AS OF s.t AS f ON s.pin = f.id",
    ]);
    rows.sort_by_key(|row| row[0].as_i64());
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    assert_eq!(rows, ["[1,\"topic-1\"]", "[2,\"topic-2\"]", "[3,null]", "[4,\"topic-4\"]"]);
}

/// Of 0 to 99 the files hold those up to 59, and the topic those from 40; at 50 one gives way to the other.
#[test]
fn a_backfill_reads_files_and_then_kafka_without_a_gap_or_a_duplicate() {
    let engine = Engine::start();
    let lines = |numbers: std::ops::Range<u32>| numbers.map(|n| format!("{{\"n\": {n}}}\n")).collect::<String>();
    let history = engine.data.path().join("history");
    std::fs::create_dir(&history).unwrap();
    std::fs::write(history.join("a.json"), lines(0..30)).unwrap();
    std::fs::write(history.join("b.json"), lines(30..60)).unwrap();
    let broker: MockCluster<'_, DefaultProducerContext> = MockCluster::new(1).unwrap();
    broker.create_topic("clicks", 2, 1).unwrap();
    let servers = broker.bootstrap_servers();
    let producer: ThreadedProducer<DefaultProducerContext> =
        ClientConfig::new().set("bootstrap.servers", &servers).create().unwrap();
    for n in 40..100 {
        let value = format!("{{\"n\": {n}}}");
        let record = BaseRecord::<(), str>::to("clicks").partition(n % 2).payload(&value);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(10)).unwrap();
    let clicks = format!(
        "CREATE TABLE clicks (n BIGINT) WITH ('connector' = 'hybrid', 'history.path' = '{}', 'history.format' = 'json', \
         'topic' = 'clicks', 'properties.bootstrap.servers' = '{servers}', 'format' = 'json', \
         'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'switch.column' = 'n', \
         'switch.at' = '50')",
        history.display()
    );
    for parallelism in ["1", "3"] {
        let set = format!("SET 'parallelism.default' = '{parallelism}'");
        let rows = engine.rows(&[&set, &clicks, "SELECT n FROM clicks"]);
        let mut numbers: Vec<i64> = rows.iter().map(|row| row[0].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>(), "parallelism {parallelism}");
    }
}
