#![allow(clippy::unwrap_used)]
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use super::*;
use crate::types::{DataType, TypeKind, Value};

/// A service that answers what `answer` says to a request's line and body; what it was asked.
fn service(answer: fn(&str, &str, usize) -> (u16, String)) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let mut length = 0;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).unwrap();
                if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if header.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            let asked = format!("{} {body}", line.trim().trim_end_matches(" HTTP/1.1"));
            let count = {
                let mut log = log.lock().unwrap();
                log.push(asked.trim().to_owned());
                log.len()
            };
            let (status, text) = answer(&line, &body, count);
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
            stream.write_all((head + &text).as_bytes()).unwrap();
        }
    });
    (format!("http://{address}/features"), asked)
}

fn fields(names: &[(&str, TypeKind)]) -> Vec<Field> {
    names.iter().map(|(name, kind)| Field::new(*name, kind.clone().nullable())).collect()
}

fn keys(values: &[i64]) -> Batch {
    let mut columns = Columns::new(&fields(&[("id", TypeKind::BigInt)]));
    for value in values {
        columns.writers[0].push(&Value::Integer(*value));
        columns.end_row();
    }
    columns.finish().unwrap()
}

fn open(url: &str, more: &[(&str, &str)]) -> Box<dyn Lookup> {
    let own = [("url", url)];
    let options = own.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let columns = fields(&[("id", TypeKind::BigInt), ("score", TypeKind::Double)]);
    let config = RestConfig::new("features", &options, columns, fields(&[("id", TypeKind::BigInt)]));
    config.open(&TaskContext::for_test()).unwrap()
}

fn ask(lookup: &mut dyn Lookup, ids: &[i64]) -> Result<Vec<String>, String> {
    let types: Vec<DataType> = vec![TypeKind::BigInt.nullable(), TypeKind::Double.nullable()];
    match lookup.lookup(&keys(ids), &TaskContext::for_test()) {
        Ok((answers, batch)) => {
            let shown = |row: usize| match batch.row(row, &types).as_slice() {
                [Value::Integer(id), Value::Double(score)] => format!("{}: {id} {score}", answers[row]),
                other => format!("{}: {other:?}", answers[row]),
            };
            Ok((0..batch.rows).map(shown).collect())
        }
        Err(Stop::Failed(failure)) => Err(failure.message),
        Err(Stop::Cancelled) => Err("cancelled".to_owned()),
    }
}

#[test]
fn each_key_is_asked_once_and_kept_where_asked_for() {
    let (url, asked) = service(|line, _, _| match line.split("id=").nth(1).map(|rest| &rest[..1]) {
        Some("1") => (200, r#"{"id": 1, "score": 0.5, "more": 1}"#.to_owned()),
        Some("2") => (200, r#"[{"id": 2, "score": 1}, {"id": 2, "score": 2}]"#.to_owned()),
        _ => (404, "nothing".to_owned()),
    });
    let mut lookup = open(&url, &[("lookup.cache", "PARTIAL")]);
    let expect = ["0: 1 0.5", "1: 2 1", "1: 2 2", "3: 1 0.5"];
    assert_eq!(ask(&mut *lookup, &[1, 2, 3, 1]).unwrap(), expect);
    assert_eq!(ask(&mut *lookup, &[1, 2, 3, 1]).unwrap(), expect);
    let mut lines = asked.lock().unwrap().clone();
    lines.sort();
    assert_eq!(lines, ["GET /features?id=1", "GET /features?id=2", "GET /features?id=3"]);
    let mut lookup = open(&url, &[]);
    ask(&mut *lookup, &[1]).unwrap();
    ask(&mut *lookup, &[1]).unwrap();
    assert_eq!(asked.lock().unwrap().len(), 5);
}

#[test]
fn keys_go_into_the_body_and_failures_are_tried_again() {
    let (url, asked) = service(|_, _, count| match count {
        1 => (503, String::new()),
        _ => (200, r#"{"id": 7, "score": 3}"#.to_owned()),
    });
    assert_eq!(ask(&mut *open(&url, &[("lookup-method", "POST")]), &[7]).unwrap(), ["0: 7 3"]);
    assert_eq!(asked.lock().unwrap()[1], r#"POST /features {"id":7}"#);
    let (url, asked) = service(|_, _, _| (503, String::new()));
    let error = ask(&mut *open(&url, &[("lookup.max-retries", "1")]), &[7]).unwrap_err();
    assert!(error.ends_with("answered 503 Service Unavailable, after 2 tries"), "{error}");
    assert_eq!(asked.lock().unwrap().len(), 2);
    let (url, _) = service(|_, _, _| (200, "{".to_owned()));
    let error = ask(&mut *open(&url, &[]), &[7]).unwrap_err();
    assert!(error.starts_with("Could not look up rows of 'features': the answer: not valid JSON"), "{error}");
}
