-- mode: rows
-- tables: orders
SELECT id, product, COUNT(*) OVER (PARTITION BY product ORDER BY order_time) AS n, MAX(price) OVER (PARTITION BY product ORDER BY order_time) AS top FROM orders;
