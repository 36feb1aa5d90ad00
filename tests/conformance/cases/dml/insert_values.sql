-- mode: files
CREATE TABLE t (id INT, name STRING, at_time TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t VALUES (1, 'a', TIMESTAMP '2024-01-01 00:00:00'), (2, CAST(NULL AS STRING), TIMESTAMP '2024-01-01 00:00:00.5');
