-- mode: error
CREATE TABLE t (id INT, id STRING) WITH ('connector' = 'blackhole');
