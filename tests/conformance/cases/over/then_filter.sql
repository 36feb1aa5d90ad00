-- mode: rows
-- tables: orders
SELECT id, product, q FROM (SELECT id, product, SUM(quantity) OVER (PARTITION BY product ORDER BY order_time) AS q FROM orders) WHERE q > 30;
