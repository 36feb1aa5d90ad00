-- mode: rows
-- tables: orders
SELECT product FROM orders WHERE currency = 'EUR' INTERSECT SELECT product FROM orders WHERE currency = 'JPY';
