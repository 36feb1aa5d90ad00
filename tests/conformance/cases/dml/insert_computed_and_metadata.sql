-- mode: files
-- A computed column is not written.
CREATE TABLE t (id INT, twice AS id * 2, name STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t SELECT 5, 'five';
