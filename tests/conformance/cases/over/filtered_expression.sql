-- mode: rows
-- tables: orders
SELECT id, price, ROUND(price - AVG(price) OVER (PARTITION BY product ORDER BY order_time ROWS BETWEEN 5 PRECEDING AND CURRENT ROW), 2) AS above FROM orders WHERE price IS NOT NULL;
