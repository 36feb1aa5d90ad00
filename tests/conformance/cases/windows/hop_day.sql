-- mode: rows
CREATE TABLE s (id INT, guest STRING, city STRING, seen TIMESTAMP(3), WATERMARK FOR seen AS seen - INTERVAL '30' DAY)
WITH ('connector' = 'filesystem', 'path' = '${data}/days.csv', 'format' = 'csv');
SELECT window_start, window_end, city, COUNT(*) AS n FROM TABLE(HOP(TABLE s, DESCRIPTOR(seen), INTERVAL '1' DAY, INTERVAL '2' DAY)) GROUP BY window_start, window_end, city;
