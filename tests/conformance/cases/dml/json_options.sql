-- mode: files
CREATE TABLE t (id INT, n DECIMAL(20, 2), s STRING, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601', 'json.encode.decimal-as-plain-number' = 'true', 'json.encode.ignore-null-fields' = 'true');
INSERT INTO t VALUES (1, 1000000000000.00, 'ü', TIMESTAMP '2024-01-01 00:00:00'), (2, CAST(NULL AS DECIMAL(20, 2)), CAST(NULL AS STRING), TIMESTAMP '2024-01-01 00:00:00.123');
