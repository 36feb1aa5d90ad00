-- mode: rows
-- tables: orders
SELECT id, product FROM orders WHERE 1 = 2;
