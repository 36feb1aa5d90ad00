-- mode: error
-- tables: orders
SELECT MAX(COUNT(*)) FROM orders;
