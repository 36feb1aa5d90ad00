-- mode: rows
-- Nulls are smaller than everything unless said otherwise.
-- tables: orders
SELECT id, customer FROM orders ORDER BY customer, id LIMIT 9;
