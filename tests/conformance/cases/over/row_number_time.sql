-- mode: rows
-- tables: orders
SELECT id, product, ROW_NUMBER() OVER (PARTITION BY product ORDER BY order_time) AS n FROM orders;
