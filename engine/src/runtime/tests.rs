//! Whole jobs in this process: rows, time, backpressure, skew, failure and cancellation.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    job::{Environment, Outcome, RunningJob, launch},
    metrics::Values,
};
use crate::{connectors::PrintLog, sql::script::JobScript};

/// No test waits longer than this for what it expects.
const PATIENCE: Duration = Duration::from_secs(20);

fn start(directory: &Path, settings: &[(&str, &str)], tables: &[&str], insert: &str) -> RunningJob {
    let script = JobScript {
        settings: settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        tables: tables.iter().map(|text| (*text).to_owned()).collect(),
        insert: insert.to_owned(),
    };
    let plan = script.plan().expect("the script is right");
    let print = Arc::new(PrintLog::new(directory.join("stdout")));
    launch(&plan, &Environment { print, attempt_id: Arc::from("test") }).unwrap()
}

/// Waits until all tasks have ended; their outcomes.
fn outcomes(job: &RunningJob) -> Vec<Outcome> {
    let deadline = Instant::now() + PATIENCE;
    job.samplers.iter().map(|_| job.ended.recv_deadline(deadline).expect("the tasks end").outcome).collect()
}

/// All lines of the visible part files of a directory, sorted.
fn lines(directory: &Path) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        assert!(!path.file_name().unwrap().to_string_lossy().starts_with('.'), "{} was left behind", path.display());
        lines.extend(std::fs::read_to_string(path).unwrap().lines().map(str::to_owned));
    }
    lines.sort();
    lines
}

/// The metrics of a vertex by subtask, sampled until `enough`.
fn sample_until(
    job: &mut RunningJob,
    vertex: usize,
    enough: impl Fn(&BTreeMap<u32, Values>) -> bool,
) -> BTreeMap<u32, Values> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let own = job.samplers.iter_mut().filter(|(index, _, _)| *index == vertex);
        let values: BTreeMap<u32, Values> = own.map(|(_, subtask, sampler)| (*subtask, sampler.sample())).collect();
        if enough(&values) {
            return values;
        }
        assert!(Instant::now() < deadline, "it never came to be: {values:#?}");
    }
}

/// The oracle computes the rows from the input by itself; at every parallelism, and by every exchange, they must be those.
#[test]
fn the_rows_are_the_oracles_at_every_parallelism() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("in.csv");
    let input: Vec<(i64, String)> = (0..30_000).map(|n| (n * 7919 % 1000 - 500, format!("k{}", n % 13))).collect();
    std::fs::write(&path, input.iter().map(|(a, b)| format!("{a},{b}\n")).collect::<String>()).unwrap();
    let mut expect: Vec<String> =
        input.iter().filter(|(a, _)| *a > 100).map(|(a, b)| format!("{b},{}", a * 2 % 97)).collect();
    expect.sort();
    let source = format!(
        "CREATE TABLE i (a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv')",
        path.display()
    );
    for (parallelism, shuffle, sinks) in [
        ("1", "AUTO", "1"),
        ("2", "FORCE", "2"),
        ("3", "NONE", "3"),
        ("4", "FORCE", "4"),
        ("4", "NONE", "3"),
        ("2", "AUTO", "4"),
    ] {
        let out = directory.path().join(format!("out-{parallelism}-{shuffle}-{sinks}"));
        let sink = format!(
            "CREATE TABLE o (b STRING, v INT, PRIMARY KEY (b) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = \
             '{}', 'format' = 'csv', 'sink.parallelism' = '{sinks}')",
            out.display()
        );
        let settings = [("parallelism.default", parallelism), ("table.exec.sink.keyed-shuffle", shuffle)];
        let insert = "INSERT INTO o SELECT b, a * 2 % 97 FROM i WHERE a > 100";
        let mut job = start(directory.path(), &settings, &[&source, &sink], insert);
        assert!(outcomes(&job).iter().all(|outcome| *outcome == Outcome::Finished));
        assert_eq!(lines(&out), expect, "parallelism {parallelism}, {shuffle}, {sinks} sinks");
        let sum = |job: &mut RunningJob, name: &str| -> f64 {
            job.samplers.iter_mut().filter(|(vertex, ..)| *vertex == 0).map(|(_, _, s)| s.sample()[name]).sum()
        };
        assert_eq!(sum(&mut job, "numRecordsIn"), input.len() as f64);
        assert_eq!(sum(&mut job, "numRecordsOut"), expect.len() as f64);
    }
}

const DATAGEN: &str = "CREATE TABLE g (k INT, v INT) WITH ('connector' = 'datagen', 'rows-per-second' = '2000', \
                       'fields.k.min' = '0', 'fields.k.max' = '99')";

