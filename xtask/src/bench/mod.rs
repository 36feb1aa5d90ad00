//! `bench`: named measurements. Each prints a table of ratios, for a ratio to something known says more on a strange
//! machine than a time does, and writes all its numbers to `target/bench/NAME.json`.

mod cluster;
mod diagnose;
mod idle;
mod nexmark;
mod recovery;
mod start;
mod table;

use std::{
    fs,
    time::{Duration, Instant},
};

pub use table::Table;

use crate::{build, failure::Failure, place::Place, say::Stages};

struct Bench {
    name: &'static str,
    measure: fn(&Place) -> Result<Table, Failure>,
}

const BENCHES: [Bench; 6] = [
    Bench { name: "checkpoints", measure: nexmark::checkpoints::measure },
    Bench { name: "diagnose", measure: diagnose::measure },
    Bench { name: "idle", measure: idle::measure },
    Bench { name: "nexmark", measure: nexmark::measure },
    Bench { name: "recovery", measure: recovery::measure },
    Bench { name: "start", measure: start::measure },
];

/// Runs the bench `name`, or all.
pub fn bench(place: &Place, name: Option<&str>) -> Result<(), Failure> {
    let chosen: Vec<&Bench> = BENCHES.iter().filter(|bench| name.is_none_or(|name| name == bench.name)).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(Failure::Other(format!("no such bench: choose one of {}", known.join(", "))));
    }
    build::stages(place, &mut Stages::new(build::STAGES))?;
    chosen.into_iter().try_for_each(|bench| report(place, bench, &(bench.measure)(place)?))
}

fn report(place: &Place, bench: &Bench, table: &Table) -> Result<(), Failure> {
    table.print(bench.name);
    let file = place.out("bench").join(format!("{}.json", bench.name));
    fs::create_dir_all(place.out("bench")).map_err(Failure::file("create", &file))?;
    fs::write(&file, format!("{:#}\n", table.json(bench.name))).map_err(Failure::file("write", &file))
}

/// The columns of a table of times that are held against others.
const TIMES: [&str; 3] = ["ms", "against ms", "ratio"];

/// A row of such a table.
fn times(time: Duration, against: Duration) -> Vec<f64> {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    vec![ms(time), ms(against), ms(time) / ms(against)]
}

/// The median time of `times` runs of `work`.
pub fn median(times: usize, mut work: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut spans = Vec::with_capacity(times);
    for _ in 0..times {
        let started = Instant::now();
        work()?;
        spans.push(started.elapsed());
    }
    spans.sort();
    Ok(spans[times / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_run() {
        let mut naps = [1, 60, 2].into_iter().map(Duration::from_millis);
        let median = median(3, || {
            std::thread::sleep(naps.next().unwrap_or_default());
            Ok(())
        });
        assert!(median.is_ok_and(|m| (2..50).contains(&m.as_millis())));
    }
}
