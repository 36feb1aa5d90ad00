-- mode: error
-- tables: orders
SELECT id, price FROM orders WHERE id < 8 ORDER BY price;
