CREATE TABLE keys (id INT, big BIGINT, fixed DECIMAL(5, 2), num DOUBLE, word STRING, padded CHAR(3), d DATE)
  WITH ('connector' = 'filesystem', 'path' = '${data}/keys.csv', 'format' = 'csv', 'csv.null-literal' = '');
