//! The few requests that benches make: HTTP/1.0, so that an answer ends with its connection.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

use crate::failure::Failure;

/// No answer takes longer, but one that never comes.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A GET request's JSON.
pub fn get(address: SocketAddr, path: &str) -> Result<Value, Failure> {
    ask(address, "GET", path, None)
}

/// A POST request's JSON.
pub fn post(address: SocketAddr, path: &str, body: &Value) -> Result<Value, Failure> {
    ask(address, "POST", path, Some(body))
}

/// A request with an optional JSON body.
pub fn ask(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let failed = |what: String| Failure::Other(format!("{method} http://{address}{path}: {what}"));
    let answer = exchange(address, method, path, body).map_err(|error| failed(error.to_string()))?;
    let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        return Err(failed(format!("{status} {text}")));
    }
    match text.trim() {
        "" => Ok(Value::Null),
        text => serde_json::from_str(text).map_err(|error| failed(format!("{error} in {text}"))),
    }
}

fn exchange(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
