-- mode: rows
-- tables: orders
SELECT SUM(quantity) AS q FROM orders HAVING COUNT(*) > 10;
