-- mode: rows
-- tables: orders
SELECT id, price FROM orders ORDER BY price DESC NULLS LAST, id DESC LIMIT 6;
