-- mode: rows
-- A row exactly one gap after the last begins a session of its own.
CREATE TABLE t (bidtime TIMESTAMP(3), price INT, WATERMARK FOR bidtime AS bidtime) WITH ('connector' = 'filesystem', 'path' = '${data}/ties.csv', 'format' = 'csv');
SELECT window_start, window_end, SUM(price) AS s FROM TABLE(SESSION(TABLE t, DESCRIPTOR(bidtime), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;
