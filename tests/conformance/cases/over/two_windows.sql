-- mode: error
-- tables: orders
SELECT id, SUM(quantity) OVER (PARTITION BY product ORDER BY order_time ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS a,
  SUM(quantity) OVER (PARTITION BY product ORDER BY order_time ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS b FROM orders;
