-- mode: error
CREATE TABLE t (a INT, b INT) WITH ('connector' = 'blackhole');
INSERT INTO t SELECT 1;
