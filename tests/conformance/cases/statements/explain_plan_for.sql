-- mode: columns
-- tables: orders
EXPLAIN PLAN FOR SELECT id FROM orders;
