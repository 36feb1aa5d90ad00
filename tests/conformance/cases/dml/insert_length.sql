-- mode: files
CREATE TABLE t (a VARCHAR(2), b STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t VALUES ('abcdef', 'xy'), ('a', 'vwxyz');
