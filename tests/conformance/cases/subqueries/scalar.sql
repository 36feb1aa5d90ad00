-- mode: rows
-- tables: orders
SELECT id, price FROM orders WHERE price > (SELECT AVG(price) * 1.5 FROM orders);
