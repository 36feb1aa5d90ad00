-- mode: error
CREATE TABLE t (a INT) WITH ('connector' = 'blackhole');
INSERT INTO t (b) SELECT 1;
