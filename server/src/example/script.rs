//! The example's SQL, one variation a condition.

use std::path::Path;

use model::Condition;

use super::dataset;

/// The job's name.
pub const JOB: &str = "late-departures";
/// The question that it answers.
pub const QUESTION: &str = "Which flights left New York more than an hour late, and where were they going?";

/// How long the service behind the sink takes for one record when it is well. Four subtasks at 5 ms take 800 records a
/// second; about 370 a second are late departures.
const LATENCY: &str = "5 ms";
/// And when it is not: 67 a second.
const SLOW_LATENCY: &str = "60 ms";

/// The script that makes the job suffer from `condition`, on the data in `folder`.
pub fn script(condition: Condition, folder: &Path) -> String {
    let file = if condition == Condition::BadRecord { dataset::BAD } else { dataset::GOOD };
    let latency = if condition == Condition::SlowSink { SLOW_LATENCY } else { LATENCY };
    let flight = match condition {
        // Nine flights in ten are given one number: their key is one, and so is the subtask that gets them.
        Condition::HotKey => "CASE WHEN MOD(flight, 10) < 9 THEN 1 ELSE flight END AS flight",
        Condition::Well | Condition::SlowSink | Condition::BadRecord => "flight",
    };
    let path = quoted(&folder.join(file).to_string_lossy());
    format!(
        "-- {QUESTION}
SET 'pipeline.name' = '{JOB}';
SET 'parallelism.default' = '4';
SET 'table.exec.sink.keyed-shuffle' = 'FORCE';
SET 'restart-strategy.type' = 'fixed-delay';
SET 'restart-strategy.fixed-delay.attempts' = '2147483647';
SET 'restart-strategy.fixed-delay.delay' = '2 s';

CREATE TABLE flights (
  `month` INT, `day` INT, dep_time INT, sched_dep_time INT, dep_delay INT,
  carrier STRING, flight INT, tailnum STRING, origin STRING, dest STRING, air_time INT, distance INT
) WITH (
  'connector' = 'filesystem',
  'path' = '{path}',
  'format' = 'csv',
  'csv.null-literal' = 'NA',
  'source.replay.rows-per-second' = '4000',
  'source.replay.loop' = 'true'
);

CREATE TABLE departure_board (
  flight INT, carrier STRING, origin STRING, dest STRING, dep_delay INT,
  PRIMARY KEY (flight) NOT ENFORCED
) WITH (
  'connector' = 'print',
  'sink.call-latency' = '{latency}'
);

INSERT INTO departure_board
SELECT {flight}, carrier, origin, dest, dep_delay
FROM flights
WHERE dep_delay > 60;
"
    )
}

/// A text inside single quotes of SQL.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use model::Condition;

    use super::script;

    /// The lines that a condition changes, against the healthy script.
    fn check(condition: Condition, expect: &[&str]) {
        let folder = Path::new("/data/it's/example");
        let well = script(Condition::Well, folder);
        let sick = script(condition, folder);
        let changed: Vec<&str> =
            well.lines().zip(sick.lines()).filter(|(w, s)| w != s).map(|(_, sick)| sick.trim()).collect();
        assert_eq!(changed, expect);
    }

    #[test]
    fn each_condition_changes_one_line() {
        check(Condition::Well, &[]);
        check(Condition::SlowSink, &["'sink.call-latency' = '60 ms'"]);
        check(
            Condition::HotKey,
            &[
                "SELECT CASE WHEN MOD(flight, 10) < 9 THEN 1 ELSE flight END AS flight, carrier, origin, dest, dep_delay",
            ],
        );
        check(Condition::BadRecord, &["'path' = '/data/it''s/example/flights-with-a-bad-record.csv',"]);
    }
}
