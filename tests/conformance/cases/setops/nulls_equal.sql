-- mode: rows
-- tables: orders
SELECT customer FROM orders WHERE id < 6 INTERSECT SELECT customer FROM orders WHERE id > 6;
