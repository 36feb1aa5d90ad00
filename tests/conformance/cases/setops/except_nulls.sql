-- mode: rows
-- NULLs are equal, in each column.
-- tables: orders
SELECT customer, price FROM orders EXCEPT SELECT customer, price FROM orders WHERE price IS NOT NULL;
