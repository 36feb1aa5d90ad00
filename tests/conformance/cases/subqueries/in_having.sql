-- mode: rows
-- tables: orders payments
SELECT product, COUNT(*) AS n FROM orders GROUP BY product HAVING COUNT(*) >= (SELECT AVG(c) FROM (SELECT COUNT(*) AS c FROM orders GROUP BY product));
