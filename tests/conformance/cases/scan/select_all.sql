-- mode: rows
-- tables: orders
SELECT ALL product FROM orders WHERE id < 4;
