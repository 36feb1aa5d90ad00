-- Out of order by up to five seconds, and four that come minutes late.
CREATE TABLE clicks (
  username STRING, page STRING, ms INT,
  ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${data}/clicks.csv', 'format' = 'csv');
