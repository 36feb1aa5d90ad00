-- mode: rows
-- tables: orders
SELECT product FROM orders WHERE id < 20 UNION SELECT currency FROM orders;
