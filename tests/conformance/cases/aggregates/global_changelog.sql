-- mode: changelog
-- tables: orders
SELECT COUNT(*) AS n, MAX(quantity) AS q FROM orders WHERE id < 8;