/// 2000 rows a second against 4 sinks that take 50 a second each.
#[test]
fn a_slow_sink_is_busy_and_holds_up_its_source() {
    let directory = tempfile::tempdir().unwrap();
    let sink = "CREATE TABLE o (k INT, v INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'blackhole', \
                'sink.call-latency' = '20 ms')";
    let settings = [("parallelism.default", "4"), ("table.exec.sink.keyed-shuffle", "FORCE")];
    let mut job = start(directory.path(), &settings, &[DATAGEN, sink], "INSERT INTO o SELECT * FROM g");
    let held = sample_until(&mut job, 0, |subtasks| {
        subtasks.values().all(|values| values["backPressuredTimeMsPerSecond"] > 500.0)
    });
    let busy =
        sample_until(&mut job, 1, |subtasks| subtasks.values().all(|values| values["busyTimeMsPerSecond"] > 900.0));
    for values in held.values().chain(busy.values()) {
        let sum =
            values["busyTimeMsPerSecond"] + values["idleTimeMsPerSecond"] + values["backPressuredTimeMsPerSecond"];
        assert_eq!(sum, 1000.0);
    }
    // Waiting is busy, but it is not computing.
    assert!(busy.values().all(|values| values["cpuTimeMsPerSecond"] < 200.0));

    let told = Instant::now();
    job.canceller.cancel();
    assert!(outcomes(&job).iter().all(|outcome| *outcome == Outcome::Cancelled));
    assert!(told.elapsed() < Duration::from_millis(500), "a full queue and a waiting sink stop at once");
}

#[test]
fn a_hot_key_keeps_one_sink_busy_and_the_others_idle() {
    let directory = tempfile::tempdir().unwrap();
    let sink = "CREATE TABLE o (k INT, v INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'print', \
                'sink.call-latency' = '5 ms')";
    let settings = [("parallelism.default", "4"), ("table.exec.sink.keyed-shuffle", "FORCE")];
    let insert = "INSERT INTO o SELECT CASE WHEN k < 95 THEN 1 ELSE k END, v FROM g";
    let mut job = start(directory.path(), &settings, &[DATAGEN, sink], insert);
    let sinks =
        sample_until(&mut job, 1, |subtasks| subtasks.values().any(|values| values["busyTimeMsPerSecond"] > 950.0));
    let saturated = sinks.values().filter(|values| values["busyTimeMsPerSecond"] > 500.0).count();
    assert_eq!(saturated, 1, "{sinks:#?}");
    job.canceller.cancel();
    outcomes(&job);
}

#[test]
fn a_bad_record_fails_its_task_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("flights.csv");
    std::fs::write(&path, "1,EWR\n2,JFK\n1O5,LGA\n").unwrap();
    let source = format!(
        "CREATE TABLE flights (delay INT, origin STRING) WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv')",
        path.display()
    );
    let sink = "CREATE TABLE o (delay INT, origin STRING) WITH ('connector' = 'print')";
    let job = start(directory.path(), &[], &[&source, sink], "INSERT INTO o SELECT * FROM flights");
    let Outcome::Failed(failure) = &outcomes(&job)[0] else { unreachable!("it fails") };
    assert_eq!(
        failure.stack(),
        "drsquirrel.connector.RecordParseException: flights.csv line 3, column delay: \"1O5\" is not an INT\n\tat Source: \
         flights.deserialize(flights.csv:3)\n\tat Source: flights.run\n\tat Source: flights -> Sink: o (1/1)\n"
    );
    let printed = std::fs::read_to_string(directory.path().join("stdout")).unwrap();
    assert_eq!(printed, "+I[1, EWR]\n+I[2, JFK]\n", "the records before it were handed on");
}

#[test]
fn null_for_a_key_fails_or_is_dropped_as_configured() {
    let directory = tempfile::tempdir().unwrap();
    let source =
        "CREATE TABLE g (k INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10', 'fields.k.null-rate' = '1')";
    let sink = "CREATE TABLE o (k INT NOT NULL) WITH ('connector' = 'print')";
    let insert = "INSERT INTO o SELECT k FROM g";
    let job = start(directory.path(), &[], &[source, sink], insert);
    let Outcome::Failed(failure) = &outcomes(&job)[0] else { unreachable!("it fails") };
    assert!(failure.message.starts_with("Column 'k' is NOT NULL, however, a null value is being written into it."));
    let settings = [("table.exec.sink.not-null-enforcer", "DROP")];
    let job = start(directory.path(), &settings, &[source, sink], insert);
    assert_eq!(outcomes(&job), [Outcome::Finished]);
    assert!(!directory.path().join("stdout").exists());
}

#[test]
fn a_sequence_is_made_once_over_all_subtasks() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let source = "CREATE TABLE g (k BIGINT) WITH ('connector' = 'datagen', 'fields.k.kind' = 'sequence', \
                  'fields.k.start' = '100', 'fields.k.end' = '999')";
    let sink = format!(
        "CREATE TABLE o (k BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://{}', 'format' = 'json')",
        out.display()
    );
    let settings = [("parallelism.default", "4")];
    let job = start(directory.path(), &settings, &[source, &sink], "INSERT INTO o SELECT k FROM g");
    assert!(outcomes(&job).iter().all(|outcome| *outcome == Outcome::Finished));
    let expect: Vec<String> = (100..=999).map(|k| format!("{{\"k\":{k}}}")).collect();
    assert_eq!(lines(&out), expect);
}
