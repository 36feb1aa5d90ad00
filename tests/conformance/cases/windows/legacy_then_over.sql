-- mode: rows
-- OVER by the time of a group window.
-- tables: orders
SELECT r, n, SUM(n) OVER (ORDER BY r ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two FROM (
  SELECT TUMBLE_ROWTIME(order_time, INTERVAL '10' MINUTE) AS r, COUNT(*) AS n FROM orders GROUP BY TUMBLE(order_time, INTERVAL '10' MINUTE));
