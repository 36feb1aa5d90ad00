-- mode: failure
-- tables: orders
SELECT id, (SELECT quantity FROM orders) FROM orders;
