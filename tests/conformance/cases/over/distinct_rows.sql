-- mode: rows
-- tables: orders
SELECT id, COUNT(DISTINCT product) OVER (ORDER BY order_time ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) AS d FROM orders;
