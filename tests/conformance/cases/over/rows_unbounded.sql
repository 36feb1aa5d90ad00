-- mode: rows
-- tables: orders
SELECT id, customer, SUM(quantity) OVER (PARTITION BY customer ORDER BY order_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS q FROM orders;
