-- mode: rows
-- tables: orders
SELECT id, quantity FROM orders ORDER BY quantity DESC, id FETCH FIRST 2 ROWS ONLY;
