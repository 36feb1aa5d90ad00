-- mode: rows
CREATE TABLE t (id INT NOT NULL, name STRING, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'filesystem', 'path' = '${data}/strings.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true');
SELECT id + 1 AS a, name, COALESCE(name, 'x') AS c FROM t WHERE id < 3;
