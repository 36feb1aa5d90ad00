-- mode: rows
-- tables: orders
SELECT id, (SELECT MAX(quantity) FROM orders WHERE id > 999) AS nothing FROM orders WHERE id < 3;
