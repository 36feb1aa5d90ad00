CREATE TABLE stays (id INT, guest STRING, city STRING, seen TIMESTAMP(6))
  WITH ('connector' = 'filesystem', 'path' = '${data}/stays.csv', 'format' = 'csv', 'csv.null-literal' = '');
