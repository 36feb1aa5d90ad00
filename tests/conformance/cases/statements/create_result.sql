-- mode: rows
CREATE TABLE t (id INT) WITH ('connector' = 'blackhole');
