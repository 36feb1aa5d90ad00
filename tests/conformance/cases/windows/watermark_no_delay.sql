-- mode: rows
-- Without a delay each row that is out of order may be late.
CREATE TABLE t (username STRING, page STRING, ms INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '${data}/clicks.csv', 'format' = 'csv');
SELECT window_start, COUNT(*) AS n, LISTAGG(username) AS who FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECONDS)) GROUP BY window_start, window_end;
