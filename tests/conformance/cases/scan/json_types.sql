-- mode: rows
CREATE TABLE t (
  b BOOLEAN, ti TINYINT, bi BIGINT, d DECIMAL(20, 5), x DOUBLE, dt DATE, tm TIME, ts TIMESTAMP(3), tz TIMESTAMP_LTZ(3),
  m MAP<STRING, DOUBLE>, r ROW<a INT, b ARRAY<STRING>>, raw_bytes BYTES
) WITH ('connector' = 'filesystem', 'path' = '${data}/types.json', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601');
SELECT * FROM t;
