-- mode: files
-- tables: numbers
CREATE TABLE t (i INT, f FLOAT, d DOUBLE, n DECIMAL(10, 2), b BOOLEAN, dt DATE, tm TIME, ts TIMESTAMP(3), a ARRAY<INT>, r ROW<x INT, y STRING>)
WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv');
INSERT INTO t SELECT i, f, d, n, i > 0, DATE '2024-02-29', TIME '12:34:56', TIMESTAMP '2024-02-29 12:34:56.789', ARRAY[id, i], ROW(id, 'a;b') FROM numbers WHERE id IN (1, 3, 6, 7, 9);
