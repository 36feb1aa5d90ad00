-- mode: rows
-- OVER by the time of windows.
-- tables: orders
SELECT window_time, product, n, SUM(n) OVER (PARTITION BY product ORDER BY window_time) AS so_far FROM (
  SELECT window_time, product, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '20' MINUTES)) GROUP BY window_start, window_end, window_time, product);
