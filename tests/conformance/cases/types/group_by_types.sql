-- mode: rows
-- tables: numbers
SELECT SIGN(n) AS s, CAST(d > 0 AS STRING) AS p, COUNT(*) AS n, MAX(ti) AS t FROM numbers GROUP BY SIGN(n), d > 0;
