//! `bench`: named measurements. Each prints a table of ratios, for a ratio to something known says more on a strange
//! machine than a time does, and writes all its numbers to `target/bench/NAME.json`.

mod diagnose;
mod start;

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{build, failure::Failure, place::Place, say::Stages};

/// One line of a table.
pub struct Row {
    /// What was measured.
    pub what: String,
    /// How long it took.
    pub time: Duration,
    /// What it is held against.
    pub against: Duration,
}

struct Bench {
    name: &'static str,
    /// What a ratio of this bench means.
    ratio: &'static str,
    measure: fn(&Place) -> Result<Vec<Row>, Failure>,
}

const BENCHES: [Bench; 2] = [
    Bench {
        name: "diagnose",
        ratio: "time to judge a recording / time to unpack and parse its JSON",
        measure: diagnose::measure,
    },
    Bench { name: "start", ratio: "time to the first page / time to start the bare process", measure: start::measure },
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

fn report(place: &Place, bench: &Bench, rows: &[Row]) -> Result<(), Failure> {
    println!("\n{}: {}", bench.name, bench.ratio);
    println!("{:44} {:>10} {:>10} {:>8}", "", "ms", "against ms", "ratio");
    for row in rows {
        println!("{:44} {:>10.1} {:>10.1} {:>8.2}", row.what, ms(row.time), ms(row.against), ratio(row));
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|r| json!({"what": r.what, "time_ms": ms(r.time), "against_ms": ms(r.against), "ratio": ratio(r)}))
        .collect();
    let file = place.out("bench").join(format!("{}.json", bench.name));
    fs::create_dir_all(place.out("bench")).map_err(Failure::file("create", &file))?;
    let document = json!({"bench": bench.name, "ratio": bench.ratio, "rows": rows});
    fs::write(&file, format!("{document:#}\n")).map_err(Failure::file("write", &file))
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

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ratio(row: &Row) -> f64 {
    row.time.as_secs_f64() / row.against.as_secs_f64()
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
