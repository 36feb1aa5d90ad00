-- mode: rows
-- A NULL on the left of NOT IN.
-- tables: orders
SELECT id FROM orders WHERE id IN (5, 20, 21) AND customer NOT IN (SELECT customer FROM orders WHERE id = 1);
