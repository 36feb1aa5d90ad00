-- mode: error
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'cvs');
SELECT * FROM t;
