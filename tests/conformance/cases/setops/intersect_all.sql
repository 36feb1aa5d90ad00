-- mode: rows
-- tables: orders
SELECT product FROM orders WHERE currency = 'EUR' INTERSECT ALL SELECT product FROM orders WHERE currency = 'JPY';
