-- mode: rows
-- tables: orders
SELECT TUMBLE_START(order_time, INTERVAL '15' MINUTE) AS s, TUMBLE_END(order_time, INTERVAL '15' MINUTE) AS e, TUMBLE_ROWTIME(order_time, INTERVAL '15' MINUTE) AS r,
  product, COUNT(*) AS n, SUM(price) AS p FROM orders GROUP BY TUMBLE(order_time, INTERVAL '15' MINUTE), product;
