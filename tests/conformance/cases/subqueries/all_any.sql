-- mode: rows
-- tables: orders
SELECT id FROM orders WHERE quantity >= ALL (SELECT quantity FROM orders WHERE quantity IS NOT NULL);
