-- mode: rows
-- tables: orders
SELECT DISTINCT product, currency FROM orders;
