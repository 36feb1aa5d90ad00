-- mode: rows
-- tables: orders
SELECT customer FROM orders EXCEPT SELECT customer FROM orders WHERE currency = 'GBP';
