-- mode: rows
-- tables: orders
SELECT window_start, product, id, order_time FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, product ORDER BY order_time DESC) AS rn
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(order_time), INTERVAL '15' MINUTES))
) WHERE rn <= 1;
