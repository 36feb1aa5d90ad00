-- mode: rows
-- tables: orders
SELECT id, quantity FROM orders ORDER BY quantity DESC, id LIMIT 4 OFFSET 3;
