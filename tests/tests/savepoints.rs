//! Savepoints as a person handles them: looked into and edited with the command line, and what the edit says comes out of the
//! job that goes on from it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::{fs, path::Path, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    cli::{self, Said},
    engine::Engine,
    gateway::Gateway,
    http, pace,
    scene::Scene,
    wait,
};

/// A job starts, reads a small file, or stops within this.
const SOON: Duration = Duration::from_secs(15);
const PER_CARRIER: &str = "SELECT carrier, COUNT(*), SUM(delay) FROM flights GROUP BY carrier";
const UNGROUPED: &str = "SELECT carrier, CAST(1 AS BIGINT), CAST(delay AS BIGINT) FROM flights";

#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_is_looked_into_edited_and_gone_on_from() {
    let scene = Scene::new("savepoints");
    let engine = Engine::start(&scene, 4).await;
    let input = scene.folder("in");
    fs::write(input.join("a.csv"), "UA,1\nUA,2\nAA,3\n").unwrap();
    let job = start(&engine, &input, "", PER_CARRIER).await.unwrap();
    printed(&engine, &["[UA, 2, 3]", "[AA, 1, 3]"]).await;
    let savepoint = stop(&engine, &job, &scene.folder("savepoints")).await;

    let listed = state(&["list", &savepoint, "--format", "json"]).await.json().unwrap();
    assert_eq!((listed["job_id"].as_str(), listed["savepoint"].as_bool()), (Some(job.as_str()), Some(true)));
    let aggregate =
        listed["operators"].as_array().unwrap().iter().find(|one| one["name"] == "GroupAggregate[3]").unwrap();
    assert_eq!(aggregate["states"][0]["entries"], 2);
    let uid = aggregate["uid"].as_str().unwrap();
    let text = state(&["list", &savepoint]).await.out;
    assert!(text.contains(&format!("{uid}  GroupAggregate[3]")) && text.contains("groups: table, 2 entries"), "{text}");
    let text = state(&["show", &savepoint, "GroupAggregate[3]", "--key", "UA"]).await.out;
    assert!(text.contains("groups: 1 of 1 entries\n  carrier=UA  ->  records=2, "), "{text}");
    let refused = cli::drsquirrel(&["state", "show", &savepoint, "GroupAggregat"], SOON).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.contains("Did you mean 'GroupAggregate[3]'?"), "{}", refused.err);

    let csv = scene.folder("exported").join("groups.csv").display().to_string();
    state(&["export", &savepoint, "--operator", uid, "--state", "groups", "--format", "csv", "--out", &csv]).await;
    let csv = fs::read_to_string(csv).unwrap();
    let mut lines: Vec<&str> = csv.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines[..2], ["AA,1,1,3,1", "UA,2,2,3,2"]);
    let edited = edited(&scene, &savepoint, uid).await;

    fs::write(input.join("b.csv"), "UA,10\nAA,1\nDL,5\n").unwrap();
    let job = start(&engine, &input, &restored_from(&edited), PER_CARRIER).await.unwrap();
    printed(&engine, &["-U[UA, 2, 1003]", "+U[UA, 3, 1013]", "+I[AA, 1, 1]", "+U[DL, 8, 75]"]).await;
    engine.flink.cancel(&job).await;
    refused_without_a_home(&engine, &input, &edited, uid).await;
}

/// Edits it, once from a file and once by words: UA's sum is another, AA is gone, DL is new.
async fn edited(scene: &Scene, savepoint: &str, uid: &str) -> String {
    let exported = state(&["export", savepoint, "--operator", "GroupAggregate[3]"]).await.out;
    let mut changed = String::new();
    for line in exported.lines() {
        let mut entry: Value = serde_json::from_str(line).unwrap();
        match entry["key"]["carrier"].as_str().unwrap() {
            "UA" => entry["value"]["EXPR$1.sum"] = json!(1003),
            _ => drop(entry.as_object_mut().unwrap().remove("value")),
        }
        changed += &format!("{entry}\n");
    }
    let (folder, file) = (scene.folder("edited"), scene.folder("edited").join("changes.jsonl"));
    fs::write(&file, changed).unwrap();
    let (file, first) = (file.display().to_string(), folder.join("first").display().to_string());
    let said = state(&["edit", savepoint, "--out", &first, "--from", &file]).await;
    assert_eq!(said.out, format!("file://{first}\n"));

    let set = r#"DL={"records": 7, "EXPR$0.count": 7, "EXPR$1.sum": 70, "EXPR$1.count": 7}"#;
    let second = format!("file://{}", folder.join("second").display());
    state(&["edit", &first, "--out", &second, "--set", uid, "groups", set]).await;
    let again = cli::drsquirrel(&["state", "edit", &first, "--out", &second, "--delete-operator", uid], SOON).await;
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("a savepoint is never changed"), "{}", again.err);
    second
}

