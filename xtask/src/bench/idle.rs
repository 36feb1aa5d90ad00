//! What an idle job costs: one whose source gives nothing, beside the engine that runs it and the same job on Flink.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::{
    Table,
    cluster::{
        engine::Engine,
        flink::{ALL_CORES, Flink},
        job::Cluster,
        process::{memory_mib, processor_time},
    },
};
use crate::{failure::Failure, place::Place};

/// What the start of a job costs is not meant.
const SETTLE: Duration = Duration::from_secs(10);
const WATCHED: Duration = Duration::from_secs(30);
const HEAD: [&str; 2] = ["cpu %", "MiB"];

/// A row a process.
pub fn measure(place: &Place) -> Result<Table, Failure> {
    let work = place.fresh("bench/idle")?;
    let mut table = Table::new("processor and resident memory while nothing comes", &HEAD);
    let engine = Engine::start(place, &work, ALL_CORES)?;
    submit(&engine.cluster, &work)?;
    thread::sleep(SETTLE);
    let worker = engine.worker().ok_or_else(|| Failure::Other("the idle job has no worker".into()))?;
    let rows = watch(&[worker, engine.process.pid()]);
    table.row("worker of an idle job".into(), rows[0].to_vec());
    table.row("embedded engine".into(), rows[1].to_vec());
    let folder = work.join("flink");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    let flink = Flink::start(place, &folder, ALL_CORES, 1, &[])?;
    submit(&flink.cluster, &work)?;
    thread::sleep(SETTLE);
    let rows = watch(&[flink.task_managers[0].1.pid(), flink.job_manager.pid()]);
    table.row("Flink's task manager".into(), rows[0].to_vec());
    table.row("Flink's job manager".into(), rows[1].to_vec());
    Ok(table)
}

/// A job with state, windows and checkpoints, to which nothing comes for a day.
fn submit(cluster: &Cluster, work: &Path) -> Result<String, Failure> {
    let session = cluster.session(&[("parallelism.default", "1"), ("execution.checkpointing.interval", "10s")])?;
    let folder = work.join("quiet");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    session.submit(&[
        format!(
            "CREATE TABLE quiet (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH \
             ('connector' = 'filesystem', 'path' = '{}', 'format' = 'json', 'source.monitor-interval' = '1 s')",
            folder.display()
        ),
        "CREATE TABLE counts (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole')".to_owned(),
        "INSERT INTO counts SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE quiet, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) \
         GROUP BY k, window_start, window_end"
            .to_owned(),
    ])
}

/// How much of a core each process takes, in percent, and its memory.
fn watch(processes: &[u32]) -> Vec<[f64; 2]> {
    let begun = Instant::now();
    let before: Vec<Duration> = processes.iter().map(|process| processor_time(*process)).collect();
    thread::sleep(WATCHED);
    let seconds = begun.elapsed().as_secs_f64();
    let cost = |(process, before): (&u32, Duration)| {
        let used = processor_time(*process).saturating_sub(before).as_secs_f64();
        [100.0 * used / seconds, memory_mib(*process, "VmRSS")]
    };
    processes.iter().zip(before).map(cost).collect()
}
