//! A checkpoint that is damaged on its disk is found out and told of, and the one before it is used.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::{fs, path::PathBuf};

use support::Engine;

/// Runs a job until it has three checkpoints, and stops the engine.
fn with_checkpoints() -> (Engine, String) {
    let mut engine = Engine::start();
    let job = engine.submit(&[
        "SET 'execution.checkpointing.interval' = '50 ms'",
        "SET 'execution.checkpointing.num-retained' = '3'",
        // Damage is not for a restart strategy to judge.
        "SET 'restart-strategy.type' = 'none'",
        "CREATE TABLE g (k INT) WITH ('connector' = 'datagen', 'rows-per-second' = '500')",
        "CREATE TABLE o (k INT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'blackhole')",
        "INSERT INTO o SELECT k, COUNT(*) FROM g GROUP BY k",
    ]);
    engine.await_json(&format!("/jobs/{job}/checkpoints"), |told| told["latest"]["completed"]["id"].as_u64() > Some(2));
    engine.stop();
    (engine, job)
}

/// The directories of the checkpoints that are complete, the newest first.
fn checkpoints(engine: &Engine, job: &str) -> Vec<(u64, PathBuf)> {
    let folder = engine.data.path().join("checkpoints").join(job);
    let number = |path: PathBuf| Some((path.file_name()?.to_str()?.strip_prefix("chk-")?.parse().ok()?, path));
    let mut found: Vec<(u64, PathBuf)> =
        fs::read_dir(folder).unwrap().filter_map(|entry| number(entry.unwrap().path())).collect();
    found.retain(|(_, path)| path.join("_metadata").is_file());
    found.sort();
    found.reverse();
    found
}

/// Changes the last byte of a file.
fn damage(file: &PathBuf) {
    let mut bytes = fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(file, bytes).unwrap();
}

fn stacks(engine: &Engine, job: &str) -> String {
    let history = engine.get(&format!("/jobs/{job}/exceptions"));
    let entries = history["exceptionHistory"]["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["stacktrace"].as_str().unwrap()).collect()
}

#[test]
fn the_checkpoint_before_two_damaged_ones_is_used() {
    let (mut engine, job) = with_checkpoints();
    let checkpoints = checkpoints(&engine, &job);
    let [(newest, newest_path), (second, second_path), (third, _)] = &checkpoints[..] else {
        panic!("{checkpoints:?}")
    };
    // One is found out before the job starts, one when its tasks read their state.
    damage(&newest_path.join("_metadata"));
    let files = fs::read_dir(second_path).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| !file.ends_with("_metadata")).for_each(|file| damage(&file));
    engine.run();
    engine.await_json(&format!("/jobs/{job}/checkpoints"), |told| {
        told["latest"]["restored"]["id"] == *third && told["latest"]["completed"]["id"].as_u64() > Some(*newest)
    });
    let stacks = stacks(&engine, &job);
    for number in [newest, second] {
        assert!(stacks.contains(&format!("of checkpoint {number} is damaged: ")), "{number}: {stacks}");
    }
    engine.await_state(&job, "RUNNING");
}

#[test]
fn a_job_with_nothing_but_damaged_checkpoints_does_not_begin_anew() {
    let (mut engine, job) = with_checkpoints();
    checkpoints(&engine, &job).iter().for_each(|(_, path)| damage(&path.join("_metadata")));
    engine.run();
    engine.await_state(&job, "FAILED");
    let stacks = stacks(&engine, &job);
    assert!(stacks.contains("none of the job's checkpoints can be read; chk-"), "{stacks}");
}
