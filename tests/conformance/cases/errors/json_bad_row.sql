-- mode: failure
CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = '${data}/stamps.json', 'format' = 'json');
SELECT * FROM t;
