-- mode: rows
-- tables: orders
SELECT p, n * 2 AS twice FROM (SELECT product AS p, COUNT(*) AS n FROM orders GROUP BY product) WHERE n > 7;
