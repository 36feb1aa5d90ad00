-- mode: rows
-- tables: orders
SELECT product, SUM(quantity) AS q FROM orders GROUP BY product HAVING COUNT(*) > 5 AND SUM(quantity) < 60;
