-- mode: rows
-- The event time is a computed column.
CREATE TABLE t (
  username STRING, page STRING, ms INT, at_text STRING,
  ts AS TO_TIMESTAMP(at_text), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${data}/clicks.csv', 'format' = 'csv');
SELECT window_start, username, COUNT(*) AS n
FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, username;
