//! How fast documents are read, by hand: `cargo test --release -p engine --lib -- --ignored --nocapture json::bench`.
#![allow(clippy::unwrap_used)]
use serde::Deserialize;

use super::{JsonDecoder, JsonOptions};
use crate::{
    connectors::{format::Columns, random::Random},
    options::Options,
    types::{Field, RowField, TypeKind},
};

#[derive(Deserialize)]
#[allow(dead_code)]
struct Event<'a> {
    event_type: i32,
    #[serde(borrow)]
    bid: Option<Bid<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code, non_snake_case)]
struct Bid<'a> {
    auction: i64,
    bidder: i64,
    price: i64,
    channel: &'a str,
    url: &'a str,
    dateTime: &'a str,
    extra: &'a str,
}

fn documents(count: usize) -> Vec<u8> {
    let mut random = Random::new(1);
    let mut bytes = Vec::new();
    for number in 0..count {
        let (auction, bidder) = (1000 + random.below(20_000), 1000 + random.below(100_000));
        let (price, item) = (random.below(100_000_000), random.bits());
        let time = format!("2020-01-01 00:{:02}:{:02}.{:03}", number / 60_000 % 60, number / 1000 % 60, number % 1000);
        let extra = format!("{:016x}{:016x}{:016x}", random.bits(), random.bits(), random.bits());
        bytes.extend_from_slice(
            format!(
                r#"{{"event_type":2,"person":null,"auction":null,"bid":{{"auction":{auction},"bidder":{bidder},"price":{price},"channel":"Google","url":"https://www.nexmark.com/{item:x}/item.htm?query=1","dateTime":"{time}","extra":"{extra}"}}}}"#
            )
            .as_bytes(),
        );
        bytes.push(b'\n');
    }
    bytes
}

fn field(name: &str, kind: TypeKind) -> RowField {
    RowField { name: name.to_owned(), data_type: kind.nullable() }
}

fn bid(names: &[&str]) -> Vec<Field> {
    let all = [
        field("auction", TypeKind::BigInt),
        field("bidder", TypeKind::BigInt),
        field("price", TypeKind::BigInt),
        field("channel", TypeKind::STRING),
        field("url", TypeKind::STRING),
        field("dateTime", TypeKind::Timestamp(3)),
        field("extra", TypeKind::STRING),
    ];
    let fields = all.into_iter().filter(|field| names.contains(&field.name.as_str())).collect();
    vec![Field::new("event_type", TypeKind::Int.nullable()), Field::new("bid", TypeKind::Row(fields).nullable())]
}

/// Seconds that this thread has computed: other work on the machine does not count.
fn cpu_time() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes to `time` only.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn measure(name: &str, bytes: &[u8], mut run: impl FnMut(&[u8]) -> usize) {
    let mut best = f64::MAX;
    let mut rows = 0;
    for _ in 0..5 {
        let begun = cpu_time();
        rows = run(bytes);
        best = best.min(cpu_time() - begun);
    }
    let (rate, each) = (bytes.len() as f64 / best / 1e6, best * 1e9 / rows as f64);
    println!("{name}: {rate:.0} MB/s, {each:.0} ns a document of {} bytes", bytes.len() / rows);
}

#[test]
#[ignore = "a measurement"]
fn bids_are_read_fast() {
    let bytes = documents(200_000);
    let lines = |bytes: &[u8], line: &mut dyn FnMut(&[u8])| {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            line(&bytes[start..end]);
            start = end + 1;
        }
    };
    measure("lines only", &bytes, |bytes| {
        let mut rows = 0;
        lines(bytes, &mut |_| rows += 1);
        rows
    });
    measure("serde_json, typed and borrowed", &bytes, |bytes| {
        let (mut rows, mut sum) = (0, 0);
        lines(bytes, &mut |line| {
            let event: Event<'_> = serde_json::from_slice(line).unwrap();
            sum += event.bid.map_or(0, |bid| bid.price);
            rows += 1;
        });
        assert!(sum > 0);
        rows
    });
    let empty = std::collections::BTreeMap::new();
    let options = JsonOptions::new(Options(&empty), "json.");
    let all = ["auction", "bidder", "price", "channel", "url", "dateTime", "extra"];
    for (name, fields) in
        [("all columns", bid(&all)), ("q2's columns", bid(&["auction", "price"])), ("no column", Vec::new())]
    {
        measure(name, &bytes, |bytes| {
            let mut columns = Columns::new(&fields);
            let mut decoder = JsonDecoder::new(&fields, &options);
            let mut rows = 0;
            lines(bytes, &mut |line| {
                if decoder.decode(line, &mut columns, 0).unwrap() {
                    columns.end_row();
                }
                if columns.rows() == crate::connectors::BATCH_ROWS {
                    rows += columns.finish().unwrap().rows;
                }
            });
            rows + columns.finish().unwrap().rows
        });
    }
}