/// A script without the operator does not take its state, unless it is told to.
async fn refused_without_a_home(engine: &Engine, input: &Path, savepoint: &str, uid: &str) {
    let job = start(engine, input, &restored_from(savepoint), UNGROUPED).await.unwrap();
    let why = wait::must("the refusal", pace::patience(SOON), async || {
        match engine.flink.job(&job).await?["state"].as_str() {
            Some("FAILED") => Ok(engine.flink.failure(&job).await),
            state => Err(format!("{state:?}")),
        }
    });
    let why = why.await;
    assert!(why.contains(&format!("{uid} (GroupAggregate[3])")) && why.contains("ignore-unclaimed-state"), "{why}");
    let allowed = restored_from(savepoint) + "SET 'execution.state-recovery.ignore-unclaimed-state' = 'true';";
    let job = start(engine, input, &allowed, UNGROUPED).await.unwrap();
    printed(engine, &["+I[DL, 1, 5]"]).await;
    engine.flink.cancel(&job).await;
}

/// `drsquirrel state …`, which succeeds.
async fn state(words: &[&str]) -> Said {
    let said = cli::drsquirrel(&[&["state"], words].concat(), SOON).await;
    assert_eq!(said.code, Some(0), "{words:?}: {}", said.err);
    said
}

fn restored_from(savepoint: &str) -> String {
    format!("SET 'execution.state-recovery.path' = '{savepoint}';")
}

/// Starts a job that watches a folder and prints what becomes of it; its id.
async fn start(engine: &Engine, input: &Path, settings: &str, select: &str) -> Result<String, String> {
    let script = format!(
        "SET 'execution.checkpointing.interval' = '1 min';
         {settings}
         CREATE TABLE flights (carrier STRING, delay INT) WITH (
           'connector' = 'filesystem', 'path' = '{}', 'format' = 'csv', 'source.monitor-interval' = '200 ms');
         CREATE TABLE counts (carrier STRING, n BIGINT, total BIGINT, PRIMARY KEY (carrier) NOT ENFORCED)
           WITH ('connector' = 'print');
         INSERT INTO counts {select}",
        input.display()
    );
    Gateway::open(&engine.flink.url).await.run(&script).await
}

/// Waits until the running job has printed all of it.
async fn printed(engine: &Engine, lines: &[&str]) {
    let url = &engine.flink.url;
    wait::must("what is printed", pace::patience(SOON), async || {
        let managers = http::get(&format!("{url}/taskmanagers")).await?;
        let manager = managers["taskmanagers"][0]["id"].as_str().ok_or("no worker")?.to_owned();
        let printed = http::ask(Method::GET, &format!("{url}/taskmanagers/{manager}/stdout"), None).await?.text;
        if lines.iter().all(|line| printed.contains(line)) { Ok(()) } else { Err(printed) }
    })
    .await;
}

/// Stops the job with a savepoint in a folder; where it is.
async fn stop(engine: &Engine, job: &str, folder: &Path) -> String {
    let url = format!("{}/jobs/{job}", engine.flink.url);
    let order = json!({"targetDirectory": format!("file://{}", folder.display()), "drain": false});
    let trigger = http::json(Method::POST, &format!("{url}/stop"), Some(&order)).await.unwrap();
    let trigger = trigger["request-id"].as_str().unwrap();
    wait::must("the savepoint", pace::patience(SOON), async || {
        let state = http::get(&format!("{url}/savepoints/{trigger}")).await?;
        state["operation"]["location"].as_str().map(str::to_owned).ok_or_else(|| state.to_string())
    })
    .await
}
