-- mode: rows
SET 'table.exec.source.idle-timeout' = '0 ms';
CREATE TABLE t (username STRING, page STRING, ms INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${data}/clicks.csv', 'format' = 'csv', 'scan.watermark.emit.strategy' = 'on-event');
SELECT window_start, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECONDS)) GROUP BY window_start, window_end;
