-- mode: files
-- tables: numbers
CREATE TABLE t (i INT, f FLOAT, d DOUBLE, n DECIMAL(10, 2), b BOOLEAN, dt DATE, tm TIME, ts TIMESTAMP(3), tz TIMESTAMP_LTZ(3), a ARRAY<INT>, m MAP<STRING, INT>, r ROW<x INT, y STRING>, raw_bytes BYTES)
WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t SELECT i, f, d, n, i > 0, DATE '2024-02-29', TIME '12:34:56', TIMESTAMP '2024-02-29 12:34:56.789', TO_TIMESTAMP_LTZ(0, 3), ARRAY[id, i], MAP['k', i], ROW(id, 'x"y'), x'0102' FROM numbers WHERE id IN (1, 3, 6, 7, 9);
