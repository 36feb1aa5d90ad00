-- mode: rows
-- Days begin at the midnight of the session's zone where the time attribute is TIMESTAMP_LTZ: 05:00 in UTC.
SET 'table.local-time-zone' = 'America/New_York';
CREATE TABLE t (
  id INT, customer STRING, product STRING, quantity INT, price DECIMAL(10, 2), currency STRING, stamp STRING,
  ts AS TO_TIMESTAMP_LTZ(UNIX_TIMESTAMP(CONCAT(stamp, ' Z'), 'yyyy-MM-dd HH:mm:ss X') - 16800, 0), WATERMARK FOR ts AS ts
) WITH ('connector' = 'filesystem', 'path' = '${data}/orders.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT window_start, window_end, window_time, COUNT(*) AS n, MIN(ts) AS first_ts, MAX(id) AS last_id
FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY window_start, window_end, window_time;
