-- mode: error
-- IN compares one value with two columns.
-- tables: orders
SELECT id FROM orders WHERE id IN (SELECT id, product FROM orders);
