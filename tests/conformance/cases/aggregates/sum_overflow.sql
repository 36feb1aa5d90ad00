-- mode: rows
-- tables: numbers
SELECT SUM(i) AS i, SUM(b) AS b, SUM(ti) AS ti, AVG(i) AS ai FROM (SELECT i, b, ti FROM numbers UNION ALL SELECT i, b, ti FROM numbers) WHERE i > 100;
