-- mode: error
-- tables: orders
SELECT z.id FROM orders o;
