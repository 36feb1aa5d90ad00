-- mode: error
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
ALTER TABLE t ADD id STRING;
