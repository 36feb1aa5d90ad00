-- mode: rows
-- A window over the elements of arrays.
CREATE TABLE t (username STRING, page STRING, ms INT, ts TIMESTAMP(3), parts AS SPLIT(page, 'h'), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${data}/clicks.csv', 'format' = 'csv');
CREATE VIEW v AS SELECT username, part, ts FROM t CROSS JOIN UNNEST(parts) AS u(part);
SELECT window_start, part, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(ts), INTERVAL '5' MINUTES)) GROUP BY window_start, window_end, part;
