-- mode: rows
-- tables: stays
CREATE TABLE s (id INT, guest STRING, city STRING, seen TIMESTAMP(3), WATERMARK FOR seen AS seen - INTERVAL '30' DAY)
WITH ('connector' = 'filesystem', 'path' = '${data}/days.csv', 'format' = 'csv');
SELECT window_start, window_end, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(seen), INTERVAL '7' DAY)) GROUP BY window_start, window_end;
