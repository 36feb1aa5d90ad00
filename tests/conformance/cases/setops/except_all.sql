-- mode: rows
-- tables: orders
SELECT product FROM orders EXCEPT ALL SELECT product FROM orders WHERE quantity > 4;
