-- mode: rows
-- The types that a query's columns have as a table's.
CREATE TABLE t WITH ('connector' = 'blackhole') AS SELECT 1 AS a, 'x' AS b, CAST(1.5 AS DECIMAL(5, 2)) AS c, ARRAY[1] AS d;
SHOW CREATE TABLE t;
