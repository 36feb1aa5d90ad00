-- mode: rows
-- tables: orders
SELECT product, SUM(price * quantity) / SUM(quantity) AS weighted, MAX(price) - MIN(price) AS spread, CAST(COUNT(price) AS DOUBLE) / COUNT(*) AS share FROM orders GROUP BY product;
