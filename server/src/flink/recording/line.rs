//! One line of a recording: one answered request.

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::super::json;

/// One answered request.
#[derive(Debug, Clone)]
pub struct Line {
    /// When it was answered, in milliseconds since 1970.
    pub at_ms: i64,
    /// The path that was asked for.
    pub path: String,
    /// The raw query, without `?`.
    pub query: String,
    /// The HTTP status.
    pub status: u16,
    /// The body's text.
    pub body: Bytes,
}

/// The line's outside. The body is checked to be JSON and left as text: most bodies of a recording are never looked at.
#[derive(Deserialize)]
struct Outside {
    at_ms: i64,
    path: String,
    #[serde(default)]
    query: String,
    status: u16,
    #[serde(rename = "body")]
    _body: IgnoredAny,
}

impl Line {
    /// Reads one line.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: Vec<u8>) -> Result<Line, String> {
        const RIGHT: &str = r#"a line is {"at_ms": …, "path": "/…", "query": "", "status": 200, "body": …}"#;
        // The decoder counts lines within this one line; only its column tells something.
        let wrong = |e: serde_json::Error| e.to_string().replace(" at line 1 column ", " at column ");
        let outside: Outside = serde_json::from_slice(&text).map_err(|e| format!("{}; {RIGHT}", wrong(e)))?;
        let text = Bytes::from(text);
        let members = json::members(&text).ok_or_else(|| format!("not a JSON object; {RIGHT}"))?;
        let body = members.iter().find(|(key, _)| *key == b"body").ok_or_else(|| format!("no body; {RIGHT}"))?;
        if crate::flink::rest::instant(Some(outside.at_ms)).is_none() {
            return Err(format!("at_ms {} is no time in milliseconds since 1970", outside.at_ms));
        }
        let body = text.slice_ref(body.1);
        Ok(Line { at_ms: outside.at_ms, path: outside.path, query: outside.query, status: outside.status, body })
    }
}

/// Writes one line, with its end. A body that is no JSON is written as a JSON string.
pub fn encode(at_ms: i64, path: &str, query: &str, status: u16, body: &[u8]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Head<'a> {
        at_ms: i64,
        path: &'a str,
        query: &'a str,
        status: u16,
    }
    // Numbers and strings cannot fail to become JSON.
    let mut line = serde_json::to_vec(&Head { at_ms, path, query, status }).unwrap_or_default();
    line.pop();
    line.extend_from_slice(b",\"body\":");
    if serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        // Outside of strings a line break is only space, and inside of them JSON has none.
        line.extend(body.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
    } else {
        line.extend(serde_json::to_vec(&String::from_utf8_lossy(body)).unwrap_or_default());
    }
    line.extend_from_slice(b"}\n");
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bodies = [
            (&b"{\n  \"a\": [1]\r\n}"[..], &b"{   \"a\": [1]  }"[..]),
            (b"<html>\n", b"\"<html>\\n\""),
            (b"", b"\"\""),
        ];
        for (body, expect) in bodies {
            let mut text = encode(5, "/jobs/overview", "a=b", 200, body);
            assert_eq!(text.pop(), Some(b'\n'));
            assert!(!text.contains(&b'\n'));
            let line = Line::parse(text).unwrap();
            assert_eq!(
                (line.at_ms, line.path.as_str(), line.query.as_str(), line.status),
                (5, "/jobs/overview", "a=b", 200)
            );
            assert_eq!(line.body, expect);
        }
    }
}
