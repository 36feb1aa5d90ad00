-- mode: rows
-- The last row of each key in growing windows.
-- tables: orders
SELECT window_start, window_end, customer, id FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, customer ORDER BY order_time DESC) AS rn
  FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '20' MINUTES, INTERVAL '1' HOUR))) WHERE rn = 1 AND customer IS NOT NULL;
