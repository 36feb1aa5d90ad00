-- mode: failure
CREATE TABLE t (id INT, a INT, b INT) WITH ('connector' = 'filesystem', 'path' = '${data}/strings.csv', 'format' = 'csv');
SELECT * FROM t;
