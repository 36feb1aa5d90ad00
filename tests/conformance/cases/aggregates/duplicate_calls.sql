-- mode: rows
-- tables: orders
SELECT product, COUNT(*) AS a, COUNT(*) AS b, SUM(quantity) AS c, SUM(quantity) + 1 AS d FROM orders GROUP BY product;
