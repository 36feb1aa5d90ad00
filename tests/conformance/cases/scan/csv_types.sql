-- mode: rows
CREATE TABLE t (
  b BOOLEAN, ti TINYINT, f FLOAT, d DECIMAL(6, 3), dt DATE, tm TIME, ts TIMESTAMP(3), tz TIMESTAMP_LTZ(3), a ARRAY<INT>, raw_bytes BYTES
) WITH ('connector' = 'filesystem', 'path' = '${data}/types.csv', 'format' = 'csv', 'csv.null-literal' = '');
SELECT * FROM t;
