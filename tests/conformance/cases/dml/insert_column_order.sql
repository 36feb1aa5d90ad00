-- mode: files
CREATE TABLE t (a INT, b STRING, c DOUBLE) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t (c, b) VALUES (1.5, 'x'), (2, 'y');
