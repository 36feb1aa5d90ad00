-- mode: rows
CREATE TABLE t (a ARRAY<INT>, s ARRAY<STRING>, r ROW<x INT, y STRING>, x STRING)
WITH ('connector' = 'filesystem', 'path' = '${data}/nested.csv', 'format' = 'csv', 'csv.null-literal' = 'N');
SELECT * FROM t;
