//! Metrics: names are listed, the needed ones picked, and asked for in requests that Flink's server can take.

use std::collections::BTreeMap;

use futures::future::join_all;
use model::Metrics;
use serde_json::Value;

use super::{
    cache::SnapshotCache,
    client::{Reader, log_absent},
    names,
    rest::MetricEntry,
};

/// The longest path with query, in bytes. Flink's server answers 404 `/bad-request` where the request line passes 4096.
const MAX_TARGET: usize = 3900;

/// The most names that are asked for at one path. A vertex of 256 subtasks has about 10,000 that are wanted; past the bound
/// the least wanted ones are absent.
const MAX_NAMES: usize = 12_000;

/// A job's metrics; empty where they could not be read.
pub(super) async fn of_job(reader: Reader<'_>, cache: &SnapshotCache, job: &str) -> Metrics {
    let path = format!("/jobs/{job}/metrics");
    let names = listed(reader, cache, &path, 0, |names| names.retain(|name| names::of_job(name)), |_| true).await;
    read(reader, &path, &names).await.collect()
}

/// A task manager's metrics; empty where they could not be read.
pub(super) async fn of_task_manager(reader: Reader<'_>, cache: &SnapshotCache, id: &str) -> Metrics {
    let path = format!("/taskmanagers/{id}/metrics");
    let names =
        listed(reader, cache, &path, 0, |names| names.retain(|name| names::of_task_manager(name)), |_| true).await;
    read(reader, &path, &names).await.collect()
}

/// The metrics of a vertex' subtasks, by index. `attempts` changes whenever a subtask is started again.
pub(super) async fn of_vertex(
    reader: Reader<'_>,
    cache: &SnapshotCache,
    path: &str,
    attempts: u64,
    subtasks: usize,
) -> BTreeMap<u32, Metrics> {
    let path = format!("{path}/metrics");
    // A list is kept only once every subtask is in it: the first read after a start finds only some of them.
    let whole = |names: &[String]| {
        let mut seen: Vec<u32> = names.iter().filter_map(|name| split_index(name).map(|(index, _)| index)).collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len() >= subtasks.max(1)
    };
    let names = listed(reader, cache, &path, attempts, pick_of_vertex, whole).await;
    let mut by_subtask = BTreeMap::<u32, Metrics>::new();
    for (name, value) in read(reader, &path, &names).await {
        if let Some((index, name)) = split_index(&name) {
            by_subtask.entry(index).or_default().insert(name.to_string(), value);
        }
    }
    by_subtask
}

/// Keeps the wanted names, the most wanted first, up to [`MAX_NAMES`].
fn pick_of_vertex(names: &mut Vec<String>) {
    names.sort_by_cached_key(|name| {
        split_index(name).and_then(|(_, name)| names::of_subtask(name)).unwrap_or(usize::MAX)
    });
    let wanted =
        names.partition_point(|name| split_index(name).is_some_and(|(_, name)| names::of_subtask(name).is_some()));
    if wanted > MAX_NAMES {
        tracing::debug!(names = wanted, limit = MAX_NAMES, "more metrics than are read; the least wanted are left out");
    }
    names.truncate(wanted.min(MAX_NAMES));
}

/// `3.parse.numRecordsIn` is subtask 3's `parse.numRecordsIn`.
fn split_index(name: &str) -> Option<(u32, &str)> {
    let (index, name) = name.split_once('.')?;
    Some((index.parse().ok()?, name))
}

async fn listed(
    reader: Reader<'_>,
    cache: &SnapshotCache,
    path: &str,
    attempts: u64,
    pick: impl FnOnce(&mut Vec<String>),
    whole: impl FnOnce(&[String]) -> bool,
) -> Vec<String> {
    let now_ms = reader.transport().now_ms();
    // Asking a recording costs nothing, and what it held a moment ago may not be what it holds now.
    let live = reader.transport().live();
    if let Some(names) = cache.names(path, attempts, now_ms).filter(|_| live) {
        return names;
    }
    let entries: Vec<MetricEntry> = reader.optional(path, "").await.unwrap_or_default();
    let mut names: Vec<String> = entries.into_iter().filter_map(|entry| entry.id).collect();
    pick(&mut names);
    // The read that makes Flink fetch metrics answers an empty list itself: that list is not kept.
    if live && !names.is_empty() && whole(&names) {
        cache.keep_names(path, attempts, now_ms, &names);
    }
    names
}

