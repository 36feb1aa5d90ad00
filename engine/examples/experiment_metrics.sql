-- Does the treatment of an experiment make more people save, and how many more?
-- Data: generated; ten minutes of exposures to two experiments and the saves that follow, in twenty seconds.
SET 'table.local-time-zone' = 'UTC';

-- Each user is shown one arm of one experiment.
CREATE TABLE generated_exposures (
  n BIGINT,
  user_id AS n,
  experiment AS CASE MOD(n, 2) WHEN 0 THEN 'bigger-save-button' ELSE 'new-ranking' END,
  arm AS CASE MOD(n / 2, 2) WHEN 0 THEN 'control' ELSE 'treatment' END,
  exposed_at AS TO_TIMESTAMP_LTZ(1767225600000 + n * 200, 3),
  WATERMARK FOR exposed_at AS exposed_at - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '150',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '2999'
);

-- Some seconds after an exposure. Those who see the bigger button save more often; the new ranking changes nothing.
CREATE TABLE generated_saves (
  n BIGINT,
  user_id AS n,
  saved AS MOD(n * 31 + n / 7, 101) < CASE WHEN MOD(n, 2) = 0 AND MOD(n / 2, 2) = 1 THEN 36 ELSE 24 END,
  pins AS 1 + MOD(n / 10, 4),
  saved_at AS TO_TIMESTAMP_LTZ(1767225600000 + n * 200 + MOD(n * 13, 40) * 1000, 3),
  WATERMARK FOR saved_at AS saved_at - INTERVAL '45' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '150',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '2999'
);

-- What a user saved within half a minute counts for the arm that was seen.
CREATE VIEW conversions AS
SELECT e.experiment, e.arm, e.user_id, s.pins
FROM generated_exposures AS e
LEFT JOIN generated_saves AS s
  ON e.user_id = s.user_id AND s.saved AND s.saved_at BETWEEN e.exposed_at AND e.exposed_at + INTERVAL '30' SECOND;

-- A result that changes: each exposure and save takes its arm's row back and puts a new one in its place.
SELECT
  experiment,
  arm,
  COUNT(DISTINCT user_id) AS users,
  COUNT(pins) AS converted,
  CAST(100.0 * COUNT(pins) / COUNT(*) AS DECIMAL(5, 2)) AS rate,
  COALESCE(SUM(pins), 0) AS pins_saved
FROM conversions
GROUP BY experiment, arm;
