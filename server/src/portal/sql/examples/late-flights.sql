-- Which flights left New York more than an hour late?
-- Data: real flights out of New York in 2013, replayed at 500 a second for ever.
-- Runs on: embedded
SET 'pipeline.name' = 'late-flights';

CREATE TABLE flights (
  `month` INT, `day` INT, dep_time INT, sched_dep_time INT, dep_delay INT,
  carrier STRING, flight INT, tailnum STRING, origin STRING, dest STRING, air_time INT, distance INT
) WITH (
  'connector' = 'filesystem',
  'path' = '{flights}',
  'format' = 'csv',
  'csv.null-literal' = 'NA',
  'source.replay.rows-per-second' = '500',
  'source.replay.loop' = 'true'
);

CREATE TABLE late (
  flight INT, carrier STRING, origin STRING, dest STRING, dep_delay INT
) WITH (
  'connector' = 'print'
);

INSERT INTO late
SELECT flight, carrier, origin, dest, dep_delay
FROM flights
WHERE dep_delay > 60;
