//! The Nexmark queries on the embedded engine and on Flink 2.3, from the same files, on one core each.
//!
//! Both read the same file of events, one engine at a time, on the same core: the embedded engine with its worker, and Flink's
//! task manager; Flink's job manager and gateway are not bound to it. Flink has the benchmark's own settings (mini-batches,
//! object reuse, split distinct aggregates), its state on the heap, and 3 GB of it. A query's rows go to a sink that drops
//! them. Each runs several times on each engine, in turn, of which the best counts, so that Flink's is warm; a job's time is
//! from when it runs to when it has ended. That both give the same is seen from a digest of all rows, in one more run; where
//! they do not, there is no result. `DRSQUIRREL_NEXMARK="parquet q7 q9"` measures these alone.
//!
//! The processor's time is given beside the time: of the task manager alone, and of the whole embedded engine.

pub mod checkpoints;
mod events;
mod query;
mod side;

use std::{fs, path::Path, process::Command, time::Duration};

use super::{
    Table,
    cluster::{engine::Engine, flink::Flink},
};
use crate::{failure::Failure, place::Place, say, shell};
use query::{Format, Query};
use side::{Run, Side};

/// How many events the files have.
const EVENTS: u64 = 1_000_000;
/// How often each query runs on each engine.
const RUNS: usize = 3;
/// The core on which all is measured.
const MEASURED_CORE: &str = "0";

/// As the public benchmark runs Flink; beside a sink that does not make it sort.
const FLINK_SETTINGS: [(&str, &str); 6] = [
    ("parallelism.default", "1"),
    ("pipeline.object-reuse", "true"),
    ("table.exec.mini-batch.enabled", "true"),
    ("table.exec.mini-batch.allow-latency", "2s"),
    ("table.exec.mini-batch.size", "50000"),
    ("table.optimizer.distinct-agg.split.enabled", "true"),
];
const OUR_SETTINGS: [(&str, &str); 1] = [("parallelism.default", "1")];

const HEAD: [&str; 8] =
    ["ours krec/s", "Flink krec/s", "ratio", "cpu ratio", "hand ratio", "ours MiB", "Flink MiB", "rows"];

/// One row a query and format.
pub fn measure(place: &Place) -> Result<Table, Failure> {
    let work = place.fresh("bench/nexmark")?;
    let hand = hand(place)?;
    let engine = Engine::start(place, &work, MEASURED_CORE)?;
    let flink_folder = work.join("flink");
    fs::create_dir_all(&flink_folder).map_err(Failure::file("create", &flink_folder))?;
    let flink = Flink::start(place, &flink_folder, MEASURED_CORE, 1, &[])?;
    let ours = Side::ours(&engine, &OUR_SETTINGS);
    let theirs = Side::flink(&flink, &FLINK_SETTINGS);
    let mut table = Table::new("throughput per core: the embedded engine / Flink 2.3", &HEAD);
    let wanted = std::env::var("DRSQUIRREL_NEXMARK").unwrap_or_default();
    for format in named(&wanted, [Format::Json, Format::Parquet], Format::name) {
        let json = events::made(place, &engine.cluster, Format::Json, EVENTS)?;
        let folder = match format {
            Format::Json => json,
            Format::Parquet => events::by_flink(place, &flink.cluster, &json, EVENTS)?,
        };
        for name in named(&wanted, query::QUERIES, |name| name) {
            let query = Query::read(place, name, format, &folder)?;
            let hand_time = match format {
                Format::Json if ["q0", "q1", "q2"].contains(&name) => Some(by_hand(&hand, name, &folder)?),
                _ => None,
            };
            let row = compare(&query, &ours, &theirs, hand_time)?;
            say::detail(&format!("{name} {}: {}", format.name(), Table::line(&row)));
            table.row(format!("{name} {}", format.name()), row);
        }
    }
    Ok(table)
}

/// Those that `wanted` names, words apart; all where it names none of them.
fn named<T: Copy, const N: usize>(wanted: &str, all: [T; N], name: fn(T) -> &'static str) -> Vec<T> {
    let is_named = |one: &T| wanted.split_whitespace().any(|word| word == name(*one));
    let named: Vec<T> = all.into_iter().filter(is_named).collect();
    if named.is_empty() { all.to_vec() } else { named }
}

fn compare(query: &Query, ours: &Side<'_>, theirs: &Side<'_>, hand: Option<Duration>) -> Result<Vec<f64>, Failure> {
    let columns = ours.columns(query)?;
    let script = query.to_blackhole(&columns);
    let (mut best_ours, mut best_theirs) = (Run::NEVER, Run::NEVER);
    for _ in 0..RUNS {
        best_ours = best_ours.better(ours.run(&script)?);
        best_theirs = best_theirs.better(theirs.run(&script)?);
    }
    let digest = query.digest(&columns);
    let (our_digest, their_digest) = (ours.digest(&digest)?, theirs.digest(&digest)?);
    if our_digest != their_digest {
        let numbers = "the number of rows and the sum over them";
        return Err(Failure::Other(format!("the results differ: {numbers} are {our_digest}, Flink's {their_digest}")));
    }
    let rate = |run: &Run| EVENTS as f64 / run.time.as_secs_f64() / 1000.0;
    let hand = hand.map_or(f64::NAN, |hand| best_ours.time.as_secs_f64() / hand.as_secs_f64());
    Ok(vec![
        rate(&best_ours),
        rate(&best_theirs),
        best_theirs.time.as_secs_f64() / best_ours.time.as_secs_f64(),
        best_theirs.processor.as_secs_f64() / best_ours.processor.as_secs_f64(),
        hand,
        best_ours.memory_mib,
        best_theirs.memory_mib,
        our_digest[0].as_f64().unwrap_or(f64::NAN),
    ])
}

/// Compiles the loop that a person would write.
fn hand(place: &Place) -> Result<std::path::PathBuf, Failure> {
    shell::run(shell::cargo(&place.root).args(["build", "--quiet", "--locked", "--profile=hand", "--package=hand"]))?;
    Ok(place.cargo_target.join("hand/hand"))
}

/// How long that loop takes, at best.
fn by_hand(program: &Path, query: &str, folder: &Path) -> Result<Duration, Failure> {
    let file = events::only_file(folder)?;
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let mut pinned = Command::new("taskset");
        let text = shell::output(pinned.args(["-c", MEASURED_CORE]).arg(program).arg(query).arg(&file))?;
        let nanos = text.trim().parse().map_err(|_| Failure::Other(format!("`hand` printed {text:?}, no number")))?;
        best = best.min(Duration::from_nanos(nanos));
    }
    Ok(best)
}