async fn read(reader: Reader<'_>, path: &str, names: &[String]) -> impl Iterator<Item = (String, f64)> + use<> {
    let queries = chunks(path, names);
    let answers = join_all(queries.iter().map(|query| reader.get::<Vec<MetricEntry>>(path, query))).await;
    answers.into_iter().flat_map(|answer| answer.map_err(|e| log_absent(&e)).unwrap_or_default()).filter_map(|entry| {
        let value = number(entry.value.as_ref()?)?;
        Some((entry.id?, value))
    })
}

/// The queries that ask for all of `names` at `path`, each short enough for Flink's server.
fn chunks(path: &str, names: &[String]) -> Vec<String> {
    let mut queries: Vec<String> = Vec::new();
    for name in names {
        let encoded = encode(name);
        match queries.last_mut() {
            Some(query) if path.len() + 1 + query.len() + 1 + encoded.len() <= MAX_TARGET => {
                query.push(',');
                query.push_str(&encoded);
            }
            _ => queries.push(format!("get={encoded}")),
        }
    }
    queries
}

/// Percent-encodes what could be taken for syntax; operator names hold brackets, `=`, `>` and quotes.
fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A metric's value: numbers come as strings from some paths; `NaN` and texts are no values.
fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::String(text) => match text.as_str() {
            "true" => 1.0,
            "false" => 0.0,
            text => text.parse().ok()?,
        },
        _ => return None,
    };
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check_number(value: Value, expect: Option<f64>) {
        assert_eq!(number(&value), expect, "{value}");
    }

    #[test]
    fn values_come_as_strings_numbers_and_not_at_all() {
        check_number("998.5".into(), Some(998.5));
        check_number(998.into(), Some(998.0));
        check_number("-9223372036854775808".into(), Some(-9_223_372_036_854_775_808.0));
        check_number("true".into(), Some(1.0));
        check_number(false.into(), Some(0.0));
        for none in ["NaN", "Infinity", "file:/ckpt/chk-1", ""] {
            check_number(none.into(), None);
        }
        check_number(Value::Null, None);
    }

    #[test]
    fn requests_stay_within_what_flinks_server_takes() {
        let names: Vec<String> = (0..500).map(|n| format!("{n}.Source__orders[1].currentEmitEventTimeLag")).collect();
        let path = "/jobs/085a007ac4ec81c79e757ff8d9df08cb/vertices/f362c87ffabe89c8a91fa7d0a523ba6c/metrics";
        let queries = chunks(path, &names);
        assert!(queries.len() > 1 && queries.iter().all(|query| path.len() + 1 + query.len() <= MAX_TARGET));
        let asked: Vec<_> = queries.iter().flat_map(|query| query.strip_prefix("get=").unwrap().split(',')).collect();
        assert_eq!(asked.len(), names.len());
        assert_eq!(asked[499], "499.Source__orders%5B1%5D.currentEmitEventTimeLag");
        assert!(chunks(path, &[]).is_empty());
    }

    #[test]
    fn a_name_longer_than_a_request_gets_one_of_its_own() {
        let names = ["a".to_string(), "b".repeat(MAX_TARGET), "c".to_string()];
        assert_eq!(chunks("/m", &names).len(), 3);
    }

    #[test]
    fn the_most_wanted_names_come_first() {
        let mut names = ["0.numBuffersOut", "1.parse.numRecordsIn", "0.busyTimeMsPerSecond", "busyTimeMsPerSecond"]
            .map(String::from)
            .to_vec();
        pick_of_vertex(&mut names);
        assert_eq!(names, ["0.busyTimeMsPerSecond", "1.parse.numRecordsIn"]);
    }
}
