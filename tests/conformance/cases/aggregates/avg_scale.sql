-- mode: rows
-- tables: numbers
SELECT AVG(n) AS a, AVG(w) AS b, AVG(CAST(i AS DECIMAL(5, 0))) AS c, SUM(CAST(n AS DECIMAL(38, 2))) AS d, AVG(CAST(ti AS DOUBLE)) AS e FROM numbers WHERE id IN (1, 2, 7, 8, 9);
