//! The transport that answers from one snapshot of a recording.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    super::{
        error::Failure,
        rest::MetricEntry,
        transport::{Reply, Transport},
    },
    line::Line,
};

/// One snapshot of a recording.
pub struct Replay {
    at_ms: i64,
    /// By path: the answers to it, with their queries.
    answers: HashMap<String, Vec<Line>>,
    /// The metrics of a path, out of all its answers; made when it is first asked for.
    metrics: Mutex<HashMap<String, Arc<Values>>>,
}

/// Metrics by name.
type Values = BTreeMap<String, Value>;

impl Replay {
    /// A transport that answers from `lines`, at the time of the first of them.
    pub fn new(lines: Vec<Line>) -> Replay {
        let at_ms = lines.iter().map(|line| line.at_ms).min().unwrap_or_default();
        let mut answers = HashMap::<String, Vec<Line>>::new();
        for line in lines {
            answers.entry(line.path.clone()).or_default().push(line);
        }
        Replay { at_ms, answers, metrics: Mutex::default() }
    }

    fn answer(&self, path: &str, query: &str) -> Option<Reply> {
        let recorded = self.answers.get(path).map(Vec::as_slice).unwrap_or_default();
        let exact = recorded.iter().find(|line| line.query == query);
        // How many exceptions were asked for is not worth missing them.
        let close = || recorded.first().filter(|_| path.ends_with("/exceptions"));
        if let Some(line) = exact.or_else(close) {
            return Some(Reply { status: line.status, body: line.body.clone() });
        }
        path.ends_with("/metrics").then(|| self.metrics(path, query)).flatten()
    }

    /// Names (`query` empty) or values out of whatever was recorded of the path, in requests of whatever size.
    fn metrics(&self, path: &str, query: &str) -> Option<Reply> {
        let values = self.values(path);
        if values.is_empty() {
            return None;
        }
        let entries: Vec<Value> = if query.is_empty() {
            values.keys().map(|id| json!({"id": id})).collect()
        } else {
            let wanted: HashSet<String> = query.strip_prefix("get=")?.split(',').map(decode).collect();
            let found = wanted.iter().filter_map(|id| values.get_key_value(id));
            found.map(|(id, value)| json!({"id": id, "value": value})).collect()
        };
        let body = serde_json::to_vec(&entries).ok()?;
        Some(Reply { status: 200, body: Bytes::from(body) })
    }

    fn values(&self, path: &str) -> Arc<Values> {
        let mut made = self.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        let values = made.entry(path.to_string()).or_insert_with(|| {
            let mut values = self.recorded(path, "");
            // A recording may hold a vertex' metrics only by subtask.
            if let (true, Some(vertex)) = (values.is_empty(), path.strip_suffix("/metrics")) {
                let prefix = format!("{vertex}/subtasks/");
                for other in self.answers.keys() {
                    let index = other.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix("/metrics"));
                    if let Some(index) = index.filter(|index| index.parse::<u32>().is_ok()) {
                        values.extend(self.recorded(other, &format!("{index}.")));
                    }
                }
            }
            Arc::new(values)
        });
        Arc::clone(values)
    }

    /// The values in all answers to `path`. Entries without a value are names, or parts that could not be had.
    fn recorded(&self, path: &str, prefix: &str) -> Values {
        let lines = self.answers.get(path).into_iter().flatten();
        let asked =
            lines.filter(|line| line.status == 200 && line.query.contains("get=") && !line.query.contains("agg="));
        let entries = asked.filter_map(|line| serde_json::from_slice::<Vec<MetricEntry>>(&line.body).ok()).flatten();
        entries.filter_map(|entry| Some((format!("{prefix}{}", entry.id?), entry.value?))).collect()
    }
}

#[async_trait]
impl Transport for Replay {
    async fn get(&self, path: &str, query: &str, _timeout: Duration) -> Result<Reply, Failure> {
        self.answer(path, query).ok_or(Failure::NotRecorded)
    }

    fn now_ms(&self) -> i64 {
        self.at_ms
    }

    fn live(&self) -> bool {
        false
    }
}

fn decode(name: &str) -> String {
    // A name is one value of a query; the decoder for whole queries takes it as a key.
    url::form_urlencoded::parse(name.replace('+', "%2B").as_bytes())
        .next()
        .map(|(key, _)| key.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn line(path: &str, query: &str, body: &str) -> Line {
        Line {
            at_ms: 7,
            path: path.into(),
            query: query.into(),
            status: 200,
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    fn check(replay: &Replay, path: &str, query: &str, expect: Option<&str>) {
        let body = replay.answer(path, query).map(|reply| serde_json::from_slice::<Value>(&reply.body).unwrap());
        assert_eq!(body, expect.map(|text| serde_json::from_str(text).unwrap()), "{path}?{query}");
    }

    #[test]
    fn metrics_are_answered_out_of_requests_of_any_size() {
        let replay = Replay::new(vec![
            line(
                "/v/metrics",
                "get=0.a,0.b%5B1%5D",
                r#"[{"id": "0.a", "value": "1"}, {"error": 404, "body": {}}, {"id": "0.b[1]", "value": "2"}]"#,
            ),
            line("/v/metrics", "get=*", r#"[{"id": "0.c", "value": "3"}]"#),
            line("/w/subtasks/1/metrics", "get=*", r#"[{"id": "a", "value": "4"}]"#),
            line("/w/subtasks/metrics", "get=*&agg=min", r#"[{"id": "a", "min": 4}]"#),
        ]);
        check(&replay, "/v/metrics", "", Some(r#"[{"id": "0.a"}, {"id": "0.b[1]"}, {"id": "0.c"}]"#));
        check(&replay, "/v/metrics", "get=0.b%5B1%5D", Some(r#"[{"id": "0.b[1]", "value": "2"}]"#));
        check(&replay, "/v/metrics", "get=0.missing", Some("[]"));
        check(&replay, "/w/metrics", "get=1.a", Some(r#"[{"id": "1.a", "value": "4"}]"#));
        check(&replay, "/x/metrics", "", None);
    }

    #[test]
    fn other_paths_are_answered_by_their_very_query() {
        let replay = Replay::new(vec![line("/f", "type=full", "1"), line("/j/exceptions", "maxExceptions=9", "2")]);
        check(&replay, "/f", "type=full", Some("1"));
        check(&replay, "/f", "type=on_cpu", None);
        check(&replay, "/j/exceptions", "maxExceptions=20", Some("2"));
    }
}
