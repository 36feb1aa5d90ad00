//! Checkpoints across the network: a job whose worker is killed goes on from a bucket of S3, with each row once.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::{fs, path::Path, time::Duration};

use serde_json::Value;
use tests::{bucket::Bucket, engine::Engine, gateway::Gateway, http, pace, scene::Scene, wait};

const ROWS: i64 = 3000;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_goes_on_from_a_bucket() {
    let scene = Scene::new("bucket");
    let Some(bucket) = Bucket::start(&scene).await else { return };
    let engine = Engine::start_with(&scene, 2, &bucket.variables()).await;
    let output = scene.folder("out");
    let script = format!(
        "SET 'pipeline.name' = 'numbers';
         SET 'execution.checkpointing.interval' = '200 ms';
         SET 'execution.checkpointing.dir' = 's3://test/checkpoints';
         CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '500',
           'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '{ROWS}');
         CREATE TABLE sums (n BIGINT, s BIGINT) WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'json');
         INSERT INTO sums SELECT n, SUM(n) OVER (ORDER BY p ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM (SELECT n, PROCTIME() AS p FROM numbers)",
        output.display()
    );
    let job = Gateway::open(&engine.flink.url).await.run(&script).await.unwrap();
    let checkpoints = format!("{}/jobs/{job}/checkpoints", engine.flink.url);
    let completed = async |at_least: u64| {
        wait::must("checkpoints", pace::patience(Duration::from_secs(10)), async || {
            let told = http::get(&checkpoints).await?;
            let done = told["counts"]["completed"].as_u64();
            if done >= Some(at_least) { Ok(told) } else { Err(told["counts"].to_string()) }
        })
        .await
    };
    let told = completed(2).await;
    let path = told["latest"]["completed"]["external_path"].as_str().unwrap().to_owned();
    assert!(path.starts_with("s3://test/checkpoints/"), "{path}");
    assert!(engine.crash_worker().await);
    engine.flink.finished(&job).await;
    let restored = http::get(&checkpoints).await.unwrap();
    let restored = restored["latest"]["restored"]["external_path"].as_str().unwrap().to_owned();
    assert!(restored.starts_with("s3://test/checkpoints/"), "{restored}");
    let mut rows = rows(&output);
    rows.sort_unstable();
    let expect: Vec<(i64, i64)> = (1..=ROWS).map(|n| (n, n * (n + 1) / 2)).collect();
    let wrong = rows.iter().zip(&expect).find(|(found, expected)| found != expected);
    assert!(wrong.is_none() && rows.len() == expect.len(), "{} rows, {wrong:?}", rows.len());
}

fn rows(folder: &Path) -> Vec<(i64, i64)> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let visible = files.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    let text: String = visible.map(|path| fs::read_to_string(path).unwrap()).collect();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|row| (row["n"].as_i64().unwrap(), row["s"].as_i64().unwrap())).collect()
}
