-- mode: error
CREATE TABLE t (id INT) WITH ('connector' = 'fliesystem', 'path' = '/tmp/x', 'format' = 'csv');
SELECT * FROM t;
