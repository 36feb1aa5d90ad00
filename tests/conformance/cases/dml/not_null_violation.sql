-- mode: failure
CREATE TABLE t (a INT NOT NULL) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t SELECT i FROM (VALUES (1), (CAST(NULL AS INT))) AS v(i);
