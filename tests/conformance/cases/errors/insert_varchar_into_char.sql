-- mode: error
CREATE TABLE t (a CHAR(4)) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t VALUES ('abcde'), ('a');
