-- mode: rows
-- A watermark of an expression with CASE.
CREATE TABLE t (username STRING, page STRING, ms INT, ts TIMESTAMP(3), WATERMARK FOR ts AS CASE WHEN page = '/help' THEN ts - INTERVAL '1' MINUTE ELSE ts - INTERVAL '2' SECOND END)
WITH ('connector' = 'filesystem', 'path' = '${data}/clicks.csv', 'format' = 'csv');
SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '20' SECONDS)) GROUP BY window_start, window_end;
