CREATE TABLE strings (id INT, s STRING, t STRING)
  WITH ('connector' = 'filesystem', 'path' = '${data}/strings.csv', 'format' = 'csv', 'csv.null-literal' = '');
