-- mode: files
-- Nested types and NULLs within them into JSON.
-- tables: nested
CREATE TABLE t (id INT, tags ARRAY<STRING>, props MAP<STRING, INT>, addr ROW<city STRING, geo ROW<lat DOUBLE, lon DOUBLE>>, items ARRAY<ROW<sku STRING, qty INT>>) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'json');
INSERT INTO t SELECT id, tags, props, addr, items FROM nested;
