-- mode: rows
-- tables: orders
SELECT id, product, quantity,
  SUM(quantity) OVER w AS s, COUNT(*) OVER w AS n, AVG(price) OVER w AS a
FROM orders
WINDOW w AS (PARTITION BY product ORDER BY order_time ROWS BETWEEN 2 PRECEDING AND CURRENT ROW);
