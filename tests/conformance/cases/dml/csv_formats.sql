-- mode: files
-- tables: strings
CREATE TABLE t (id INT, s STRING, t STRING) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv', 'csv.field-delimiter' = '|', 'csv.null-literal' = 'NULL');
INSERT INTO t SELECT id, s, t FROM strings;
