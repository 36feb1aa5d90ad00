-- mode: rows
-- tables: orders
SELECT id FROM orders LIMIT 3;
