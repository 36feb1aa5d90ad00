-- mode: files
-- Arrays and rows in CSV, and NULL within them.
-- tables: nested
CREATE TABLE t (id INT, tags ARRAY<STRING>, addr ROW<city STRING, lat DOUBLE>) WITH ('connector' = 'filesystem', 'path' = '${out}/t', 'format' = 'csv', 'csv.null-literal' = 'NIL');
INSERT INTO t SELECT id, tags, ROW(addr.city, addr.geo.lat) FROM nested;
