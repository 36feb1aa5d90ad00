-- mode: rows
-- tables: orders
SELECT id, AVG(quantity) OVER (ORDER BY order_time ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS a, MIN(price) OVER (ORDER BY order_time ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS lo FROM orders;
