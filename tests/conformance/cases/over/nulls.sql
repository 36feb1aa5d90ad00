-- mode: rows
-- tables: orders
SELECT id, COUNT(price) OVER w AS n, SUM(price) OVER w AS s, MIN(price) OVER w AS lo, MAX(customer) OVER w AS c FROM orders
WINDOW w AS (PARTITION BY product ORDER BY order_time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
