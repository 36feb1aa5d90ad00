-- mode: rows
-- tables: orders
SELECT id, price FROM orders ORDER BY price ASC NULLS FIRST, id LIMIT 5;
