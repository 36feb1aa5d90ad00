-- mode: rows
-- Where the zone has no summer time and its midnight is not UTC's, Flink 2.3 loses the rows of the first window: it keeps them
-- back until UTC's midnight, and then takes them for late.
SET 'table.local-time-zone' = 'Pacific/Marquesas';
CREATE TABLE t (
  id INT, customer STRING, product STRING, quantity INT, price DECIMAL(10, 2), currency STRING, stamp STRING,
  ts AS TO_TIMESTAMP_LTZ(UNIX_TIMESTAMP(CONCAT(stamp, ' Z'), 'yyyy-MM-dd HH:mm:ss X') * 1000, 3), WATERMARK FOR ts AS ts
) WITH ('connector' = 'filesystem', 'path' = '${data}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT window_start, window_end, window_time, COUNT(*) AS n, MIN(ts) AS first_ts, MAX(id) AS last_id
FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY window_start, window_end, window_time;
