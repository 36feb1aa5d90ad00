-- mode: rows
-- An aggregate over the window's own columns goes on in the same window.
-- tables: orders
SELECT window_start, window_end, MAX(n) AS most, COUNT(*) AS products FROM (
  SELECT window_start, window_end, product, COUNT(*) AS n
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES)) GROUP BY window_start, window_end, product
) GROUP BY window_start, window_end;
