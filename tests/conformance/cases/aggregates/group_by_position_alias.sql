-- mode: rows
-- tables: orders
SELECT UPPER(product) AS p, COUNT(*) AS n FROM orders GROUP BY UPPER(product);
