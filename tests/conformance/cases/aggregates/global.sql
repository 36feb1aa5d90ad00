-- mode: rows
-- tables: orders
SELECT COUNT(*) AS n, COUNT(price) AS p, COUNT(DISTINCT customer) AS c, SUM(quantity) AS q, AVG(quantity) AS a, MIN(price) AS lo, MAX(price) AS hi FROM orders;
