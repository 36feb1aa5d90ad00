-- mode: rows
-- tables: orders
SELECT id, quantity, (SELECT MAX(quantity) FROM orders) - quantity AS below FROM orders WHERE id < 6;
