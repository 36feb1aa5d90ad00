-- mode: rows
CREATE TABLE IF NOT EXISTS t (id INT) WITH ('connector' = 'filesystem', 'path' = '${data}/orders.csv', 'format' = 'csv', 'csv.ignore-parse-errors' = 'true');
CREATE TABLE IF NOT EXISTS t (other STRING) WITH ('connector' = 'nonsense');
CREATE TEMPORARY TABLE t (name STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/rates.csv', 'format' = 'raw');
SELECT name FROM t WHERE name LIKE 'USD%';
