-- mode: rows
-- tables: orders
SELECT id, price FROM orders ORDER BY price DESC, id LIMIT 5;
