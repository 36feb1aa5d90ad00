-- What is each user into, this minute?
-- Data: generated; five minutes of what thirty users do with pins, in fifteen seconds.
SET 'table.local-time-zone' = 'UTC';

-- Most of what users do says little. The form in Rust asks a service for a pin's topic; here it is part of the data.
CREATE TABLE generated_engagements (
  n BIGINT,
  `user` AS CONCAT('user-', CAST(MOD(n * 17, 31) AS STRING)),
  topic AS ELT(1 + CAST(MOD(MOD(n * 29, 83) * MOD(n, 7), 6) AS INT), 'art', 'food', 'gardens', 'hiking', 'shoes', 'trains'),
  weight AS CASE MOD(n, 12) WHEN 3 THEN 1 WHEN 7 THEN 3 WHEN 11 THEN 2 ELSE 0 END,
  event_time AS TO_TIMESTAMP_LTZ(1767225600000 + n * 200, 3),
  WATERMARK FOR event_time AS event_time - INTERVAL '2' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '100',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '1499'
);

CREATE VIEW interests AS
SELECT window_start, window_end, `user`, topic, SUM(weight) AS weight
FROM TUMBLE(TABLE generated_engagements, DESCRIPTOR(event_time), INTERVAL '1' MINUTE)
WHERE weight > 0
GROUP BY window_start, window_end, `user`, topic;

-- The two topics that say most about each user.
SELECT window_start AS `minute`, `user`, place, topic, weight
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, `user` ORDER BY weight DESC, topic) AS place
  FROM interests
)
WHERE place <= 2;
