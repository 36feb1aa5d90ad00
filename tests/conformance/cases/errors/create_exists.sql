-- mode: error
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
