-- mode: changelog
-- tables: orders
SELECT id, price FROM orders ORDER BY price DESC LIMIT 2;
