-- mode: rows
-- tables: orders
SELECT id, product FROM orders WHERE product IN (SELECT product FROM orders GROUP BY product HAVING COUNT(*) = 9);
