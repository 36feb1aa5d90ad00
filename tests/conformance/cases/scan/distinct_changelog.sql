-- mode: changelog
-- tables: orders
SELECT DISTINCT product FROM orders;
