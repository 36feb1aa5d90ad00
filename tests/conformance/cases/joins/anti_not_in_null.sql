-- mode: rows
-- With a NULL among them NOT IN is never true.
-- tables: orders
SELECT id FROM orders WHERE customer NOT IN (SELECT customer FROM orders WHERE id IN (1, 5));
