-- mode: rows
-- Hopping windows of a TIMESTAMP_LTZ in a zone.
SET 'table.local-time-zone' = 'Europe/Berlin';
CREATE TABLE t (username STRING, page STRING, ms INT, stamp STRING, ts AS TO_TIMESTAMP_LTZ(stamp), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${data}/clicks.csv', 'format' = 'csv');
SELECT window_start, window_end, COUNT(*) AS n, MAX(ts) AS last_ts FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' MINUTES, INTERVAL '4' MINUTES)) GROUP BY window_start, window_end;
