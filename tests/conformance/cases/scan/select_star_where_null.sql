-- mode: rows
-- tables: orders
SELECT * FROM orders WHERE customer IS NULL OR price IS NULL;
