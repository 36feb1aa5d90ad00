-- mode: rows
-- tables: orders
SELECT id, SUM(quantity) OVER (PARTITION BY currency ORDER BY order_time RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW) AS q FROM orders;
