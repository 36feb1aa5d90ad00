//! How long a job stands still when its worker is killed: from `kill -9` until it prints rows again.
//!
//! The job counts keys and keeps the greatest text of each; of its changes a few hundred a second are printed. Its
//! checkpoints are 2 s apart (10 s with much state), and the newest must be of after the last recovery before the next kill.
//! Flink has a second task manager ready, so that it does not wait for a JVM; a new one takes the place of each that is
//! killed, and its heartbeats are a second apart, not the ten of its default. Both restart at once.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::{
    Table,
    cluster::{
        engine::Engine,
        flink::{ALL_CORES, Flink},
        http,
        job::{Cluster, wait_for},
    },
};
use crate::{failure::Failure, place::Place, say, shell};

const KILLS: usize = 20;
const PATIENCE: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(2);
const HEAD: [&str; 6] = ["ours median ms", "ours worst ms", "Flink median", "Flink worst", "ratio", "state MiB"];

/// A job by the size of its state.
struct Size {
    name: &'static str,
    keys: u64,
    /// How long the text of a key is.
    text: u64,
    rows_per_second: u64,
    checkpoints: &'static str,
    /// How often Flink's worker is killed: a minute goes by for each with much state.
    flink_kills: usize,
}

const SIZES: [Size; 2] = [
    Size { name: "small state", keys: 1000, text: 20, rows_per_second: 20_000, checkpoints: "2s", flink_kills: KILLS },
    Size {
        name: "1 GB of state",
        keys: 4_000_000,
        text: 250,
        rows_per_second: 400_000,
        checkpoints: "10s",
        flink_kills: 5,
    },
];

/// One engine with the job.
trait Runs {
    fn cluster(&self) -> &Cluster;
    /// The files to which rows are printed.
    fn printed(&self) -> Vec<PathBuf>;
    /// Kills the process in which the job runs.
    fn kill(&mut self, job: &str) -> Result<(), Failure>;
    /// Makes ready for the next kill.
    fn replace(&mut self) -> Result<(), Failure>;
}

/// A row a size.
pub fn measure(place: &Place) -> Result<Table, Failure> {
    let mut table = Table::new("from kill -9 of the worker to rows printed again", &HEAD);
    for size in &SIZES {
        let work = place.fresh("bench/recovery")?;
        let (ours, bytes) = {
            let mut engine = Engine::start(place, &work, ALL_CORES)?;
            kills(&mut engine, size, KILLS)?
        };
        let folder = work.join("flink");
        fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
        let mut flink = Flink::start(place, &folder, ALL_CORES, 2, &[("heartbeat.interval", "1000")])?;
        let (theirs, _) = kills(&mut flink, size, size.flink_kills)?;
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let (median, worst) = (|of: &[Duration]| ms(of[of.len() / 2]), |of: &[Duration]| ms(of[of.len() - 1]));
        let row = vec![
            median(&ours),
            worst(&ours),
            median(&theirs),
            worst(&theirs),
            median(&theirs) / median(&ours),
            bytes as f64 / 1024.0 / 1024.0,
        ];
        say::detail(&format!("{}: {}", size.name, Table::line(&row)));
        table.row(size.name.into(), row);
    }
    Ok(table)
}

/// How long each of `count` kills kept the job from printing, in order; and the bytes of its newest checkpoint.
fn kills(engine: &mut impl Runs, size: &Size, count: usize) -> Result<(Vec<Duration>, u64), Failure> {
    let job = submit(engine.cluster(), size)?;
    // All keys have come about four times over.
    thread::sleep(Duration::from_secs(4 * size.keys / size.rows_per_second));
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let done = checkpoints(engine.cluster(), &job)?.0;
        wait_for("a checkpoint", PATIENCE, || Ok((checkpoints(engine.cluster(), &job)?.0 > done).then_some(())))?;
        let killed = Instant::now();
        engine.kill(&job)?;
        // What was printed before lies in files that do not grow any more, or is overtaken at once.
        let before = length(&engine.printed());
        while length(&engine.printed()) <= before {
            if killed.elapsed() > PATIENCE {
                return Err(Failure::Other(format!("a job printed nothing for {} s", PATIENCE.as_secs())));
            }
            thread::sleep(POLL);
        }
        times.push(killed.elapsed());
        engine.replace()?;
    }
    times.sort();
    let bytes = checkpoints(engine.cluster(), &job)?.1;
    engine.cluster().cancel(&job)?;
    Ok((times, bytes))
}

