-- mode: rows
SET 'table.exec.emit.allow-lateness' = '3 min';
SET 'table.exec.emit.late-fire.enabled' = 'true';
SET 'table.exec.emit.late-fire.delay' = '0 s';
CREATE TABLE clicks (username STRING, page STRING, ms INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'filesystem', 'path' = '${data}/clicks.csv', 'format' = 'csv');
SELECT TUMBLE_START(ts, INTERVAL '30' SECOND) AS s, COUNT(*) AS n FROM clicks GROUP BY TUMBLE(ts, INTERVAL '30' SECOND);
