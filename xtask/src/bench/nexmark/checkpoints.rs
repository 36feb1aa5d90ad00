//! What checkpoints cost: queries with much state over a long file, with a checkpoint every 10 s and without.

use super::{
    MEASURED_CORE, OUR_SETTINGS, events,
    query::{Format, Query},
    side::{Run, Side},
};
use crate::{
    bench::{Table, cluster::engine::Engine},
    failure::Failure,
    place::Place,
    say,
};

/// As many as keep every query busy over several checkpoints.
const EVENTS: u64 = 20_000_000;
const RUNS: usize = 2;
/// Windows, a group aggregate, a deduplication, a join.
const QUERIES: [&str; 4] = ["q5", "q17", "q18", "q20"];
const INTERVAL: (&str, &str) = ("execution.checkpointing.interval", "10s");
const HEAD: [&str; 5] = ["s without", "s with", "cost %", "cpu cost %", "checkpoints"];

/// A row a query.
pub fn measure(place: &Place) -> Result<Table, Failure> {
    let work = place.fresh("bench/checkpoints")?;
    let engine = Engine::start(place, &work, MEASURED_CORE)?;
    let folder = events::made(place, &engine.cluster, Format::Parquet, EVENTS)?;
    let without = Side::ours(&engine, &OUR_SETTINGS);
    let with = Side::ours(&engine, &[OUR_SETTINGS[0], INTERVAL]);
    let mut table = Table::new("queries with a checkpoint every 10 s / without", &HEAD);
    for name in QUERIES {
        let query = Query::read(place, name, Format::Parquet, &folder)?;
        let script = query.to_blackhole(&without.columns(&query)?);
        let (mut plain, mut saved) = (Run::NEVER, Run::NEVER);
        for _ in 0..RUNS {
            plain = plain.better(without.run(&script)?);
            saved = saved.better(with.run(&script)?);
        }
        let cost = |of: fn(&Run) -> f64| (of(&saved) / of(&plain) - 1.0) * 100.0;
        let row = vec![
            plain.time.as_secs_f64(),
            saved.time.as_secs_f64(),
            cost(|run| run.time.as_secs_f64()),
            cost(|run| run.processor.as_secs_f64()),
            saved.checkpoints as f64,
        ];
        say::detail(&format!("{name}: {}", Table::line(&row)));
        table.row(name.into(), row);
    }
    Ok(table)
}
