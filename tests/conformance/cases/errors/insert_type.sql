-- mode: error
CREATE TABLE t (a INT) WITH ('connector' = 'blackhole');
INSERT INTO t SELECT 'x';
