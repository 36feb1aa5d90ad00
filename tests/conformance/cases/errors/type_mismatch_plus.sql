-- mode: error
-- tables: orders
SELECT customer + 1 FROM orders;
