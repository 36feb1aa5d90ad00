//! The examples that people start from give what they are expected to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "../examples/trust_and_safety"]
mod trust_and_safety {
    pub mod flags;
    pub mod generated;
}
#[path = "../examples/user_signals"]
mod user_signals {
    pub mod generated;
    pub mod service;
    pub mod signals;
}

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use engine::dataflow::{Config, JsonLines, Source, run};
use serde_json::Value;
use support::Engine;
use user_signals::generated;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn lines(file: &str) -> Vec<String> {
    std::fs::read_to_string(examples().join(file)).unwrap().lines().map(str::to_owned).collect()
}

/// Rows as they are compared: numbers by their value.
fn row(row: &Value) -> String {
    let cell = |cell: &Value| cell.as_f64().map_or_else(|| cell.to_string(), |number| number.to_string());
    row.as_array().unwrap().iter().map(cell).collect::<Vec<_>>().join(" | ")
}

/// Runs a script with its rows generated at once; what is left when all changes are applied is what Flink answers, too.
fn check(name: &str) {
    let engine = Engine::start();
    let script = lines(&format!("{name}.sql"));
    let paced = |line: &String| line.trim_start().starts_with("'rows-per-second' = ");
    let script = script.iter().filter(|line| !line.starts_with("--"));
    let script: Vec<&str> =
        script.map(|line| if paced(line) { "'rows-per-second' = '1000000'," } else { line }).collect();
    let script = script.join("\n");
    let rows = engine.rows(&script.split(";\n").filter(|statement| !statement.trim().is_empty()).collect::<Vec<_>>());
    let mut left: Vec<String> = rows.iter().map(row).collect();
    left.sort();
    let expected = lines(&format!("{name}.expected"));
    let expected = expected.iter().filter(|line| !line.starts_with('#'));
    let mut expected: Vec<String> = expected.map(|line| row(&serde_json::from_str(line).unwrap())).collect();
    expected.sort();
    assert_eq!(left, expected, "{name}");
}

#[test]
fn ads_spend() {
    check("ads_spend");
}

#[test]
fn content_insights() {
    check("content_insights");
}

#[test]
fn product_changes() {
    check("product_changes");
}

#[test]
fn experiment_metrics() {
    check("experiment_metrics");
}

#[test]
fn user_signals_in_sql() {
    check("user_signals");
}

#[test]
fn trust_and_safety_in_sql() {
    check("trust_and_safety");
}

/// Runs the signals with other settings than the example's; what they are.
fn signals(config: &Config) -> Vec<String> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let history = JsonLines::at(examples().join("user_signals/history-generated"));
    let engagements = history.then(generated::Live { pace_ms: 0 });
    let features = user_signals::service::start().unwrap();
    let flow = user_signals::signals::flow(engagements, features, move |signal| sink.lock().unwrap().push(signal));
    run(flow.build(config).unwrap()).unwrap();
    let mut signals = std::mem::take(&mut *seen.lock().unwrap());
    signals.sort();
    signals
}

#[test]
fn user_signals_are_the_same_however_they_are_tuned() {
    let config: Config = lines("user_signals/config.yaml").join("\n").parse().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let config = config.set("execution.checkpointing.dir", directory.path().display().to_string());
    let expected = lines("user_signals/signals.expected");
    assert_eq!(signals(&config), expected);
    let slow = config.set("operator.features.async.capacity", "2").set("parallelism.default", "3");
    assert_eq!(signals(&slow), expected);
}

#[test]
fn the_history_of_the_signals_ends_where_what_comes_begins() {
    let file = |part| lines(&format!("user_signals/history-generated/part-{part}.json"));
    let history = [file(1), file(2)].concat();
    let generated = (0..generated::HISTORY).map(|n| serde_json::to_string(&generated::engagement(n)).unwrap());
    assert_eq!(history, generated.collect::<Vec<_>>());
}

#[test]
fn flags_are_raised_within_a_second() {
    use trust_and_safety::{flags, generated};
    let begun_ms = generated::now_ms();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let comments = generated::Comments { begun_ms, pace: true };
    let flow = flags::flow(comments, move |flag| sink.lock().unwrap().push((generated::now_ms() - flag.at_ms, flag)));
    run(flow.build(&Config::new().set("parallelism.default", "2")).unwrap()).unwrap();
    let mut seen = std::mem::take(&mut *seen.lock().unwrap());
    seen.sort_by_key(|(_, flag)| flag.at_ms);
    let flags: Vec<String> = seen.iter().map(|(_, flag)| flag.text(begun_ms)).collect();
    assert_eq!(flags, lines("trust_and_safety/flags.expected"));
    let slowest = seen.iter().map(|(late_ms, _)| *late_ms).max();
    assert!(slowest.is_some_and(|late_ms| late_ms < 1000), "the slowest flag came {slowest:?} ms late");
}
