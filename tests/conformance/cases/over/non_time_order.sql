-- mode: rows
-- tables: orders
SELECT id, product, quantity, SUM(quantity) OVER (PARTITION BY product ORDER BY id) AS s FROM orders WHERE id < 12;
