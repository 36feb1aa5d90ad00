-- mode: files
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';
CREATE TABLE t (a VARCHAR(2), b STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t VALUES ('abcdef', 'xy'), ('a', 'vwxyz');
