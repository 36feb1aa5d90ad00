-- mode: failure
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = '${data}/nothing-here.csv', 'format' = 'csv');
SELECT * FROM t;
