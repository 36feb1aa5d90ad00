-- mode: rows
-- tables: orders
SELECT id FROM orders WHERE (product, quantity) IN (SELECT product, MAX(quantity) FROM orders GROUP BY product);