fn submit(cluster: &Cluster, size: &Size) -> Result<String, Failure> {
    let session = cluster.session(&[
        ("parallelism.default", "1"),
        ("execution.checkpointing.interval", size.checkpoints),
        ("restart-strategy.type", "fixed-delay"),
        ("restart-strategy.fixed-delay.attempts", "1000"),
        ("restart-strategy.fixed-delay.delay", "0 s"),
    ])?;
    session.submit(&[
        format!(
            "CREATE TABLE made (k BIGINT, v STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '{}', \
             'fields.k.min' = '1', 'fields.k.max' = '{}', 'fields.v.length' = '{}')",
            size.rows_per_second, size.keys, size.text
        ),
        "CREATE TABLE shown (k BIGINT, n BIGINT, v STRING) WITH ('connector' = 'print')".to_owned(),
        // The condition is one on a result, so that all keys have to be kept.
        format!(
            "INSERT INTO shown SELECT k, COUNT(*), MAX(v) FROM made GROUP BY k HAVING MOD(COUNT(*) + k, {}) = 0",
            (size.rows_per_second / 400).max(1)
        ),
    ])
}

/// How many checkpoints a job has completed, and the size of the newest.
fn checkpoints(cluster: &Cluster, job: &str) -> Result<(u64, u64), Failure> {
    let told = http::get(cluster.rest, &format!("/jobs/{job}/checkpoints"))?;
    let newest = &told["latest"]["completed"];
    Ok((newest["id"].as_u64().unwrap_or(0), newest["state_size"].as_u64().unwrap_or(0)))
}

fn length(files: &[PathBuf]) -> u64 {
    files.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum()
}

fn kill(process: u32) -> Result<(), Failure> {
    shell::output(Command::new("kill").args(["-9", &process.to_string()])).map(drop)
}

impl Runs for Engine {
    fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Each attempt prints into a file of its own.
    fn printed(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        files_named("stdout", &self.data, &mut found);
        found
    }

    fn kill(&mut self, _: &str) -> Result<(), Failure> {
        let worker = self.worker().ok_or_else(|| Failure::Other("the job has no worker".into()))?;
        kill(worker)
    }

    fn replace(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

fn files_named(name: &str, folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_named(name, &path, found);
        } else if entry.file_name() == name {
            found.push(path);
        }
    }
}

impl Runs for Flink {
    fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    fn printed(&self) -> Vec<PathBuf> {
        self.outputs()
    }

    /// All tasks of the job share the one slot of one task manager.
    fn kill(&mut self, job: &str) -> Result<(), Failure> {
        let vertex = self.cluster.job(job)?["vertices"][0]["id"].as_str().unwrap_or_default().to_owned();
        let told = http::get(self.cluster.rest, &format!("/jobs/{job}/vertices/{vertex}"))?;
        let name = told["subtasks"][0]["taskmanager-id"].as_str().unwrap_or_default();
        let busy = self.task_managers.iter().find(|(known, _)| known == name);
        busy.map_or_else(|| Err(Failure::Other(format!("no task manager {name}"))), |(_, process)| kill(process.pid()))
    }

    fn replace(&mut self) -> Result<(), Failure> {
        self.task_managers.retain_mut(|(_, process)| !process.has_ended());
        self.add_task_manager()?;
        self.wait_for_slots(2)
    }
}
