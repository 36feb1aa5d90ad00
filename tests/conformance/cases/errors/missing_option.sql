-- mode: error
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'format' = 'csv');
SELECT * FROM t;
