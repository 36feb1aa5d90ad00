-- mode: error
-- tables: orders
SELECT id FROM orders LIMIT -1;
